"""What came back from a class."""
