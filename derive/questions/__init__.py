"""Questions for learning platforms: STACK, which follows on from the student's own numbers, and Moodle's Cloze.

`program` unrolls a derivation to one list of variables, `trees` says what is credited at each step, `planted` works a
question through with a mistake, and a writer a format writes it down.
"""
