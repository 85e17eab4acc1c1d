"""What a place to fill in is called aloud: "d L by d W 1, row 2, column 3", in the page's language."""

from collections.abc import Callable, Iterator

from derive.calculus.shapes import indices
from derive.language.step_ids import StepId
from derive.notation.speech import speech, words_of
from derive.page.document import Document
from derive.prose.catalogue import catalogue
from derive.writers.page_context import PageContext


def spoken_fields(document: Document, page: PageContext) -> Callable[[str], str]:
    """From the id of a step, or of an entry of one, to what is said for it."""
    sentences = catalogue(document.language).sentences
    words = words_of(sentences)
    notation = page.notation(speech(words), document)
    names = {name.id: name for name in page.shapes}

    def said(asked: str) -> str:
        place = StepId.parse(asked)
        axes = ("row", "column") if len(place.entry) <= 2 else ()
        entry = [f"{words(axis)} {i}" for axis, i in zip(axes, place.entry, strict=False)]
        entry += map(str, place.entry[len(axes) :])
        passed = [sentences["headings.pass"].format(k=place.k)] if place.k else []
        return ", ".join([" ".join(notation.name(names[place.name]).split()), *entry, *passed])

    return said


def fields_on(document: Document, page: PageContext) -> Iterator[str]:
    """The id of each value, entry by entry, that does not stand on a page."""
    hidden = ((k, name.id, page.derivation.id_in(name, k), page.shapes[name]) for name, k in document.hidden)
    for _, _, step, shape in sorted(hidden):
        yield from (StepId.of_entry(step, index) for index in indices(shape))
