"""Drawings as text: SVG, TikZ, or words for who cannot see them."""
