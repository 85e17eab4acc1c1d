"""The studio on a computer, asked as its page asks, and as other sites, names and programs would."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import derive
from derive import examples
from derive.commands.cli import main
from derive.errors import DeriveError, InputError, ToolError
from derive.problem.problem import Problem
from derive.studio.server import opening
from derive.studio.server.opening import opened_file, studio_server
from derive.studio.server.studio_server import StudioServer

PROBLEM = """\
title = "A unit"
[data]
x = [1, 2]
t = 1
[parameters]
w = [0.5, -0.25]
[model]
equations = "y = tanh(w^T x)\\nE = (y - t)^2"
loss = "E"
[variants]
w = { from = -1, to = 1, step = 0.25 }
"""
ROSTER = b"student_id,last_name,first_name,email\ns1,Noether,Emmy,e@uni.example\ns2,Gauss,Carl,c@uni.example\n"


class Client:
    """Sends requests as the page does, but for what a test changes."""

    def __init__(self, server: StudioServer) -> None:
        self.server = server

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str | None) -> HTTPResponse:
        gate = self.server.gate
        own: dict[str, str | None] = {"Host": f"127.0.0.1:{gate.port}", "Origin": f"http://127.0.0.1:{gate.port}",
                                      "Content-Type": "application/json", "x-derive-token": gate.token}  # fmt: skip
        connection = HTTPConnection("127.0.0.1", gate.port, timeout=60)
        connection.putrequest(method, path, skip_host=True)
        for key, value in {**own, **{name.replace("_", "-"): value for name, value in headers.items()}}.items():
            if value is not None:
                connection.putheader(key, value)
        connection.putheader("Content-Length", str(len(body or b"")))
        connection.endheaders(body)
        return connection.getresponse()

    def ask(self, do: str, problem: str = PROBLEM, name: str = "unit", **more: Any) -> Any:
        reply = self.send("POST", "/ask", json.dumps({"do": do, "problem": problem, "name": name, **more}).encode())
        assert reply.status == 200
        return json.loads(reply.read())

    def page(self) -> str:
        reply = self.send("GET", self.server.gate.address.partition(str(self.server.gate.port))[2])
        assert reply.status == 200
        return reply.read().decode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("disk")
    (folder / "unit.toml").write_text(PROBLEM, "utf-8")
    return folder


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[Client]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "code_editor", lambda: "{}")
        server = studio_server(folder / "unit.toml", folder / "made")
    with server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield Client(server)
        server.shutdown()
        thread.join()


def test_it_listens_on_this_machine_alone(client: Client) -> None:
    assert client.server.server_address[0] == "127.0.0.1"


def test_its_page_has_the_file_and_no_engine(client: Client) -> None:
    page = client.page()
    assert "A unit" in page and client.server.gate.token in page
    assert 'id="engine"' not in page and len(page) < 500_000


REFUSED: list[Mapping[str, str | None]] = [
    {"x-derive-token": None},
    {"x-derive-token": "guessed"},
    {"x-derive-token": "ключ"},
    {"Host": "evil.example"},
    {"Host": "evil.example:80"},
    {"Host": None},
    {"Host": "127.0.0.1"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:1"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("changed", REFUSED, ids=str)
def test_no_other_site_can_drive_it(client: Client, folder: Path, changed: Mapping[str, str | None]) -> None:
    request = json.dumps({"do": "store", "problem": "x", "name": "planted", "over": True}).encode()
    headers = {key: value.encode().decode("latin-1") if value else None for key, value in changed.items()}
    reply = client.send("POST", "/ask", request, **headers)
    assert reply.status == 403 and not (folder / "planted.toml").exists()
    assert reply.getheader("access-control-allow-origin") is None


def test_the_page_itself_is_for_who_has_the_address(client: Client) -> None:
    for path in ("/", "/?token=", "/?token=guessed", "/made/unit.pdf"):
        reply = client.send("GET", path)
        assert reply.status == 403 and client.server.gate.token not in reply.read().decode()
    whole = f"/?token={client.server.gate.token}"
    assert client.send("GET", whole, Host="evil.example").status == 403
    assert client.send("GET", whole, Origin=None).status == 200


def test_no_other_page_may_frame_or_read_it(client: Client) -> None:
    reply = client.send("GET", f"/?token={client.server.gate.token}")
    assert "frame-ancestors 'none'" in str(reply.getheader("content-security-policy"))
    assert reply.getheader("referrer-policy") == "no-referrer"


def test_what_is_no_request_is_refused(client: Client) -> None:
    assert client.send("POST", "/ask", b"{}", Content_Type="text/plain").status == 415
    assert client.send("POST", "/elsewhere", b"{}").status == 404
    assert client.send("GET", f"/made/../unit.toml?token={client.server.gate.token}").status == 404
    for body in (b"not json", b"[1]"):
        assert client.send("POST", "/ask", body).status == 400
    assert client.ask("dance")["faults"]


def test_it_works_a_problem_out(client: Client) -> None:
    assert client.ask("work")["title"] == "A unit"
    (fault,) = client.ask("work", PROBLEM.replace("tanh", "tahn"))["faults"]
    assert fault["line"] == 8


def test_a_page_is_what_derive_solve_writes(client: Client) -> None:
    told = client.ask("download", format="txt")
    assert (told["file"], told["text"]) == ("unit.txt", derive.solve(Problem.loads(PROBLEM, "unit")).text("txt"))


def test_saving_writes_the_file(client: Client, folder: Path) -> None:
    new = PROBLEM.replace("A unit", "One unit")
    assert client.ask("store", new, known=PROBLEM) == {"file": "unit.toml"}
    assert Problem.load(folder / "unit.toml").title == "One unit"
    assert client.ask("store", PROBLEM, known=new) == {"file": "unit.toml"}


def test_a_file_that_changed_on_disk_is_not_written_over(client: Client, folder: Path) -> None:
    (folder / "other.toml").write_text("# somebody's own\n", "utf-8")
    assert client.ask("store", name="other", known=PROBLEM) == {"exists": "other.toml"}
    assert (folder / "other.toml").read_text("utf-8") == "# somebody's own\n"
    assert client.ask("store", name="other", known=PROBLEM, over=True) == {"file": "other.toml"}
    assert (folder / "other.toml").read_text("utf-8") == PROBLEM


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".hidden", "x" * 200, "a\\b", "c:"])
def test_no_name_leads_elsewhere(client: Client, folder: Path, name: str) -> None:
    before = sorted(folder.parent.rglob("*"))
    assert client.ask("store", name=name, over=True)["faults"]
    assert sorted(folder.parent.rglob("*")) == before


def test_numbers_of_a_file_beside_it_are_read(client: Client, folder: Path) -> None:
    (folder / "x.csv").write_text("3\n4\n", "utf-8")
    told = client.ask("work", PROBLEM.replace("x = [1, 2]", 'x = { file = "x.csv" }'))
    assert {each["name"]: each["shape"] for each in told["names"]}["x"] == [2] and 'data-name="x"' in told["html"]


def test_a_sheet_is_made_and_shown(client: Client, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("derive.studio.server.server_desk.SHEET_FORMATS", ("md", "toml"))
    told = client.ask("sheet")
    names = [each["name"] for each in told["files"]]
    assert "unit-sheet.md" in names and (folder / "made" / "unit-sheet.md").is_file()
    reply = client.send("GET", f"/made/unit-sheet.md?token={client.server.gate.token}")
    assert reply.status == 200 and reply.read() == (folder / "made" / "unit-sheet.md").read_bytes()


def no_engine(*arguments: object) -> bytes:
    raise ToolError("there is no LaTeX engine", "install one")


def test_without_an_engine_the_pdf_is_told_and_its_text_written(
    client: Client, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("derive.pdf.text_files.well_filled_tex", no_engine)
    (fault,) = client.ask("pdf")["faults"]
    assert "no LaTeX engine" in fault["message"] and "unit.tex" in fault["hint"]
    assert (folder / "made" / "unit.tex").is_file() and not (folder / "made" / "unit.pdf").exists()


def test_a_class_is_made_of_a_roster(client: Client, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("derive.studio.server.server_desk.CLASS_FORMATS", ("md",))
    monkeypatch.setattr("derive.classroom.workers.engine.cores", lambda: 1)
    told = client.ask("class", roster={"name": "list.csv", "data": b64encode(ROSTER).decode()})
    assert (told["students"], told["made"], told["messages"]) == (2, 2, [])
    assert len(list((folder / "made" / "unit-class" / "sheets").glob("*.md"))) == 2
    assert client.ask("class", roster={"name": "list.csv", "data": b64encode(ROSTER).decode()})["kept"] == 2
    assert client.ask("class", roster={"name": "list.csv", "data": "%"})["faults"]
    assert client.ask("class", roster={"name": "list.csv", "data": ""})["faults"]


def test_a_new_file_is_opened_empty_and_one_that_is_none_refused(tmp_path: Path) -> None:
    assert opened_file(tmp_path / "new.toml").problem == ""
    with pytest.raises(InputError, match="no problem file"):
        opened_file(tmp_path / "new.txt")
    (tmp_path / "latin.toml").write_bytes(b"title = '\xe4'")
    with pytest.raises(InputError, match="UTF-8"):
        opened_file(tmp_path / "latin.toml")


def test_a_port_that_is_taken_is_told(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "code_editor", lambda: "{}")
    with pytest.raises(DeriveError, match="cannot listen"):
        studio_server(None, tmp_path, client.server.gate.port)


def test_without_the_editor_the_page_has_a_plain_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(opening, "code_editor", no_engine)
    with studio_server(None, tmp_path) as server:
        assert b'id="code"' not in server.page() and b'<textarea id="problem"' in server.page()
    assert "plain field" in capsys.readouterr().err


def test_the_command_prints_the_address(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stopped(server: StudioServer) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(opening, "code_editor", lambda: "{}")
    monkeypatch.setattr(StudioServer, "serve_forever", stopped)
    assert main(["studio", str(examples.path("notes")), "--no-browser"]) == 0
    assert capsys.readouterr().out.startswith("http://127.0.0.1:")
    assert main(["studio", "--language", "xx", "--no-browser"]) == 2
