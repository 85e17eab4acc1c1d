"""Pages of free working: text to statements."""
