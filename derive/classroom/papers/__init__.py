"""The papers of a class: sheets and keys."""
