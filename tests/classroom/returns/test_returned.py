"""What comes back from a class: files, folders, zips, wide tables, forms; and whose it is."""

import io
import random
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import example, given
from hypothesis.strategies import binary, sampled_from, text
from pypdf import PdfReader, PdfWriter
from pypdf.errors import DependencyError
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

from derive.answers.files.columns import AnswerLine
from derive.classroom.returns import returned_files as returned
from derive.classroom.returns import wide_tables as wide
from derive.classroom.returns.owner import Owner, owner_of
from derive.classroom.returns.returned_files import CannotRead, Refused, ReturnedFile, Shelf, returned_files
from derive.classroom.returns.work_reader import Claims, ReturnedWork, read_work
from derive.errors import InputError

STEPS = {"z_1", "A_2", "L", "dL/dW_2", "dL/dW_2[1,3]"}


def piece(name: str, raw: bytes) -> ReturnedWork:
    return read_work(ReturnedFile(Path(name), name), raw)


def refusal(name: str, raw: bytes) -> str:
    with pytest.raises(CannotRead) as caught:
        piece(name, raw)
    return str(caught.value)


def form(fields: dict[str, str]) -> bytes:
    """A PDF of one page with text fields."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    box = ArrayObject(FloatObject(x) for x in (10, 10, 50, 20))
    made = [
        writer._add_object(
            DictionaryObject(
                {
                    NameObject("/Type"): NameObject("/Annot"),
                    NameObject("/Subtype"): NameObject("/Widget"),
                    NameObject("/FT"): NameObject("/Tx"),
                    NameObject("/T"): TextStringObject(name),
                    NameObject("/V"): TextStringObject(value),
                    NameObject("/Rect"): box,
                }
            )
        )
        for name, value in fields.items()
    ]
    page[NameObject("/Annots")] = ArrayObject(made)
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): ArrayObject(made)})
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


# --- files, folders, zips -------------------------------------------------------------------------------------------


def test_files_come_in_the_order_of_the_arguments_and_of_the_numbers_in_their_names(tmp_path: Path) -> None:
    folder = tmp_path / "back"
    for name in ("sheet 10.toml", "sheet 9.toml", "b/x.md", ".DS_Store", "__MACOSX/sheet 9.toml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    first = tmp_path / "first.csv"
    first.write_text("x")
    found = [source.shown for source in returned_files([first, folder])]
    assert found == ["first.csv", "back/b/x.md", "back/sheet 9.toml", "back/sheet 10.toml"]


def test_an_argument_that_does_not_exist_is_an_error_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file or folder"):
        list(returned_files([tmp_path / "nothing"]))


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.toml").write_text("z = 1")
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / "link.toml").symlink_to(tmp_path / "secret.toml")
    assert list(returned_files([tmp_path / "back"])) == []


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_members_of_a_zip_are_read_in_place(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "export.zip", {"Ada_7_file/s1001.toml": b'z_1 = "1"', "../../out.toml": b'z_1 = "2"'})
    found = list(returned_files([archive]))
    assert [source.shown for source in found] == ["export.zip: ../../out.toml", "export.zip: Ada_7_file/s1001.toml"]
    with Shelf() as shelf:
        assert [shelf.read(source) for source in found if isinstance(source, ReturnedFile)] == [
            b'z_1 = "2"',
            b'z_1 = "1"',
        ]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["export.zip"]


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = zipped(tmp_path / "bomb.zip", {"a.toml": b"0" * 30_000_000, "b.toml": b'z_1 = "1"'})
    assert archive.stat().st_size < 100_000
    with Shelf() as shelf:
        first, second = (source for source in returned_files([archive]) if isinstance(source, ReturnedFile))
        with pytest.raises(CannotRead, match="more than 20 MB"):
            shelf.read(first)
        assert shelf.read(second) == b'z_1 = "1"'
    monkeypatch.setattr(returned, "MAX_UNPACKED", 10_000_000)
    assert [type(found) for found in returned_files([archive])] == [Refused]


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04 no zip", b"not a zip at all"])
def test_a_broken_zip_is_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(raw)
    (refused,) = returned_files([path])
    assert isinstance(refused, Refused) and "cannot be opened" in refused.reason


def test_a_member_with_wrong_bytes_is_refused_and_the_next_one_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.toml", b'z_1 = "first"')
        archive.writestr("b.toml", b'z_1 = "second"')
    raw = (tmp_path / "x.zip").read_bytes().replace(b"first", b"FIRST")
    (tmp_path / "x.zip").write_bytes(raw)
    first, second = (source for source in returned_files([tmp_path / "x.zip"]) if isinstance(source, ReturnedFile))
    with Shelf() as shelf:
        with pytest.raises(CannotRead, match="cannot be unpacked: Bad CRC-32"):
            shelf.read(first)
        assert b"second" in shelf.read(second)


# --- contents -------------------------------------------------------------------------------------------------------


def test_a_filled_form_gives_its_fields_by_name() -> None:
    found = piece(
        "x.pdf", form({"sheet:code": "K7M2", "sheet:student": "s1", "dL/dW_2[1,3]": "-1,59·10^-6", "z_1[1]": ""})
    )
    assert found.claims == Claims("K7M2", ("s1",), names="x.pdf")
    assert [(entry.left, entry.given) for entry in found.entries] == [("dL/dW_2[1,3]", "-1,59·10^-6"), ("z_1[1]", "")]
    assert not found.empty
    assert piece("x.pdf", form({"sheet:code": "K7M2", "z_1[1]": "  "})).empty


def test_reserved_keys_of_answer_files_say_whose_they_are() -> None:
    toml = piece("x.toml", b'"sheet:code" = "K7M2"\nz_1 = "[1; 2]"\n')
    table = piece("x.csv", b"step,answer\nsheet:student,s1\nz_1,1\n")
    assert (toml.claims.code, [entry.left for entry in toml.entries]) == ("K7M2", ["z_1"])
    assert (table.claims.students, [entry.left for entry in table.entries]) == (("s1",), ["z_1"])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.md", "# Work\n<!-- sheet:code K7M2 -->\n<!-- sheet:student s1 -->\n$z_1 = 3$\n"),
        ("x.tex", "% sheet:code K7M2\n% sheet:student: s1\n$z_1 = 3$\n"),
        ("x.txt", "sheet:code K7M2\nsheet:student s1\nz_1 = 3\n"),
    ],
)
def test_a_comment_in_free_working_says_whose_it_is(name: str, text: str) -> None:
    found = piece(name, text.encode())
    assert (found.claims.code, found.claims.students) == ("K7M2", ("s1",))
    assert found.working is not None and "K7M2" not in found.working and "z_1 = 3" in found.working


def test_comments_in_latex_are_no_working() -> None:
    assert piece("x.tex", b"$z_1 = 3$ % $z_1 = 4$\n50\\% of it\n").working == "$z_1 = 3$ \n50\\% of it\n"
    assert piece("x.md", b"$z_1 = 3$ % of it\n").working == "$z_1 = 3$ % of it\n"


@pytest.mark.parametrize(
    ("name", "raw", "why"),
    [
        ("x.pdf", b"", "the file is empty"),
        ("x.toml", b" \n", "the file is empty"),
        ("x.pdf", b"GIF89a", "this is no PDF"),
        ("x.pdf", form({"z_1": "1"})[:300], "this PDF is damaged"),
        ("x.pdf", b"%PDF-1.7\n%%EOF", "this PDF is damaged"),
        ("x.toml", "z = '\xfc'".encode("latin-1"), "line 1: the file is not UTF-8; save it as UTF-8"),
        ("x.toml", b"z = 3,9", "line 1: this is not valid TOML"),
        ("x.md", bytes(range(256)), "this is no text"),
        ("x.odf", b"PK", "a file with the ending `.odf` is not read; known endings: .pdf, .toml"),
        ("x.docx", b"PK", "this is no .docx document"),
        ("x.xlsx", b"PK", "a file with the ending `.xlsx` is not read; save the table as CSV in UTF-8"),
        ("x.jpg", b"\xff\xd8", "a photo or scan: mark it by hand"),
        ("a.zip", b"PK", "more than 3 zips lie in one another"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, raw: bytes, why: str) -> None:
    assert why in refusal(name, raw)


def test_a_form_without_fields_and_a_locked_one_say_so() -> None:
    blank = PdfWriter()
    blank.add_blank_page(200, 200)
    buffer = io.BytesIO()
    blank.write(buffer)
    assert "no form fields" in refusal("x.pdf", buffer.getvalue())


def field_named(name: PdfObject) -> bytes:
    """A form whose one field has a name of any type."""
    writer = PdfWriter(clone_from=io.BytesIO(form({"z_1": "3"})))
    writer.root_object["/AcroForm"]["/Fields"][0].get_object()[NameObject("/T")] = name
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "read"),
    [(ByteStringObject(b"\xfe\xff1"), "��1"), (NumberObject(7), "7"), (NullObject(), None), (ArrayObject(), None)],
)
def test_a_name_that_is_no_text_stops_nothing(name: PdfObject, read: str | None) -> None:
    try:
        found = piece("x.pdf", field_named(name))
    except CannotRead:
        return
    assert read is None or [(entry.left, entry.given) for entry in found.entries] == [(read, "3")]


def test_a_form_that_is_locked_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a password, or by a cipher for which a package is missing."""
    writer = PdfWriter(clone_from=io.BytesIO(form({"z_1": "3"})))
    writer.encrypt("secret", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    assert "locked with a password" in refusal("x.pdf", buffer.getvalue())

    def lacking(*_: object) -> None:
        raise DependencyError("cryptography>=3.1 is required for AES algorithm")

    monkeypatch.setattr(PdfReader, "decrypt", lacking)
    assert "it is encrypted with AES; save it without encryption" in refusal("x.pdf", buffer.getvalue())


def test_a_form_that_opens_without_a_password_is_read() -> None:
    pytest.importorskip("cryptography")
    writer = PdfWriter(clone_from=io.BytesIO(form({"z_1": "3"})))
    writer.encrypt("", owner_password="teacher", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    assert [(entry.left, entry.given) for entry in piece("x.pdf", buffer.getvalue()).entries] == [("z_1", "3")]


_PIECES = (
    b"<<",
    b">>",
    b"[",
    b"(",
    b")",
    b" 0 R",
    b" 7 ",
    b"<feff",
    b" null ",
    b" true ",
    b"/Kids",
    b"/Parent",
    b"/TM",
)


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_form_is_read_or_refused(seed: int) -> None:
    """Bytes changed, left out and put in, most of them where the fields are."""
    chance = random.Random(seed)
    whole = form({"sheet:code": "K7M2", "z_1": "1", "dL/dW_2[1,3]": "2"})
    for _ in range(100):
        raw = bytearray(whole)
        for _ in range(chance.choice((1, 2, 5, 20))):
            at = chance.randrange(len(raw))
            at = max(at, raw.find(chance.choice((b"/T", b"/V", b"/Fields", b" obj", b"/Root", b"xref")), at) + 2)
            raw[at : at + chance.choice((0, 1, 5))] = chance.choice((*_PIECES, bytes([chance.randrange(256)])))
        with suppress(CannotRead):
            assert isinstance(piece("x.pdf", bytes(raw)), ReturnedWork)


ENDINGS = (".pdf", ".toml", ".json", ".csv", ".md", ".tex", ".txt", ".zip", "")


@given(raw=binary(max_size=300), ending=sampled_from(ENDINGS))
@example(raw=b"%PDF-1.4\n1 0 obj<</Type/Catalog/AcroForm 1 0 R>>endobj trailer<</Root 1 0 R>>", ending=".pdf")
@example(raw=b"step,answer\n\x00", ending=".csv")
@example(raw=b"\xff\xfe\x00", ending=".md")
def test_no_bytes_make_reading_fail_in_another_way(raw: bytes, ending: str) -> None:
    with suppress(CannotRead):
        assert isinstance(piece(f"x{ending}", raw), ReturnedWork)


@given(text=text(max_size=200))
@example(text='id,z_1\n"a')
@example(text="id,z_1\n\x00,1")
def test_no_table_makes_reading_fail_in_another_way(text: str) -> None:
    raw = text.encode("utf-8", "replace")
    with suppress(CannotRead):
        if wide.is_wide(raw):
            list(wide.rows(io.BytesIO(raw), "t.csv", STEPS.__contains__))


# --- wide tables ----------------------------------------------------------------------------------------------------


def table(text: str, encoding: str = "utf-8") -> list[wide.Columns | ReturnedWork | Refused]:
    raw = text.encode(encoding)
    assert wide.is_wide(raw)
    return list(wide.rows(io.BytesIO(raw), "t.csv", STEPS.__contains__))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_wide_table_has_a_row_a_student(encoding: str, separator: str) -> None:
    lines = [
        ["Student ID", "E-Mail Address", "z_1", "dL/dW_2[1,3]", "Favourite colour"],
        ["s1", "ada@x.org", '"[3,9; 12,1]"', '"-1,5"', "blue"],
        ["", "", "", "", ""],
        ["s2", "", "", "2", ""],
    ]
    text = "\r\n".join(separator.join(f'"{cell}"' if separator in cell and cell[0] != '"' else cell for cell in line)
                       for line in lines)  # fmt: skip
    columns, first, second = table(text, encoding)
    assert isinstance(columns, wide.Columns) and columns.unused == ("Favourite colour",)
    assert isinstance(first, ReturnedWork) and isinstance(second, ReturnedWork)
    assert first.claims == Claims("", ("s1",), ("ada@x.org",))
    assert first.entries == (AnswerLine("z_1", "[3,9; 12,1]", None), AnswerLine("dL/dW_2[1,3]", "-1,5", None))
    assert (second.shown, second.claims.students, second.entries[1].given) == ("t.csv, row 4", ("s2",), "2")


@pytest.mark.parametrize(
    ("encoding", "word", "assumed"),
    [
        ("cp1251", "Любимый цвет", "Windows-1251"), ("cp1252", "Größe", "Windows-1252"), ("utf-16", "Größe", ""),
        ("utf-16-le", "Größe", ""), ("gb18030", "最喜欢的颜色", "GB 18030"), ("utf-8", "Größe", ""),
    ],
)  # fmt: skip
def test_a_table_that_a_spreadsheet_saved_is_read_and_the_guess_told(encoding: str, word: str, assumed: str) -> None:
    columns, row = table(f"student_id;{word};z_1\r\ns1;{word};3,9\r\n", encoding)
    assert isinstance(columns, wide.Columns) and (columns.unused, columns.assumed) == ((word,), assumed)
    assert isinstance(row, ReturnedWork) and [entry.given for entry in row.entries] == ["3,9"]


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16", "utf-8-sig"])
def test_answers_and_working_may_be_of_other_encodings(encoding: str) -> None:
    found = piece("x.csv", "шаг;ответ\nz_1;3,9\n".encode(encoding))
    assert [(entry.left, entry.given) for entry in found.entries] == [("z_1", "3,9")]
    assert piece("x.txt", "Эпоха 2: z_1 = 3,9\n".encode(encoding)).working == "Эпоха 2: z_1 = 3,9\n"


@pytest.mark.parametrize(
    "title", ["Matrikelnummer", "ID number", "SIS User ID", "student_id", "Username", "Kennung", "sheet:student"]
)
def test_ids_are_found_under_the_usual_titles(title: str) -> None:
    _, first = table(f"{title},z_1\n007,1\n")
    assert isinstance(first, ReturnedWork) and first.claims.students == ("007",)


@pytest.mark.parametrize("title", ["Email address", "E-Mail", "mail", "E-Mail-Adresse"])
def test_addresses_are_found_under_the_usual_titles(title: str) -> None:
    _, first = table(f"{title};z_1\na@x.org;1\n")
    assert isinstance(first, ReturnedWork) and first.claims.emails == ("a@x.org",)


@pytest.mark.parametrize("title", ["z_1", " z_1 ", "3. z_1", "Question 3: z_1", "What is `z_1`?", "1) z_1 ="])
def test_a_step_is_found_in_a_title_of_a_form(title: str) -> None:
    columns, *_ = table(f"code,{title}\nK7M2,1\n")
    assert isinstance(columns, wide.Columns) and list(columns.steps.values()) == ["z_1"]


def test_an_unquoted_comma_in_the_brackets_of_a_title_is_read() -> None:
    columns, first = table("id,dL/dW_2[1,3],L\n7,5,6\n")
    assert isinstance(columns, wide.Columns) and columns.steps == {1: "dL/dW_2[1,3]", 2: "L"}
    assert isinstance(first, ReturnedWork) and [entry.given for entry in first.entries] == ["5", "6"]


def test_the_separator_that_excel_declares_is_no_title() -> None:
    _, first = table("sep=;\nid;z_1\n7;1\n")
    assert isinstance(first, ReturnedWork) and first.claims.students == ("7",)


def test_a_row_that_cannot_be_read_stops_no_other() -> None:
    long = "x" * 200_000
    _, first, second, third = table(f"id,z_1\n1,1\n2,{long}\n3,3\n")
    assert [type(row) for row in (first, second, third)] == [ReturnedWork, Refused, ReturnedWork]
    assert isinstance(second, Refused) and second.shown == "t.csv, row 3"


def test_a_quote_that_is_not_closed_spoils_its_own_line() -> None:
    rows = table('id,z_1,L\n1,1,2\n2,"3,4\n3,"5",6\n4,"7\n8",9\n\n5,"[1,2]",0\n6,"1,2')[1:]
    shown = [row.reason if isinstance(row, Refused) else [e.given for e in row.entries] for row in rows
             if not isinstance(row, wide.Columns)]  # fmt: skip
    told = "a quote in line {} is not closed; a quote inside a cell is doubled"
    assert shown[:-1] == [["1", "2"], told.format(3), ["5", "6"], ["7\n8", "9"], ["[1,2]", "0"]]
    assert isinstance(rows[-1], Refused) and rows[-1].shown == "t.csv, row 8"


def test_a_table_without_steps_says_so() -> None:
    with pytest.raises(CannotRead, match="no column of this table is named by a step"):
        table("id,colour\n1,blue\n")


@pytest.mark.parametrize("text", ["step,answer\nid,1\n", "z_1,3\nL,4\n", "id\n7\n", ""])
def test_an_answer_file_is_no_wide_table(text: str) -> None:
    assert not wide.is_wide(text.encode())


# --- whose it is ----------------------------------------------------------------------------------------------------


class Class:
    """Students of whom two share a code, and two an address."""

    known: ClassVar[dict[str, dict[str, tuple[str, ...]]]] = {
        "id": {student: (student,) for student in ("s1001", "s1002", "7", "t01", "t02")},
        "code": {"k7m2abc": ("s1001",), "q9r8xyz": ("s1002",), "zzzz777": ("7",), "twice22": ("t01", "t02")},
        "email": {"ada@x.org": ("s1001",), "both@x.org": ("s1001", "s1002")},
    }

    def find(self, kind: str, key: str) -> tuple[str, ...]:
        return self.known.get(kind, {}).get(key.lower(), ())


@pytest.mark.parametrize(
    ("claims", "owner"),
    [
        (Claims(code="K7M2ABC"), Owner("s1001")),
        (Claims(code="K7M2ABC", students=("s1001",)), Owner("s1001")),
        (Claims(students=("S1002",)), Owner("s1002")),
        (Claims(students=("12345", "s1002")), Owner("s1002")),
        (Claims(emails=("ADA@x.org",)), Owner("s1001")),
        (Claims(students=("ada@x.org",)), Owner("s1001")),
        (Claims(names="export/Ada L_s1001_file/answer.pdf"), Owner("s1001")),
        (Claims(names="k7m2abc.pdf"), Owner("s1001")),
        (Claims(names="7.pdf"), Owner("7")),
        (Claims(names="7/answers.toml"), Owner("7")),
        (Claims(code="TWICE22", students=("t02",)), Owner("t02")),
        (Claims(code="TWICE22", students=("t01",), names="twice22.pdf"), Owner("t01")),
        (Claims(code="TWICE22", names="t02 sheet.pdf"), Owner("t02")),
        (Claims(students=("t02",), names="TWICE22.pdf"), Owner("t02")),
    ],
)
def test_whose_work_it_is(claims: Claims, owner: Owner) -> None:
    assert owner_of(claims, Class()) == owner


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        (Claims(), "nothing says whose it is"),
        (Claims(names="sheet 7 version 2.pdf"), "nothing says whose it is"),
        (Claims(names="xs1001y.pdf"), "nothing says whose it is"),
        (Claims(names="s1001 and s1002.pdf"), "several students fit: s1001, s1002"),
        (Claims(students=("s1001",), emails=("x@x.org",), code="NOCODE"), "the code `NOCODE` belongs to no sheet"),
        (Claims(students=("s1009",)), "`s1009` is no student of this class"),
        (Claims(emails=("both@x.org",)), "`both@x.org` is no student"),
        (Claims(students=("s1001", "s1002")), "several students fit"),
        (Claims(code="TWICE22"), "the code `TWICE22` belongs to the sheets of t01, t02, and no id says to which it is"),
        (Claims(code="TWICE22", students=("s1001",)), "belongs to the sheets of t01, t02"),
        (Claims(names="TWICE22.pdf"), "several students fit: t01, t02"),
    ],
)
def test_nothing_is_guessed(claims: Claims, why: str) -> None:
    owner = owner_of(claims, Class())
    assert owner.student == "" and why in owner.reason


@pytest.mark.parametrize(
    "claims",
    [
        Claims(code="K7M2ABC", students=("s1002",)),
        Claims(code="K7M2ABC", names="s1002/sheet.pdf"),
        Claims(code="K7M2ABC", names="s1002/s1001.pdf"),
        Claims(code="K7M2ABC", students=("s1001",), names="s1002.pdf"),
        Claims(students=("s1001",), names="s1002.pdf"),
    ],
)
def test_the_variant_of_another_student_is_recognised(claims: Claims) -> None:
    owner = owner_of(claims, Class())
    assert (owner.student, owner.variant) == ("s1002", "s1001")
    assert "the sheet of s1001" in owner.reason
