"""Who may ask the server: its own page alone. Another site in the same browser knows neither token nor address.

The server listens on 127.0.0.1. A page of another site could still send requests there; so each must name this server
as its host (against names that are pointed here), come from the server's own page, and bring the token of this run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import compare_digest, token_urlsafe

from derive.errors import DeriveError

HOSTS = ("127.0.0.1", "localhost")
HOW = "open the address that `derive studio` printed"
TOKEN = "x-derive-token"
"""The header that a request brings the token in; no other site's page may send it."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'unsafe-inline' data: blob:; style-src 'unsafe-inline'; connect-src 'self'; "
        "img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
"""What every reply tells the browser: nothing is loaded from elsewhere, no other page may hold or read this one."""


class RefusedRequest(DeriveError):
    """A request that does not come from the server's own page."""


@dataclass(frozen=True, slots=True)
class Gate:
    """port   where the server listens
    token  the secret of this run
    """

    port: int
    token: str

    @staticmethod
    def of(port: int) -> Gate:
        """A gate with a new token."""
        return Gate(port, token_urlsafe(32))

    @property
    def address(self) -> str:
        """What opens the page."""
        return f"http://{HOSTS[0]}:{self.port}/?token={self.token}"

    def check(self, headers: Mapping[str, str | None], token: str) -> None:
        """Raises RefusedRequest for what does not come from the server's own page."""
        own = [f"{host}:{self.port}" for host in HOSTS]
        origins, sites = {None, *(f"http://{host}" for host in own)}, {None, "none", "same-origin"}
        if headers.get("host") not in own:
            raise RefusedRequest("this server answers to its own address alone", HOW)
        if headers.get("origin") not in origins or headers.get("sec-fetch-site") not in sites:
            raise RefusedRequest("another site asked", HOW)
        if not compare_digest(token.encode(), self.token.encode()):
            raise RefusedRequest("the token is missing, or that of another run", HOW)
