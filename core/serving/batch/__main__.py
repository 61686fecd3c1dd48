"""Answer a file: ``python -m core.serving.batch SOURCE DESTINATION --project P``."""

import argparse
import gc
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from core.data.reading.flow import open_flow
from core.errors import RondoError
from core.registry import Registry
from core.serving.batch.columns import BatchOptions
from core.serving.batch.file import BatchReport, score_file
from core.serving.batch.mapping import propose_mapping
from core.serving.live import LiveServices
from core.serving.log import PredictionLog
from core.serving.service import Service
from core.settings import Settings, get_settings
from core.storage import open_database
from core.wording import counted


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, answer the file, and say what became of it.

    Returns
    -------
    int
        0, or 1 where the file could not be answered; then nothing is written.
    """
    given = _parser().parse_args(arguments)
    start = time.monotonic()
    try:
        report = _answer(given, get_settings())
    except RondoError as error:
        _say(f"{error.message} {error.hint}\n", sys.stderr)
        return 1
    _say(f"{_said(report, time.monotonic() - start)}\n", sys.stdout)
    return 0


def _answer(given: argparse.Namespace, settings: Settings) -> BatchReport:
    database = open_database(settings)
    live = LiveServices(Registry.of(settings, database))
    try:
        service = (
            live.champion(given.project)
            if given.version is None
            else live.version(given.project, given.version)
        )
        gc.freeze()  # models and modules stay; collections need not look at them
        return score_file(
            service,
            given.source,
            given.destination,
            log=None if given.unkept else PredictionLog.of(settings, database),
            options=BatchOptions(_mapping(service, given), given.reasons),
            on_progress=_tell if sys.stderr.isatty() else None,
        )
    finally:
        database.close()


def _mapping(service: Service, given: argparse.Namespace) -> dict[str, str]:
    """Return what was said, and what is proposed for the rest; say the latter."""
    said = dict(given.map)
    schema = service.version.schema
    wanted = [name for name in schema.names if name not in said.values()]
    names = [name for name in open_flow(given.source).names if name not in said]
    proposed = propose_mapping(wanted, names)
    for theirs, ours in proposed.items():
        _say(f"The column {theirs!r} is taken for {ours!r}.\n", sys.stderr)
    return {**proposed, **said}


def _tell(share: float, n_rows: int) -> None:
    _say(f"\r{share:4.0%}  {n_rows:,} rows", sys.stderr)


def _say(text: str, to: TextIO) -> None:
    to.write(text)
    to.flush()


def _said(report: BatchReport, seconds: float) -> str:
    rate = report.n_rows / max(seconds, 1e-9)
    told = (
        f"{counted('row', report.n_rows)} answered in {seconds:.1f} s ({rate:,.0f}/s)"
    )
    told += f", {report.n_warned:,} with a warning"
    if report.n_refused:
        told += f"; left out as no rows: {counted('line', report.n_refused)}"
    return f"{told}."


def _pair(text: str) -> tuple[str, str]:
    theirs, equals, ours = text.partition("=")
    if not (theirs and equals and ours):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form theirs=ours")
    return theirs, ours


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m core.serving.batch",
        description="Answer every row of a file with a version. The result has the "
        "file's own columns and the answers behind them.",
    )
    parser.add_argument("source", type=Path, help="CSV, Parquet, JSON, Excel …")
    parser.add_argument("destination", type=Path, help=".csv or .parquet")
    parser.add_argument("--project", required=True, help="id of the project")
    parser.add_argument("--version", type=int, help="the champion when not given")
    parser.add_argument(
        "--map",
        type=_pair,
        action="append",
        default=[],
        metavar="THEIRS=OURS",
        help="a column of the file under another name than the model's; again for more",
    )
    parser.add_argument(
        "--reasons",
        type=int,
        default=0,
        metavar="N",
        help="name the N columns that moved each answer most (slow)",
    )
    parser.add_argument(
        "--unkept",
        action="store_true",
        help="do not keep the answers in the log: quicker, without ids, and unseen "
        "by Monitor",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
