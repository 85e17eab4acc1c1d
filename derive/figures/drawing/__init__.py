"""Figures drawn: as TikZ (`tikz.tikz`), as SVG (`svg.svg`) and in words (`words.words`)."""
