"""What a student wrote in one place: numbers, arrays, formulas."""
