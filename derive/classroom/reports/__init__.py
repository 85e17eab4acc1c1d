"""What is written about a marked class."""
