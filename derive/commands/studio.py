"""`derive studio`: the page to write problems in, served on this machine."""

from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path

from derive.commands.options import Arguments, whole_number

LAST_PORT = 65535


def add(parser: ArgumentParser) -> None:
    """The options."""
    parser.add_argument("problem", nargs="?", metavar="PROBLEM", help="the problem file (TOML) to open; it may be new")
    parser.add_argument("-o", "--output", default="output", metavar="DIR",
                        help="folder for what is made (default: output)")  # fmt: skip
    parser.add_argument("--port", type=whole_number(0, LAST_PORT), default=0, metavar="N",
                        help="where to listen (default: any free port)")  # fmt: skip
    parser.add_argument("--language", default="en", metavar="XX", help="the language of the page's words")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.set_defaults(run=run)


def run(options: Arguments) -> int:
    """Serve the page until it is stopped."""
    import webbrowser

    from derive.studio.server.opening import studio_server

    problem = None if options.problem is None else Path(options.problem)
    server = studio_server(problem, Path(options.output), options.port, options.language)
    print(f"{server.gate.address}\n  open it in a browser of this machine; Ctrl-C stops", flush=True)
    if not options.no_browser:
        webbrowser.open(server.gate.address)
    with server, suppress(KeyboardInterrupt):
        server.serve_forever()
    return 0
