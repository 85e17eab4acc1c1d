"""Pictures as drawings: lines, labels and boxes placed on a plane, of no format yet."""
