"""A whole class: its roster, a sheet and a key for each student, on one machine or on many."""
