"""What lies in a student's upload is that student's: nobody can touch another's marks."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from support.classes import SmallClass, answer_file

from derive.classroom.returns.upload_names import upload_name


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallClass:
    return SmallClass(tmp_path_factory.mktemp("small"))


def put(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "student", "time", "late"),
    [
        ("Ada Lovelace_3301_assignsubmission_file_", "Ada Lovelace", None, False),
        ("Lovelace Ada_3301_assignsubmission_onlinetext_x.html", "Lovelace Ada", None, False),
        ("lovelaceada_41234_998877_week 3.pdf", "lovelaceada", None, False),
        ("lovelaceada_LATE_41234_998877_week 3.pdf", "lovelaceada", None, True),
        ("Week 3_alove_attempt_2026-03-04-23-59-07_w.pdf", "alove", datetime(2026, 3, 4, 23, 59, 7), False),
        ("Week 3_alove_attempt_2026-03-04-23-59-07.txt", "alove", datetime(2026, 3, 4, 23, 59, 7), False),
        (
            "55123-8842 - Ada Lovelace - Mar 4, 2026 1159 PM - w.pdf",
            "Ada Lovelace",
            datetime(2026, 3, 4, 23, 59),
            False,
        ),
        ("55123-8842 - Ada Lovelace- 4 March, 2026 930 AM", "Ada Lovelace", datetime(2026, 3, 4, 9, 30), False),
    ],
)
def test_names_of_platforms_say_whose_upload_it_is(name: str, student: str, time: datetime | None, late: bool) -> None:
    found = upload_name(name)
    assert found and (found.student, found.time, found.late) == (student, time, late)


@pytest.mark.parametrize("name", ["week 3.pdf", "p101_answers.toml", "export_2026_11_x.csv", "my_attempt_2.md"])
def test_other_names_are_of_no_platform(name: str) -> None:
    assert upload_name(name) is None


FOLDERS = {
    "Moodle": "Ada Lovelace_3301_assignsubmission_file_/work.toml",
    "Moodle, last name first": "Lovelace Ada_3301_assignsubmission_file_/work.toml",
    "Canvas": "lovelaceada_41234_998877_work.toml",
    "Brightspace": "55123-8842 - Ada Lovelace - Mar 4, 2026 1159 PM - work.toml",
    "ILIAS": "Lovelace_Ada_alove_8812/work.toml",
    "an e-mail address": "p101@uni.example/work.toml",
    "an id": "from p101/work.toml",
}


@pytest.mark.slow
@pytest.mark.parametrize("platform", FOLDERS)
def test_a_folder_of_a_platform_is_one_students(small: SmallClass, tmp_path: Path, platform: str) -> None:
    back = put(tmp_path / "back", {FOLDERS[platform]: answer_file(small.answers("p101"))})
    small.marked(back)
    assert small.scores == {"p101": "9"}


def test_names_of_every_script_and_with_accents_are_found(small: SmallClass, tmp_path: Path) -> None:
    texts = {"Анна Петрова_12_assignsubmission_file_/a.toml": answer_file(small.answers("p104")),
             "Celik Ozgur_13_assignsubmission_file_/a.toml": answer_file(small.answers("p103"))}  # fmt: skip
    small.marked(put(tmp_path / "back", texts))
    assert small.scores == {"p103": "9", "p104": "9"}


def attack(small: SmallClass) -> dict[str, str]:
    """What Grace might put into her upload to spoil Ada's marks: Ada's sheet, file names, a zip, a table of rows."""
    spoilt = dict.fromkeys(small.answers("p101"), "7")
    return {
        "coded.toml": answer_file(spoilt, code=small.code("p101")),
        "named.toml": answer_file(spoilt, student="p101"),
        "Ada Lovelace_3301_assignsubmission_file_/work.toml": answer_file(spoilt, student="p101"),
        "rows.csv": "student_id,z_2,L\np101,7,7\np100,8,8\n",
    }


@pytest.mark.slow
@pytest.mark.parametrize("upload", ["Grace Hopper_77_assignsubmission_file_", "p100", "Grace Hopper"])
def test_nothing_in_an_upload_touches_the_marks_of_another(small: SmallClass, tmp_path: Path, upload: str) -> None:
    inside = {f"{upload}/{name}": text for name, text in attack(small).items()}
    own = {"Ada Lovelace_3301_assignsubmission_file_/a.toml": answer_file(small.answers("p101"))}
    back = put(tmp_path / "back", own | inside)
    small.marked(back)
    assert small.scores["p101"] == "9"
    assert {state for name, (student, state) in small.states.items() if upload in name and student == "p101"} == set()
    assert small.states[f"back/{upload}/coded.toml"] == ("p100", "other's variant")
    assert small.states[f"back/{upload}/rows.csv, row 2"] == ("p100", "conflict")


@pytest.mark.slow
def test_a_zip_in_an_upload_is_of_who_uploaded_it(small: SmallClass, tmp_path: Path) -> None:
    back = put(tmp_path / "back", {"p101.toml": answer_file(small.answers("p101"))})
    (back / "Grace Hopper_77_assignsubmission_file_").mkdir()
    with zipfile.ZipFile(back / "Grace Hopper_77_assignsubmission_file_" / "all.zip", "w") as archive:
        archive.writestr("p101/work.toml", answer_file({"z_2": "7"}))
    small.marked(back)
    assert small.scores["p101"] == "9"
    assert [student for name, (student, _) in small.states.items() if "all.zip" in name] == ["p100"]


def test_a_name_inside_the_name_that_a_platform_gave_says_nothing(small: SmallClass, tmp_path: Path) -> None:
    names = ["hoppergrace_41234_998877_p101_12_assignsubmission_file_.toml",
             "Week 3_p100_attempt_2026-03-04-23-59-07_x_p101_attempt_2026-03-05-23-59-07_y.toml"]  # fmt: skip
    small.marked(put(tmp_path / "back", {name: answer_file(small.answers("p100")) for name in names}))
    assert small.scores == {"p100": "9"}


def test_the_upload_of_somebody_who_is_not_on_the_roster_counts_for_nobody(small: SmallClass, tmp_path: Path) -> None:
    text = answer_file(small.answers("p101"), code=small.code("p101"))
    small.marked(put(tmp_path / "back", {"Eve Evil_9_assignsubmission_file_/a.toml": text}))
    assert small.scores == {}
    (reason,) = small.reasons.values()
    assert reason == "it was handed in by `Eve Evil`, who is not on the roster, and this is the sheet of p101"


@pytest.mark.slow
def test_an_anonymous_upload_is_found_by_its_code(small: SmallClass, tmp_path: Path) -> None:
    text = answer_file(small.answers("p101"), code=small.code("p101"))
    small.marked(put(tmp_path / "back", {"Participant 4711_9_assignsubmission_file_/a.toml": text}))
    assert small.scores == {"p101": "9"}


@pytest.mark.slow
def test_a_table_of_several_students_counts_only_where_the_teacher_named_it(small: SmallClass, tmp_path: Path) -> None:
    rows = "student_id,z_2,L\np101,7,7\np100,8,8\n"
    back = put(tmp_path / "back", {"form.csv": rows})
    small.marked(back)
    assert small.scores == {} and small.states == {"back/form.csv": ("", "unreadable")}
    assert "name the table itself" in small.reasons["back/form.csv"]
    small.marked(back / "form.csv")
    assert set(small.scores) == {"p100", "p101"}


def test_two_students_of_one_name_are_told_apart_by_their_sheets(tmp_path: Path) -> None:
    small = SmallClass(tmp_path, people=("Smith,Jane", "Smith,Jane", "Doe,Joe"))
    coded = answer_file(small.answers("p101"), code=small.code("p101"))
    other = answer_file(small.answers("p102"), code=small.code("p102"))
    back = put(tmp_path / "back", {"Jane Smith_1_assignsubmission_file_/a.toml": coded,
                                   "Jane Smith_2_assignsubmission_file_/b.toml": answer_file({"z_2": "1"}),
                                   "Jane Smith_3_assignsubmission_file_/c.toml": other})  # fmt: skip
    small.marked(back)
    assert small.scores == {"p101": "9"}
    assert [reason for reason in small.reasons.values() if reason] == ["several students fit: p100, p101"] * 2
