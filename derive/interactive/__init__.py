"""Pages that answer: to practise in, and to write problems in; derive itself judges, in the browser or on a server."""
