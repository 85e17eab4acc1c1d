"""The forward pass and what follows from it: backward and update equations in one list."""
