"""Variants of a problem: other numbers for each student, drawn from a seed and the student's id alone."""

from derive.variants.assignment import Assignment, Variant
from derive.variants.sheet_codes import code_of, normal_code

__all__ = ["Assignment", "Variant", "code_of", "normal_code"]
