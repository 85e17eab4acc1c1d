"""Students' work: reading what they write, judging it against the derivation, naming mistakes, the report."""
