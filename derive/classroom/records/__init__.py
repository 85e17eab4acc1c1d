"""What is known of a marked class: marks, counts, files written."""
