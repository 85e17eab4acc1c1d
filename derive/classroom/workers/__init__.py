"""Where the work on a class is done, and how far it is."""
