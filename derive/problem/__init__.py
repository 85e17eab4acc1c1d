"""A problem file and all that it may say."""
