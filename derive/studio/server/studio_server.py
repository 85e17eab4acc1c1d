"""The server of the studio: one page, one place to ask, and the files that were made; Python's own HTTP server."""

import json
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from threading import Lock
from urllib.parse import parse_qs, unquote, urlsplit

from derive.errors import DeriveError
from derive.studio.server.gate import HEADERS, HOSTS, TOKEN, Gate, RefusedRequest
from derive.studio.server.server_desk import ServerDesk

MOST = 20_000_000  # bytes of a request
ASK, MADE = "/ask", "/made/"


class StudioServer(ThreadingHTTPServer):
    """Serves one desk. Requests are answered one after the other; `page` makes the page for a gate."""

    daemon_threads = True

    def __init__(self, desk: ServerDesk, page: Callable[[Gate], str], port: int = 0) -> None:
        try:
            super().__init__((HOSTS[0], port), _Handler)
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise DeriveError(f"cannot listen on port {port}: {why}", "name another: --port 8765") from None
        self.desk, self.gate, self.lock = desk, Gate.of(self.server_port), Lock()
        self._page = page

    def page(self) -> bytes:
        """The page as the file is now. Raises DeriveError for a file that cannot be opened."""
        return self._page(self.gate).encode()

    def answer(self, request: bytes) -> bytes:
        """The reply to a request. Raises DeriveError for what is no request."""
        try:
            asked = json.loads(request)
        except ValueError:
            raise DeriveError("this is no request", "send JSON") from None
        if not isinstance(asked, dict):
            raise DeriveError("this is no request", "send a JSON object")
        with self.lock:
            return json.dumps(self.desk.ask(asked), ensure_ascii=False).encode()


class _Handler(BaseHTTPRequestHandler):
    server: StudioServer
    server_version, sys_version = "derive", ""

    def do_GET(self) -> None:
        """The page, or a file that was made."""
        url = urlsplit(self.path)
        token = (parse_qs(url.query).get("token") or [""])[0]
        if not self._is_let_in(token):
            return
        made = self.server.desk.made.get(unquote(url.path.removeprefix(MADE)))
        if url.path == "/":
            self._answer(self.server.page, "text/html; charset=utf-8")
        elif url.path.startswith(MADE) and made and made.is_file():
            kind = guess_type(made.name)[0] or "text/plain"
            self._reply(
                HTTPStatus.OK, made.read_bytes(), f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
            )
        else:
            self._reply(HTTPStatus.NOT_FOUND, b"there is nothing here\n")

    def do_POST(self) -> None:
        """The reply to a request."""
        if not self._is_let_in(self.headers.get(TOKEN) or ""):
            return
        length = self.headers.get("content-length") or ""
        if self.path != ASK:
            self._reply(HTTPStatus.NOT_FOUND, b"there is nothing here\n")
        elif self.headers.get_content_type() != "application/json":
            self._reply(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, b"a request is application/json\n")
        elif not length.isdecimal() or int(length) > MOST:
            self._reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a request has at most {MOST} bytes\n".encode())
        else:
            request = self.rfile.read(int(length))
            self._answer(lambda: self.server.answer(request), "application/json")

    def _answer(self, answer: Callable[[], bytes], kind: str) -> None:
        try:
            self._reply(HTTPStatus.OK, answer(), kind)
        except DeriveError as error:
            self._reply(HTTPStatus.BAD_REQUEST, f"{error}\n".encode())

    def _is_let_in(self, token: str) -> bool:
        asked = {key.lower(): value for key, value in self.headers.items()}
        try:
            self.server.gate.check(asked, token)
        except RefusedRequest as refused:
            self._reply(HTTPStatus.FORBIDDEN, f"{refused}\n".encode())
            return False
        return True

    def _reply(self, status: HTTPStatus, content: bytes, kind: str = "text/plain; charset=utf-8") -> None:
        self.send_response(status)
        for key, value in HEADERS.items():
            self.send_header(key, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Nothing is logged: an address holds the token."""
