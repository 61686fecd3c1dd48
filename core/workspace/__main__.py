"""Projects as files: ``python -m core.workspace export`` and ``verify``."""

import argparse
import sys
from pathlib import Path

from core.errors import RondoError
from core.wording import counted, score_text
from core.workspace.exporting import export_project
from core.workspace.verify import Figure, verify_project
from core.workspace.workspace import open_workspace


def main(arguments: list[str] | None = None) -> int:
    """Export a project, or do an exported one again and compare.

    Returns
    -------
    int
        The exit code: 0; 1 when a figure differs; 2 when it could not be done.
    """
    parser = argparse.ArgumentParser(prog="python -m core.workspace")
    commands = parser.add_subparsers(dest="command", required=True)
    export = commands.add_parser("export", help="write a project into a zip file")
    export.add_argument("project", help="the project's id, as in its address")
    verify = commands.add_parser("verify", help="do an exported project once more")
    for each in (export, verify):
        each.add_argument("file", type=Path)
    given = parser.parse_args(arguments)
    try:
        if given.command == "export":
            export_project(open_workspace(), given.project, given.file)
            print(f"{given.file}: {counted('byte', given.file.stat().st_size)}")  # noqa: T201
            return 0
        return _show(verify_project(given.file, tell=_say))
    except RondoError as error:
        print(f"{error.message} {error.hint}", file=sys.stderr)  # noqa: T201
        return 2


def _say(said: str) -> None:
    print(said, file=sys.stderr)  # noqa: T201


def _show(figures: tuple[Figure, ...]) -> int:
    """Print old figure, new figure, equal; return the exit code."""
    for each in figures:
        old, new = _text(each.old), _text(each.new)
        equal = "equal" if each.equal else "DIFFERENT"
        print(f"cycle {each.cycle}  {each.what:<34} {old:<26} {new:<26} {equal}")  # noqa: T201
    n_equal = sum(each.equal for each in figures)
    print(f"{n_equal} of {counted('figure', len(figures))} equal.")  # noqa: T201
    return 0 if n_equal == len(figures) else 1


def _text(value: object) -> str:
    if isinstance(value, float):
        return score_text(value)
    text = str(value)
    return text if len(text) <= 24 else f"{text[:23]}…"


if __name__ == "__main__":
    sys.exit(main())
