"""Makes templates/derive-math.woff2: of Latin Modern Math the glyphs that pages in HTML use, so that brackets stretch.

    pip install fonttools brotli
    python docs/math_font.py latinmodern-math.otf

The font is the one of Debian's package fonts-lmodern (2.005). Its licence wants a changed font to have another name.
"""

import string
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).resolve().parent.parent / "templates" / "derive-math.woff2"
SIGNS = "−·×⊙←→≈≤≥≠±∑√∞′…⋮⋱□∂∈⎡⎢⎣⎤⎥⎦¯˙ˉ˜^~ℎ∣‖⁡"
GREEK = "".join(map(chr, range(0x391, 0x3CA))) + "ϑϕϱϵ"
ITALIC = "".join(map(chr, (*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C))))
"""A variable of one letter is set with these."""


def main(source: str) -> None:
    """Write the subset."""
    options = subset.Options(flavor="woff2", layout_features=[], hinting=False, name_IDs=[0], notdef_outline=True)
    font = TTFont(source, recalcTimestamp=False)
    for record in font["name"].names:
        if record.nameID == 0:
            record.string = f"{record.toUnicode()} Derive Math is a subset of it, made by docs/math_font.py."
    font["CFF "].cff.fontNames[0] = "DeriveMath"
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=string.printable + SIGNS + GREEK + ITALIC)
    subsetter.subset(font)
    subset.save_font(font, TARGET, options)
    print(TARGET, TARGET.stat().st_size)


if __name__ == "__main__":
    main(sys.argv[1])
