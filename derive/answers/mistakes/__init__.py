"""The known mistakes, one row each."""
