"""The endings of the files that work comes in; what reads a kind of document is loaded when one comes."""

from derive.encodings import as_saved

FILES = (".toml", ".json", ".csv")
DOCUMENTS = (".ipynb", ".html", ".htm", ".docx")
WORKING = (".md", ".tex", ".txt", *DOCUMENTS)


def text_of_file(raw: bytes, ending: str) -> str:
    """The text in a file of WORKING, by its ending. Raises ValueError for a document that cannot be read."""
    if ending not in DOCUMENTS:
        return as_saved(raw)
    from derive.answers.files.documents import document_text

    return document_text(raw, ending)
