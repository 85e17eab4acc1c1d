"""Students' work marked, on any worker."""
