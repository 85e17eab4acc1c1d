"""The command line: one thin module a command, and the tables that commands print."""
