"""In a notebook: the cell magic `%%derive`, and cells that mark what a student's code has computed."""
