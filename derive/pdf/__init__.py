"""LaTeX for many: documents that share a run, and words of any script stamped on their pages."""
