"""When something was handed in, by what Sakai and Brightspace write beside it; and zips in zips, which have the time of
the upload that they lie in.
"""

from __future__ import annotations

import io
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.classes import SmallClass, answer_file

from derive.classroom.returns.returned_files import MAX_ZIPS, CannotRead, Refused, ReturnedFile, Shelf, returned_files
from derive.classroom.returns.work_reader import read_work

NINE = datetime(2026, 5, 4, 9, 0, 7, tzinfo=UTC).timestamp()
LOCAL = datetime(2026, 5, 4, 23, 58).timestamp()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallClass:
    return SmallClass(tmp_path_factory.mktemp("small"))


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 5, 9, 8, 0, 0)), raw)
    return buffer.getvalue()


def export(folder: Path, members: dict[str, bytes], packed: bool) -> Path:
    """What a platform exports, as a zip or unpacked."""
    if packed:
        (folder / "export.zip").write_bytes(zipped(members))
        return folder / "export.zip"
    for name, raw in members.items():
        (folder / "export" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "export" / name).write_bytes(raw)
    return folder / "export"


def found(path: Path) -> dict[str, float]:
    """The returns that lie somewhere, by the ends of their names, and their times."""
    sources = [source for source in returned_files([path]) if isinstance(source, ReturnedFile)]
    return {source.shown.rpartition("export")[2].lstrip("/.:zip "): source.time for source in sources}


SAKAI = "Sheet 4/Hopper, Grace(ghopper)"


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("stamp", ["20260504090007412", "2026-05-04T09:00:07.412Z", "2026-05-04T11:00:07.412+02:00\n"])
def test_sakai_says_in_each_students_folder_when(tmp_path: Path, packed: bool, stamp: str) -> None:
    members = {f"{SAKAI}/timestamp.txt": stamp.encode(), f"{SAKAI}/Submission attachment(s)/w.toml": b"z_2 = '1'"}
    times = found(export(tmp_path, members, packed))
    assert [(name.rpartition("/")[2], round(time - NINE)) for name, time in times.items()] == [("w.toml", 0)]


@pytest.mark.parametrize(
    ("name", "stamp"),
    [
        ("Ada Lovelace_3301_assignsubmission_file_/timestamp.txt", "20260504090007412"),
        (f"Ada Lovelace_3301_assignsubmission_file_/{SAKAI}/timestamp.txt", "20260504090007412"),
        ("p101/timestamp.txt", "20260504090007412"),
        (f"{SAKAI}/Submission attachment(s)/timestamp.txt", "20260504090007412"),
    ],
)
def test_what_a_student_calls_a_time_stamp_is_none(tmp_path: Path, name: str, stamp: str) -> None:
    folder = name.rpartition("/")[0]
    times = found(export(tmp_path, {name: stamp.encode(), f"{folder}/w.toml": b"z_2 = '1'"}, packed=True))
    assert NINE not in {round(time) for time in times.values()} and len(times) == 2


def test_a_stamp_that_says_nothing_leaves_the_time_of_the_file(tmp_path: Path) -> None:
    path = export(tmp_path, {f"{SAKAI}/timestamp.txt": b"soon", f"{SAKAI}/w.toml": b"z_2 = '1'"}, packed=False)
    os.utime(path / SAKAI / "w.toml", (NINE + 60, NINE + 60))
    assert [round(time - NINE) for time in found(path).values()] == [60]


ROW = '<tr><td>Ada Lovelace</td><td><a href="{}">work.toml</a></td><td>May 4, 2026 <b>11:58&nbsp;PM</b></td></tr>'
UPLOAD = "55123-8842 - Ada Lovelace - May 4, 2026 1158 PM"


@pytest.mark.parametrize("packed", [True, False])
def test_brightspace_lists_the_uploads_on_a_page_of_its_own(tmp_path: Path, packed: bool) -> None:
    page = "<table>" + ROW.format(UPLOAD.replace(" ", "%20") + "/work.toml") + ROW.format("late%20work.toml")
    members = {"index.html": page.encode(), f"{UPLOAD}/work.toml": b"z_2 = '1'", "late work.toml": b"z_2 = '2'"}
    times = found(export(tmp_path, members, packed))
    assert {name.rpartition("/")[2]: time for name, time in times.items()} == {
        "work.toml": LOCAL,
        "late work.toml": LOCAL,
    }


def test_a_page_of_a_students_is_a_return(tmp_path: Path) -> None:
    members = {
        "index.html": b"<p>z_2 = 1</p>",
        "p101/index.html": b"<p>z_2 = 2</p>",
        f"{UPLOAD}/index.html": b"z_2 = 3",
    }
    assert len(found(export(tmp_path, members, packed=True))) == 2  # the first lies beside an upload of Brightspace


# --- zips in zips ---------------------------------------------------------------------------------------------------


def nested(depth: int, raw: bytes) -> bytes:
    for level in range(depth):
        raw = zipped({f"level {level}.zip" if level else "work.toml": raw})
    return raw


@pytest.mark.parametrize("depth", [1, MAX_ZIPS])
def test_a_zip_in_a_zip_is_read(tmp_path: Path, depth: int) -> None:
    (tmp_path / "export.zip").write_bytes(nested(depth, b"z_2 = '7'"))
    (source,) = returned_files([tmp_path / "export.zip"])
    assert isinstance(source, ReturnedFile)
    with Shelf() as shelf:
        assert shelf.read(source) == b"z_2 = '7'"
    assert source.shown.count(".zip: ") == depth


def test_one_that_lies_too_deep_says_so(tmp_path: Path) -> None:
    (tmp_path / "export.zip").write_bytes(nested(MAX_ZIPS + 1, b"z_2 = '7'"))
    (source,) = returned_files([tmp_path / "export.zip"])
    assert isinstance(source, ReturnedFile)
    with pytest.raises(CannotRead, match="more than 3 zips lie in one another"), Shelf() as shelf:
        read_work(source, shelf.read(source))


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04 no zip", nested(1, b"z")[:-30]])
def test_a_broken_one_is_told_and_the_others_are_read(tmp_path: Path, raw: bytes) -> None:
    members = {"p100/a.zip": raw, "p101/b.zip": nested(1, b"z_2 = '1'"), "p102/c.toml": b"z_2 = '2'"}
    (tmp_path / "export.zip").write_bytes(zipped(members))
    broken, first, second = returned_files([tmp_path / "export.zip"])
    assert isinstance(broken, Refused) and "cannot be opened" in broken.reason and broken.names == "p100/a.zip"
    with Shelf() as shelf:
        read = [shelf.read(source) for source in (second, first, second) if isinstance(source, ReturnedFile)]
    assert read == [b"z_2 = '2'", b"z_2 = '1'", b"z_2 = '2'"]


def test_a_zip_in_an_upload_belongs_to_it_and_came_when_that_did(small: SmallClass, tmp_path: Path) -> None:
    """Whatever the names and the times in it say."""
    forged = zipped({"p101/w.toml": answer_file(small.answers("p101")).encode(), "w.toml": b"z_2 = '7'"})
    members = {
        "Grace Hopper_77_assignsubmission_file_/all.zip": forged,
        "p101.toml": answer_file(small.answers("p101")).encode(),
    }
    (tmp_path / "export.zip").write_bytes(zipped(members))
    small.marked(tmp_path / "export.zip")
    assert small.scores["p101"] == "9"
    assert {student for name, (student, _) in small.states.items() if "all.zip" in name} == {"p100"}
    inner = [source for source in returned_files([tmp_path / "export.zip"]) if "all.zip" in str(source.shown)]
    assert {source.time for source in inner if isinstance(source, ReturnedFile)} == {
        datetime(2026, 5, 9, 8).timestamp()
    }


def test_what_a_zip_holds_in_all_its_zips_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("derive.classroom.returns.returned_files.MAX_MEMBERS", 12)
    members = {f"p{i}.zip": zipped({f"{k}.toml": b"z_2 = '1'" for k in range(4)}) for i in range(3)}
    (tmp_path / "export.zip").write_bytes(zipped(members))
    read, refused = [], []
    for source in returned_files([tmp_path / "export.zip"]):
        (refused if isinstance(source, Refused) else read).append(source.shown)
    assert len(read) == 8 and [name.rpartition(": ")[2] for name in refused] == ["p2.zip"]
