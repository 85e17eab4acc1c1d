"""Numbers: the values of every step, and how a number is printed."""
