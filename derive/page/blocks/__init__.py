"""Which blocks stand on a page, in which order."""
