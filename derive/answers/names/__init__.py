"""What a student's names mean."""
