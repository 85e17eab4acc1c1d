"""A line of numbers beside the formula it was put into: what each number stands for, and what is said of it."""
