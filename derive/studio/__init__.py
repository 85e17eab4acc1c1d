"""The studio, a page to write problems in: in one file, or on a server of one's own machine (`server/`)."""
