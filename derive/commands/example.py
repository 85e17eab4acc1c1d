"""`derive example`: a built-in problem worked out."""

from argparse import ArgumentParser

from derive.commands.options import Arguments, page_options
from derive.commands.practice import write_practice
from derive.commands.solve import DEFAULT, step_option, work_out


def add(parser: ArgumentParser) -> None:
    """The options."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="which one; --list names all")
    parser.add_argument("--list", action="store_true", help="list the built-in problems")
    parser.add_argument("--practice", action="store_true", help="write the page to practise it in instead")
    page_options(parser, "solution", DEFAULT)
    step_option(parser)
    parser.set_defaults(run=run)


def run(options: Arguments) -> int:
    """Work the example out, or list all by topic."""
    from derive import examples

    if not options.list:
        path = examples.path(options.name or examples.DEFAULT)
        return write_practice(path, options) if options.practice else work_out(path, options)
    for topic, problems in examples.by_topic().items():
        print(f"{topic}")
        for name, title in problems:
            print(f"  {name:24} {title}")
    return 0
