"""Lines, panels and boxes: what fits into the width of a page."""
