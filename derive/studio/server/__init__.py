"""The studio on a computer: a server of its own machine alone, with files on disk, PDFs, sheets and classes."""
