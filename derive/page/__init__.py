"""The worked page: its model, and what stands on it."""
