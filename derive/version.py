"""The version of this program, for whatever writes it down."""

VERSION = "0.1.0"
