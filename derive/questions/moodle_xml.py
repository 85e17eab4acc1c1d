"""Questions as Moodle XML, the fields as STACK's own export has them.

Source: Moodle's documentation of its XML format, and the export of the question type STACK, version 2026010500.
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from derive.questions.model import AnswerInput, Question, QuestionTest, Tree

STACK_VERSION = "2023111500"
"""The version that the fields are of; STACK brings what is older up to date."""
OPTIONS: dict[str, str | None] = {
    "questionsimplify": "1", "assumepositive": "0", "assumereal": "0", "prtcorrect": None, "prtpartiallycorrect": None,
    "prtincorrect": None, "decimals": ".", "scientificnotation": "*10", "multiplicationsign": "dot", "sqrtsign": "1",
    "complexno": "i", "inversetrig": "cos-1", "logicsymbol": "lang", "matrixparens": "[", "isbroken": "0",
    "variantsselectionseed": "",
}  # fmt: skip
"""Settings of a question in their order; None where a text stands, which is empty."""
STANDARD = "1"
"""How feedback is shown; 0 would mean that the tree does not count."""
BOX = 12
INPUT = {
    "boxsize": str(BOX), "strictsyntax": "1", "insertstars": "0", "syntaxhint": "", "syntaxattribute": "0",
    "forbidwords": "", "allowwords": "", "forbidfloat": "0", "requirelowestterms": "0", "checkanswertype": "0",
    "mustverify": "0", "showvalidation": "0", "options": "allowempty",
}  # fmt: skip


def quiz(questions: Iterable[Element]) -> str:
    """A file of questions."""
    root = Element("quiz")
    root.extend(list(questions))
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def question_head(kind: str, name: str, text: str, solution: str, files: Mapping[str, bytes]) -> Element:
    """What questions of every type begin with; each text has the files that it shows."""
    question = Element("question", type=kind)
    SubElement(SubElement(question, "name"), "text").text = name
    _text(question, "questiontext", text, files)
    _text(question, "generalfeedback", solution, files)
    return question


def _text(parent: Element, tag: str, text: str, files: Mapping[str, bytes] | None = None) -> None:
    element = SubElement(parent, tag, format="html")
    SubElement(element, "text").text = text
    for name, data in (files or {}).items():
        if name in text:
            file = SubElement(element, "file", name=name, path="/", encoding="base64")
            file.text = b64encode(data).decode()


def _plain(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = text


def stack_question(question: Question) -> Element:
    """A question of the type STACK."""
    marks = sum(float(tree.marks) for tree in question.trees)
    element = question_head("stack", question.name, question.text, question.solution, question.files)
    for tag, value in (("defaultgrade", f"{marks:g}"), ("penalty", "0"), ("hidden", "0"), ("idnumber", "")):
        _plain(element, tag, value)
    SubElement(SubElement(element, "stackversion"), "text").text = STACK_VERSION
    SubElement(SubElement(element, "questionvariables"), "text").text = question.variables
    for tag, text in (("specificfeedback", ""), ("questionnote", question.note), ("questiondescription", "")):
        _text(element, tag, text)
    options = {**OPTIONS, "decimals": question.decimal}
    for tag, setting in options.items():
        _text(element, tag, "") if setting is None else _plain(element, tag, setting)
    for each in question.inputs:
        _input(element, each)
    for tree in question.trees:
        _tree(element, tree)
    for seed in question.seeds:
        _plain(element, "deployedseed", str(seed))
    for i, test in enumerate(question.tests, 1):
        _test(element, i, test)
    for hint in question.hints:
        _text(element, "hint", hint)
    return element


def _input(question: Element, answer: AnswerInput) -> None:
    element = SubElement(question, "input")
    own = {"name": answer.name, "type": "matrix" if answer.shape else "numerical", "tans": answer.answer}
    for tag, value in {**own, **INPUT}.items():
        _plain(element, tag, value)


def _tree(question: Element, tree: Tree) -> None:
    element = SubElement(question, "prt")
    for tag, value in (("name", tree.name), ("value", tree.marks), ("autosimplify", "1"), ("feedbackstyle", STANDARD)):
        _plain(element, tag, value)
    SubElement(SubElement(element, "feedbackvariables"), "text").text = tree.variables
    for i, node in enumerate(tree.nodes):
        last = i == len(tree.nodes) - 1
        no = tree.otherwise if last else None
        fields = {
            "name": str(i), "description": node.outcome, "answertest": "AlgEquiv",
            "sans": f'is(outcome = "{node.outcome}")', "tans": "true",
            "testoptions": "", "quiet": "1",
            "truescoremode": "=", "truescore": str(node.score), "truepenalty": "0", "truenextnode": "-1",
            "trueanswernote": note_of(tree, node.outcome), "truefeedback": node.feedback,
            "falsescoremode": "=", "falsescore": "0", "falsepenalty": "0",
            "falsenextnode": "-1" if last else str(i + 1),
            "falseanswernote": note_of(tree, no.outcome if no else f"not-{node.outcome}"),
            "falsefeedback": no.feedback if no else "",
        }  # fmt: skip
        made = SubElement(element, "node")
        for tag, value in fields.items():
            _text(made, tag, value) if tag.endswith("feedback") else _plain(made, tag, value)


def cloze_question(name: str, text: str, solution: str, hints: Iterable[str], files: Mapping[str, bytes]) -> Element:
    """A question with fields inside its text."""
    element = question_head("cloze", name, text, solution, files)
    for tag, value in (("penalty", "0"), ("hidden", "0"), ("idnumber", "")):
        _plain(element, tag, value)
    for hint in hints:
        _text(element, "hint", hint)
    return element


def category(name: str) -> Element:
    """What puts the questions after it into a category of their own."""
    element = Element("question", type="category")
    SubElement(SubElement(element, "category"), "text").text = f"$course$/top/{name.replace('/', '//')}"
    return element


def note_of(tree: Tree, note: str) -> str:
    """The answer note of an outcome."""
    return f"{tree.name}-{note}"


def _test(question: Element, number: int, test: QuestionTest) -> None:
    element = SubElement(question, "qtest")
    _plain(element, "testcase", str(number))
    _plain(element, "description", test.description)
    for name, value in test.answers.items():
        answer = SubElement(element, "testinput")
        _plain(answer, "name", name)
        _plain(answer, "value", value)
    for name, expected in test.expected.items():
        each = SubElement(element, "expected")
        _plain(each, "name", name)
        _plain(each, "expectedscore", f"{expected.score:.7f}")
        _plain(each, "expectedpenalty", "0.0000000")
        _plain(each, "expectedanswernote", f"{name}-{expected.note}")
