"""One more class, as platforms and systems return it: two further cases of each promise of docs/grading.md, a row each.

Names of uploads are those that Moodle, Sakai, Teams, OpenOlat, ILIAS and Blackboard write; other people, files and
slips than in test_clauses_of_a_class.py.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from support.classes import PROBLEM, QUICK, STEPS, SmallClass, answer_file

pytestmark = pytest.mark.slow

PEOPLE = (
    "Müller-Lüdenscheidt,Zoë", "García Márquez,Ana María", "Ivanova,Olga", "Ivanova,Anna", "Smith,Jane",
    "Smith,Jane Marie", "de la Cruz,José", "O'Neil,Séamus", "Öz,Şule", "Wei,Li", "Kim,Min-jun", "Dupont,Élodie",
    "Šimić,Đorđe", "Parts,Three", "Windows,Copy", "Drive,Google", "Scan,Hand", "Absent,Excused", "Rounds,Who",
    "Swaps,Who", "Agreed,Sum", "Berg,Åsa",
)  # fmt: skip
RULES = '[grade]\ndue = 2026-10-25T18:00:00\nlate = "10 %"\nmarks = { "pass" = 50, "fail" = 0 }\n'
NOON = datetime(2026, 10, 25, 12).timestamp()
HOUR = 3600
Answers = dict[str, str]


def lines(answers: Answers) -> str:
    return "\n".join(f"{step} = {text}" for step, text in answers.items())


def on_a_page(answers: Answers) -> str:
    return f"<html><body>{''.join(f'<p>{step} = {text}</p>' for step, text in answers.items())}</body></html>"


def of_excel(answers: Answers) -> str:
    return "\r\n".join(["step;answer", *(f'{step};"{text}"' for step, text in answers.items())])


@dataclass(frozen=True)
class Came:
    """A file that came back: its name, whose answers stand in it, and what becomes of it."""

    name: str
    answers_of: int
    state: str = "counted"
    faults: Sequence[str] = ()
    only: Sequence[str] = STEPS
    written: Callable[[Answers], str] = lines
    after: float = 0
    encoding: str = "utf-8"


def decomposed(text: str) -> str:
    """As macOS writes names: a letter and its accent apart."""
    return unicodedata.normalize("NFD", text)


def of_somebody_else(answers: Answers) -> str:
    return answer_file(answers, student="p100")


ROWS: tuple[tuple[int, Came], ...] = (
    # whose it is
    (0, Came(decomposed("Zoë Müller-Lüdenscheidt_81_assignsubmission_file_/Übung.txt"), 0)),
    (1, Came("Ana María García Márquez_82_assignsubmission_onlinetext_/onlinetext.html", 1, written=on_a_page)),
    (2, Came("Homework 4/Ivanova, Olga(oivanova)/Submission attachment(s)/Ivanova Anna.txt", 2)),
    (3, Came("Abgaben/Ivanova_Anna_aivanova_4711/20261025093015_abgabe.txt", 3)),
    (4, Came("Smith_Jane_jsmith/2_submissions/hw.txt", 4)),
    (5, Came("hw - Jane Marie Smith.txt", 5)),
    (8, Came("Şule Öz - Homework 4.txt", 8)),
    (11, Came("Élodie Dupont/hw.toml", 11, "other's variant", written=of_somebody_else)),
    # which counts
    (6, Came("Submitted files/José de la Cruz/Homework 4/Version 1/final.txt", 6, "superseded", ["z_1"])),
    (6, Came("Submitted files/José de la Cruz/Homework 4/Version 2/hw.txt", 6)),
    (13, Came("p113/page1.txt", 13, "part", only=STEPS[:3])),
    (13, Came("p113/page2.toml", 13, "part", only=STEPS[3:6], written=answer_file)),
    (13, Came("p113/page3.txt", 13, only=STEPS[6:])),
    (14, Came("p114/hw.txt", 14, "superseded", ["z_1", "L"])),
    (14, Came("p114/hw - Copy.txt", 14, "superseded", ["L"])),
    (14, Came("p114/hw - Copy (2).txt", 14)),
    (15, Came("p115/Kopie von hw.txt", 15)),
    (15, Came("p115/hw.txt", 15, "superseded", ["L"])),
    # late
    (7, Came("777-123 - Séamus O'Neil - Oct 26, 2026 905 AM/hw.txt", 7)),
    (9, Came("liwei_LATE_4551_998_hw-1.txt", 9)),
    # what programs write
    (10, Came("Min-jun Kim/hw.txt", 10)),
    (12, Came("p112/hw.csv", 12, written=of_excel, encoding="utf-16")),
    (21, Came("p121.txt", 21, encoding="utf-16")),
    # copied: rounded by hand, with one number of the own sheet; in another form, with another slip
    (18, Came("p118.txt", 4)),
    (19, Came("p119.html", 5, written=on_a_page, faults=["dL/dW_1"])),
    (20, Came("p120.txt", 20, after=30 * HOUR)),
)
NO_RETURNS = ("Min-jun Kim/~$hw.docx", "Min-jun Kim/Thumbs.db:encryptable", "Min-jun Kim/Desktop.ini",
              "Min-jun Kim/__MACOSX/._hw.txt", "Homework 4/.DS_Store")  # fmt: skip
BY_HAND = "id;step;mark;reason\np116;total;6,5;read from the scan\np117;L;0,5;at the board\np120;total;7;\n"


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> SmallClass:
    small = SmallClass(tmp_path_factory.mktemp("class"), PROBLEM + RULES, PEOPLE)

    def put(name: str, raw: bytes, time: float = NOON) -> None:
        path = small.folder / "back" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
        os.utime(path, (time, time))

    for _, came in ROWS:
        digits = 4 if came.name == "p118.txt" else 6
        answers = small.answers(f"p{100 + came.answers_of}", *came.faults, digits=digits, only=came.only)
        if came.name == "p118.txt":
            answers["z_1"] = small.answers("p118", only=STEPS)["z_1"]
        put(came.name, came.written(answers).encode(came.encoding), NOON + came.after)
    for name in NO_RETURNS:
        put(name, b"\x07\0")
    put("p116/scan.jpg", b"\xff\xd8\xff")
    (small.folder / "back" / "p117").mkdir()
    os.mkfifo(small.folder / "back" / "p117" / "work.pdf")
    small.grades.mkdir()
    (small.grades / "overrides.csv").write_text(BY_HAND, "utf-8")
    small.marked(small.folder / "back", options=replace(QUICK, formats=("txt",)))
    return small


def test_each_file_is_its_students_and_what_was_promised_becomes_of_it(marked: SmallClass) -> None:
    found = {name.removeprefix("back/"): state for name, state in marked.states.items()}
    wanted = {came.name: (f"p{100 + student}", came.state) for student, came in ROWS}
    assert {name: found.get(name) for name in wanted} == wanted
    assert not {*NO_RETURNS}.intersection(found), "what the system put there is no return"


def test_right_work_earns_everything_wherever_it_stood(marked: SmallClass) -> None:
    right = {f"p{100 + student}" for student, came in ROWS if came.state == "counted" and student not in {18, 19, 20}}
    late = dict.fromkeys(("p107", "p109"), "8.1")
    scores = {student: score for student, score in marked.scores.items() if student in right}
    assert scores == {**dict.fromkeys(right, "9"), **late}


def test_marks_set_by_hand_count_for_those_whose_work_no_machine_read(marked: SmallClass) -> None:
    rows = {row["student_id"]: row for row in marked.table("grades.csv")}
    assert [(rows[each]["score"], rows[each]["grade"]) for each in ("p116", "p117", "p120")] == [
        ("6.5", "pass"), ("0.5", "fail"), ("7", "pass"),
    ]  # fmt: skip
    assert (rows["p116"]["L"], rows["p117"]["L"], rows["p117"]["z_1"]) == ("", "0.5", "")
    assert (rows["p120"]["days_late"], rows["p120"]["taken_off"]) == ("1", "0"), "the sum is as the teacher set it"
    pages = {each: (marked.grades / "feedback" / f"{each}.txt").read_text("utf-8") for each in ("p116", "p117", "p120")}
    assert "Score: 6.5 (read from the scan)" in pages["p116"] and "L: 0.5 (at the board)" in pages["p117"]
    assert not any(word in pages["p116"] + pages["p117"] for word in ("Not answered", "of 9", "of 0", "Handed in"))
    assert "Score: 7\n" in pages["p120"] and "late" not in pages["p120"]


def test_the_report_misses_only_those_who_have_no_marks(marked: SmallClass) -> None:
    page = (marked.grades / "report.html").read_text("utf-8")
    missing = page.partition("Without a return that counts")[2].partition("</table>")[0]
    assert "p111" in missing and not any(each in missing for each in ("p116", "p117", "p120"))


def test_copies_are_told_to_the_teacher_and_accuse_nobody(marked: SmallClass) -> None:
    remarks = {row["student_id"]: row["remarks"].partition(" (")[0] for row in marked.table("grades.csv")}
    assert {student: text for student, text in remarks.items() if text} == {
        "p118": "probably the numbers of p104", "p119": "probably the numbers of p105",
    }  # fmt: skip
    for student, other in (("p118", "p104"), ("p119", "p105")):
        page = (marked.grades / "feedback" / f"{student}.txt").read_text("utf-8")
        assert not any(word in page for word in (other, "probably", "copied"))
