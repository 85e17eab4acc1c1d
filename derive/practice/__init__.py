"""Practice: one page in which a student does a problem step by step, judged by derive itself in the browser."""
