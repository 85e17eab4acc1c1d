"""What stands under the number of a step: its lines, notes and reasons."""
