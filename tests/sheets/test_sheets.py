"""Exercise sheets: what is blank, that nothing tells it, and that sheet, key and worked solution agree."""

import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from support.latex import compiled, compiled_together
from support.latex_logs import overfull
from support.solutions import solved

from derive import check, examples, solve
from derive.commands.cli import main
from derive.errors import DeriveError, InputError
from derive.language.names import Name
from derive.pdf.engines import run_tex
from derive.problem.problem import Problem
from derive.problem.settings import LEVELS, Sheet
from derive.sheets import Identity, SheetWriter
from derive.sheets.sheet_files import copy_of, write_sheet
from derive.sheets.sheet_writer import KEY
from derive.solution import Blueprint, Solution
from derive.values.digits import Printed
from derive.values.values import Values
from derive.writers import FORMATS, formats_of, text_formats
from derive.writers.spoken_fields import fields_on

NAMES = [name for problems in examples.by_topic().values() for name, _ in problems]
CASES = [(name, LEVELS[i % len(LEVELS)]) for i, name in enumerate(NAMES)]
CASES += [("mazur", level) for level in LEVELS if ("mazur", level) not in CASES]
"""Every example at one level, one of them at all."""
ANA = Identity("K7M2ABC", "s4711", "Ana Müller")


@cache
def solution(name: str) -> Solution:
    """A built-in problem, with what its file asks left out: a sheet of the tests asks what they say."""
    problem = Problem.load(examples.path(name))
    return solve(replace(problem, page=replace(problem.page, ask=()))) if problem.page.ask else solved(name)


@cache
def writer(name: str, blank: str = "working", steps: tuple[str, ...] = (), hints: bool = False) -> SheetWriter:
    return SheetWriter.of(solution(name).blueprint, Sheet(blank, steps, hints=hints))


def notes(extra: str) -> Problem:
    return Problem.loads(examples.path("notes").read_text("utf-8") + extra, "notes")


# --- the three pages agree -------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("ending", ["toml", "csv"])
def test_the_filled_key_earns_full_marks(name: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"key.{ending}"
    path.write_text(writer(name).text(KEY, ending, solution(name), ANA), "utf-8")
    report = check(solution(name), path)
    asked = {field.step for field in writer(name).fields}
    verdicts = {item.id: item.verdict for item in report.items if item.id in asked}
    assert set(verdicts.values()) == {"correct"} and set(verdicts) == asked
    assert not [item.id for item in report.items if item.verdict == "unmatched"]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_an_empty_answer_file_is_missing_throughout(name: str, tmp_path: Path) -> None:
    for ending in ("toml", "csv"):
        path = tmp_path / f"sheet.{ending}"
        path.write_text(writer(name).sheet(ending, solution(name), ANA), "utf-8")
        assert {item.verdict for item in check(solution(name), path).items} == {"missing"}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_sheet_asks_the_steps_of_the_worked_page(name: str) -> None:
    ids = [field.step for field in writer(name).fields]
    assert set(ids) <= set(solution(name).ids) and len(ids) == len(set(ids))
    worked = solution(name).text("json")
    shown = {step for step in solution(name).ids if f'"{step}"' in worked}
    assert set(ids) <= shown
    for field in writer(name).fields:
        assert [str(x).replace("·10^", "e") for x in _flat(solution(name)[field.step].printed)] == field.printed(
            solution(name)
        )


SLICED = {"cnn", "conv_channels"}
"""Their arrays of three axes stand slice by slice on several lines: a limit of what is read of a sheet in Markdown."""


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NAMES if name not in SLICED])
def test_a_sheet_filled_in_markdown_earns_full_marks_and_one_left_empty_none(name: str, tmp_path: Path) -> None:
    made, solved, path = writer(name), solution(name), tmp_path / "work.md"
    asked = {field.step for field in made.fields}
    numbers = iter([number for field in made.fields for number in field.printed(solved)])
    empty = made.sheet("md", solved, ANA)
    full = re.sub(r"\\boxed\{\\qquad\}", lambda _: rf"\boxed{{{next(numbers)}}}", empty)
    for text, verdict in ((empty, "missing"), (full, "correct")):
        path.write_text(text, "utf-8")
        assert {item.verdict for item in check(solved, path).items if item.id in asked} == {verdict}


def test_a_sheet_filled_in_latex_earns_full_marks(tmp_path: Path) -> None:
    made, solved, path = writer("notes", "results"), solution("notes"), tmp_path / "work.tex"
    values = {entry: x for field in made.fields for entry, x in zip(field.ids, field.printed(solved), strict=True)}
    empty = made.sheet("tex", solved, ANA)
    full = re.sub(
        r"\\answer(?:\[[\d.]+em\])?\{((?:[^{}]|\{[^{}]*\})*)\}", lambda found: values.get(found[1], found[0]), empty
    )
    for text, verdict in ((empty, "missing"), (full, "correct")):
        path.write_text(text, "utf-8")
        items = check(solved, path).items
        assert {item.verdict for item in items if item.id in {field.step for field in made.fields}} == {verdict}


def _flat(value: object) -> list[object]:
    return [x for item in value for x in _flat(item)] if isinstance(value, tuple) else [value]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "level"), CASES)
def test_a_key_with_its_answers_taken_out_is_the_sheet(name: str, level: str) -> None:
    """Every line of the sheet that holds no blank and no sentence stands on the key; spaces are as wide as numbers."""
    made = writer(name, level)
    key = [" ".join(line.split()) for line in made.text(KEY, "txt", solution(name)).splitlines()]
    lines = [line for line in made.sheet("txt", solution(name)).splitlines() if not re.search("□|__", line)]
    texts = [" ".join(line.split()) for line in lines[2:] if line.strip(" -=·[]⎡⎢⎣⎤⎥⎦")]
    assert [text for text in texts if not any(text in other for other in key)] == []


# --- nothing tells what is hidden ------------------------------------------------------------------------------------


def hidden(made: SheetWriter, solved: Solution) -> set[str]:
    """The mantissas of what a sheet asks, as far as they have three digits or more and are not given."""
    values = solved.values
    given = {number.mantissa for value in solved.problem.givens for number in values.printed(value.name)}
    found = {number.mantissa for field in made.fields for number in values.printed(field.name, field.k)}
    return {mantissa for mantissa in found - given if sum(map(str.isdigit, mantissa)) >= 3}


NUMBER = re.compile(r"(?<![\d.])\d+(?:\.\d+)*")
"""A whole number of a page; no part of a longer one."""
OF_GIVENS = {"gru": {"0.05"}, "activations": {"0.1587"}, "nesterov": {"3.525"}}
"""Terms worked out from values that the sheet does not ask: where only results are blank they stand on the page."""
ARE_GIVENS = {"minibatch_xor": {"0.09965", "0.1639"}}
"""The bias that a pass begins with, which is its unit's sum where the inputs are 0."""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "level"), CASES)
def test_a_sheet_holds_no_number_that_it_asks_for(name: str, level: str) -> None:
    made, solved = writer(name, level, hints=True), solution(name)
    allowed = (OF_GIVENS.get(name, set()) if level == "results" else set()) | ARE_GIVENS.get(name, set())
    asked = hidden(made, solved) - allowed
    assert all(map(NUMBER.fullmatch, asked))
    for ending in ("txt", "md", "tex"):
        for page in ("sheet", "key"):
            text = made.text(page, ending, solved).replace("{,}", ".").replace(",", ".")
            told = asked & set(NUMBER.findall(text))
            assert told == (set() if page == "sheet" else asked), (ending, page)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "level"), CASES)
def test_a_sheet_never_asks_for_hidden_numbers(name: str, level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hidden values replaced by a number that is nowhere else: the key shows it, the sheet does not."""
    made, solved = writer(name, level, hints=True), solution(name).blueprint.evaluate()
    secret = {(item.name, item.k) for item in made.fields}
    real = Values.printed

    def printed(self: Values, name: Name, k: int = 1) -> list[Printed]:
        numbers = real(self, name, k)
        return [Printed(False, "7.7707")] * len(numbers) if (name, k) in secret else numbers

    monkeypatch.setattr(Values, "printed", printed)
    for ending in ("txt", "md", "tex"):
        assert re.search(r"7(\.|,|\{,\})7707", made.text(KEY, ending, solved))
        assert not re.search(r"7(\.|,|\{,\})7707", made.sheet(ending, solved))


TANH_UNIT = """
[data]
x = [1.5, -0.7]
[parameters]
v = [0.31, 0.23]
c = 0.17
[model]
equations = '''
s = v^T x + c
a = tanh(s)
q = exp(s)
L = (a - 0.9)^2
'''
loss = "L"
[update]
learning_rate = 0.3
steps = 2
[page]
ask = ["%s"]
"""


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("a", {"s", "q"}), ("dL/ds", {"s", "a", "q", "L", "dL/da", "da/ds"}), ("q", {"s", "a", "L", "dL/da", "c@1"})],
)
def test_what_follows_from_a_blank_is_not_worked_out(asked: str, shown: set[str]) -> None:
    """Steps that are computed from what is asked would tell it, and so would the passes after them."""
    made = SheetWriter.of(Problem.loads(TANH_UNIT % asked))
    solved = made.blueprint.solve()
    sheet = made.sheet("txt", solved)
    scalars = {step for step in solved.ids if not solved[step].shape and "@2" not in step}
    texts = {step: re.escape(solved[step].printed.replace("-", "−")) for step in scalars}
    told = {step for step, text in texts.items() if re.search(rf"[=≈] {text}\n", sheet)}
    assert shown <= told
    assert asked == "q" or (told & {"L", "dL/dc", "c@1", "L@3"} <= shown and "Pass 2" not in sheet)


def test_pictures_of_a_sheet_hold_no_hidden_number() -> None:
    made, solved = writer("notes"), solution("notes")
    (sheet,), (key,) = (made.pictures(page, "md", solved).values() for page in ("sheet", "key"))
    assert "12,1" in key and "12,1" not in sheet and "0,9" in sheet


@pytest.mark.parametrize("ending", ["html", "typ"])
def test_pages_with_pictures_inside_hold_no_hidden_number(ending: str) -> None:
    made, solved = writer("notes"), solution("notes")
    sheet, key = (made.text(page, ending, solved) for page in ("sheet", "key"))
    for number in ("12,1", "20,3", "18,3", "0,9999999887", "289"):
        assert number in key and number not in sheet


@pytest.mark.slow
def test_a_form_field_says_what_it_asks_for() -> None:
    """In the page's language: what a viewer shows at the field, and reads out."""
    fields = PdfReader(BytesIO(form("notes", ada=False))).get_fields() or {}
    assert fields["dL/dW_2[1,3]"]["/TU"] == "d L by d W 2, row 1, column 3"
    assert fields["z_1[2]"]["/TU"] == "z 1, row 2" and fields["L"]["/TU"] == "L"
    assert fields["sheet:student"]["/TU"] == "Student"
    russian = replace(Problem.load(examples.path("notes")), language="ru")
    page = SheetWriter.of(russian).sheet("html", solve(russian))
    assert 'name="dL/dW_2[1,3]" aria-label="d L по d W 2, строка 1, столбец 3"' in page


# --- the command -----------------------------------------------------------------------------------------------------


NOTES = str(examples.path("notes"))


@pytest.mark.slow
def test_the_command_writes_sheet_and_key(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "derive", "sheet", NOTES, "-o", str(tmp_path), "--to", "tex,md,txt,toml,csv"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    names = sorted(Path(line).name for line in found.stdout.splitlines())
    texts = [f"notes-{page}.{end}" for page in ("key", "sheet") for end in ("csv", "md", "tex", "toml", "txt")]
    assert names == sorted([*texts, "notes-key-network.svg", "notes-sheet-network.svg"])
    assert all((tmp_path / name).exists() for name in names)


def test_seed_and_student_belong_together(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sheet", NOTES, "--student", "s1", "-o", "-", "--to", "md"]) == 2
    assert "belong together" in capsys.readouterr().err


def test_one_text_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sheet", NOTES, "-o", "-", "--to", "txt"]) == 0
    assert "Student: ____" in capsys.readouterr().out
    assert main(["sheet", NOTES, "-o", "-", "--to", "pdf"]) == 2


def test_unknown_formats_and_steps_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DeriveError, match="no format `docx`"):
        write_sheet(copy_of(notes("")), tmp_path, ("docx",))
    with pytest.raises(InputError, match="no step `dL/dW_9`"):
        copy_of(notes('[sheet]\nblank = ["dL/dW_9"]'))
    with pytest.raises(InputError, match="`z_1@3` is not on the page"):
        copy_of(notes('[sheet]\nblank = ["z_1@3"]'))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('blank = "result"', "did you mean `results`?"),
        ("blank = 3", "`blank` is a number"),
        ("blank = [1]", "`blank` is not a list of steps"),
        ("hints = 1", "`hints` is a number"),
        ("blanks = []", "did you mean `blank`?"),
    ],
)
def test_faults_of_the_table_are_reported(line: str, message: str) -> None:
    with pytest.raises(InputError) as found:
        notes(f"[sheet]\n{line}")
    assert message in str(found.value)


def test_every_format_has_a_name() -> None:
    assert formats_of("sheet") == (
        "pdf",
        "tex",
        "md",
        "txt",
        "html",
        "typ",
        "toml",
        "csv",
        "practice",
        "stack",
        "cloze",
    )


# --- hints -----------------------------------------------------------------------------------------------------------


def hint_page(text: str) -> str:
    return text.partition("\nHints\n")[2]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_hints_are_graded_and_there_for_every_step(name: str) -> None:
    made, solved = writer(name, hints=True), solution(name)
    kinds, formulas = re.split("The formula\n", hint_page(made.sheet("txt", solved)))
    said = re.findall(r"^\S[^:\n]*(?:∣\S+)?: .", kinds, re.MULTILINE)
    assert len(said) >= len({field.name for field in made.fields})
    assert "Where the numbers go" in formulas
    assert "\\clearpage" in made.sheet("tex", solved) and "Hints" not in made.text(KEY, "tex", solved)


def test_hints_name_the_step_give_its_formula_and_put_the_numbers_in() -> None:
    page = hint_page(writer("notes", hints=True).sheet("txt", solution("notes")))
    assert "dL/dz₂: Chain rule: the gradient that arrives" in page
    assert "\ndL/dz₂ = dL/dA₂·σ′(z₂)\n" in page
    assert "\nz₂ = 0,2·□ + 0,4·□ + 0,6·□ + 0,5\n" in page


def test_without_hints_there_is_no_such_page() -> None:
    assert "Hints" not in writer("notes").sheet("txt", solution("notes"))


# --- the form --------------------------------------------------------------------------------------------------------


@cache
def form(name: str, blank: str = "working", ada: bool = True) -> bytes:
    return compiled(writer(name, blank).sheet("tex", solution(name), ANA if ada else None)).pdf


@pytest.mark.slow
def test_every_entry_has_a_field_under_its_id() -> None:
    fields = PdfReader(BytesIO(form("notes"))).get_fields() or {}
    entries = [entry for field in writer("notes").fields for entry in field.ids]
    assert list(fields) == ["sheet:code", "sheet:student", *entries]
    assert "dL/dW_2[1,3]" in fields and "L" in fields
    assert fields["sheet:code"]["/V"] == ANA.code and fields["sheet:student"]["/V"] == ANA.student
    assert all(fields[key]["/Ff"] & 1 for key in ("sheet:code", "sheet:student"))
    assert {fields[entry].get("/V", "") for entry in entries} == {""}


@pytest.mark.slow
@pytest.mark.parametrize("student", ["Пушкин 1", "田中-7", "a\\b{c}%_$#&^~(x)", "José"])
def test_an_id_in_any_script_is_in_the_form(student: str) -> None:
    text = writer("notes").sheet("tex", solution("notes"), Identity("K7M2ABC", student, "x"))
    head = re.search(r"\\vskip3pt\{\\small Student.*", text)
    assert head
    fields = PdfReader(BytesIO(compiled(text.replace(head[0], "")).pdf)).get_fields() or {}
    assert fields["sheet:student"]["/V"] == student


def test_without_an_identity_the_student_writes_it() -> None:
    fields = PdfReader(BytesIO(form("notes", ada=False))).get_fields() or {}
    assert "sheet:code" not in fields and not int(fields["sheet:student"].get("/Ff") or 0) & 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["notes", "mazur", "batch_regression", "gru"])
def test_a_form_filled_by_another_program_earns_full_marks(name: str, tmp_path: Path) -> None:
    made, solved = writer(name), solution(name)
    numbers = {entry: x for field in made.fields for entry, x in zip(field.ids, field.printed(solved), strict=True)}
    filled = PdfWriter(clone_from=BytesIO(form(name)))
    for page in filled.pages:
        filled.update_page_form_field_values(page, numbers, auto_regenerate=False)
    filled.write(tmp_path / "filled.pdf")
    fields = PdfReader(tmp_path / "filled.pdf").get_fields() or {}
    rows = [("step", "answer"), *((key, field.get("/V", "")) for key, field in fields.items())]
    (tmp_path / "filled.csv").write_text("\n".join(f'"{key}","{text}"' for key, text in rows), "utf-8")
    items = check(solved, tmp_path / "filled.csv").items
    assert {item.verdict for item in items if item.id in {field.step for field in made.fields}} == {"correct"}
    assert not [item for item in items if item.verdict == "unmatched"]


@pytest.mark.slow
def test_fields_lie_on_the_page_and_apart() -> None:
    for page in PdfReader(BytesIO(form("mazur", "results"))).pages:
        width, height = page.mediabox.width, page.mediabox.height
        boxes = [note.get_object()["/Rect"] for note in page.get("/Annots", ())]
        boxes = [tuple(map(float, box)) for box in boxes if float(box[2]) - float(box[0]) > 5]
        assert boxes
        for x, y, right, top in boxes:
            assert x > 30 and right < width - 30 and y > 30 and top < height - 30 and right - x > 30 and top - y > 10
        for i, (x, y, right, top) in enumerate(boxes):
            assert not [b for b in boxes[:i] if b[0] < right and x < b[2] and b[1] < top and y < b[3]]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["notes", "mazur", "gru", "batch_regression"])
def test_no_line_of_a_sheet_is_too_wide(name: str) -> None:
    texts = [writer(name, level).sheet("tex", solution(name), ANA) for level in LEVELS]
    run = compiled_together(texts)
    assert overfull(run.log) == []
    assert len(PdfReader(BytesIO(run.pdf)).pages) >= len(LEVELS)


@pytest.mark.slow
def test_the_seed_stands_nowhere() -> None:
    seed = "a seed that nobody guesses"
    copy = copy_of(
        notes("[variants]\\nx = { from = 1, to = 9 }\\nallow = ['saturated']".replace("\\n", "\n")), seed, "s1"
    )
    endings = [ending for ending in text_formats("sheet") if not FORMATS[ending].alone]
    texts = [copy.page(page, ending) for page in ("sheet", "key") for ending in endings]
    raw = run_tex(copy.sheet("tex")).pdf
    assert not any(seed in text or seed[:6] in text for text in texts)
    assert seed.encode() not in raw and not any(seed in page.extract_text() for page in PdfReader(BytesIO(raw)).pages)


# --- what is not asked and would tell it ------------------------------------------------------------------------------


def page(text: str) -> str:
    made = Blueprint.of(Problem.loads(text))
    return SheetWriter.of(made).sheet("txt", made.solve(), ANA)


def test_a_step_that_is_the_asked_one_by_another_name_does_not_tell_it() -> None:
    shown = page(examples.path("notes").read_text("utf-8") + '[sheet]\nblank = ["dL/dz_2", "dL/dz_1"]\n')
    assert "dL/db₂ = dL/dz₂" in shown
    assert "3,84·10⁻⁷" not in shown


POOL = """
[data]
X = [[1, 5, 2, 0], [3, 4, 8, 1]]
[model]
equations = "M = maxpool(X, 2)"
[sheet]
blank = "results"
"""


def test_a_sheet_does_not_say_which_entries_are_the_largest() -> None:
    assert "The largest" in Blueprint.of(Problem.loads(POOL)).solve().text("txt")
    assert "The largest" not in page(POOL)


WIDE = """
[data]
X = {rows}
[parameters]
w = 0.5
[model]
equations = '''
Z = w X
A = tanh(Z)
'''
"""


def test_the_given_values_of_a_sheet_are_whole() -> None:
    rows = [[i * 12 + j for j in range(12)] for i in range(12)]
    assert "…" in Blueprint.of(Problem.loads(WIDE.format(rows=rows))).solve().text("txt").split("Forward")[0]
    assert "…" not in page(WIDE.format(rows=rows)).split("Forward")[0]


def test_a_sheet_has_all_of_the_samples_that_it_does_not_ask() -> None:
    text = examples.path("logistic_batch").read_text("utf-8")
    text = re.sub(r"(?m)^x = .*$", f"x = {[[i % 5, 7] for i in range(30)]}", text)
    sheet = page(re.sub(r"(?m)^t = .*$", f"t = {[i % 2 for i in range(30)]}", text))
    assert not re.search(r"(?m)^ *…", sheet)
    found = [len(re.findall(rf"(?m)^ *{i}  ", sheet)) for i in range(1, 31)]
    assert min(found[2:]) == 4, "among the samples, forward, backward, and after the updates"


@pytest.mark.slow
def test_the_fields_of_a_wide_matrix_lie_on_the_page() -> None:
    rows = [[i + j for j in range(12)] for i in range(2)]
    made = Blueprint.of(Problem.loads(WIDE.format(rows=rows)))
    tex = SheetWriter.of(made, Sheet("working")).sheet("tex", made.solve(), ANA)
    reader = PdfReader(BytesIO(compiled(tex).pdf))
    boxes = [field["/Rect"] for sheet in reader.pages for field in sheet.get("/Annots", ())]
    assert len(boxes) >= 48
    assert max(float(box[2]) for box in boxes) < 580


def test_fields_are_as_wide_as_the_digits_that_are_asked() -> None:
    tex = writer("notes").sheet("tex", solution("notes"), ANA)
    assert r"\answer[6.3em]{A_2}" in tex
    assert r"\answer{dL/dz_2}" in tex


def test_named_blanks_alone_are_marked(tmp_path: Path) -> None:
    work = tmp_path / "work.toml"
    work.write_text('L = "289"\n', "utf-8")
    report = check(notes('[sheet]\nblank = ["dL/dW_2", "L"]\n'), work)
    assert (report.marks, report.of) == (1, 2)


def test_fields_are_told_in_one_order() -> None:
    """A parameter and its update have one id in a set of names without an order: whichever of them comes first."""
    sheet, plan = writer("momentum").documents["sheet"], solution("momentum").blueprint
    orders = [
        sorted(sheet.hidden, key=lambda place: (place[0].id, place[1]), reverse=turned) for turned in (True, False)
    ]
    found = [list(fields_on(replace(sheet, hidden=frozenset(order)), plan.page)) for order in orders]
    updated = sorted(sheet.hidden, key=lambda place: getattr(place[0], "updated", False))
    found.append(list(fields_on(replace(sheet, hidden=frozenset(updated)), plan.page)))
    assert found[0] == found[1] == found[2]
