"""The model card: what a version is, on what ground, and where it ends."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from core.data.schema import ColumnSchema, Schema
from core.wording import counted

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-!|<>~$&:])")


def write_card(
    described: Mapping[str, Any],
    schema: Schema,
    evaluation: Mapping[str, Any] | None,
) -> str:
    """Write the card of a version as Markdown.

    Parameters
    ----------
    described : mapping
        What ``version.json`` holds.
    schema : Schema
        The columns that the model takes.
    evaluation : mapping or None
        What an `Evaluation.to_dict` gave.

    Returns
    -------
    str
        Names from outside stand in it escaped.
    """
    sections = (
        _heading(described),
        _results(evaluation),
        _lineage(described["lineage"]),
        _columns(schema),
        _environment(described["environment"]),
    )
    return "\n".join(line for section in sections for line in section)


def _plain(value: object) -> str:
    """Return a name from outside as Markdown that shows it literally, on one line."""
    return _MARKDOWN.sub(r"\\\1", " ".join(str(value).split()))


def _heading(described: Mapping[str, Any]) -> Iterator[str]:
    yield f"# {_plain(described['project'])}, version {described['number']}"
    yield ""
    yield (
        f"Predicts **{_plain(described['target'])}** ({described['task']}) with "
        f"{_plain(described['name'])}."
    )
    yield f"Saved {described['created_at']:%Y-%m-%d %H:%M} UTC."
    if described["task"] == "binary":
        yield (
            f"Answers *{_plain(described['pos_label'])}* from a probability of "
            f"{described['threshold']:.3g}."
        )
    if described["note"]:
        yield f"Note: {_plain(described['note'])}"
    yield ""


def _results(evaluation: Mapping[str, Any] | None) -> Iterator[str]:
    yield "## Results"
    yield ""
    if not evaluation:
        yield "Not evaluated on test rows when it was saved."
        yield ""
        return
    n_rows = evaluation.get("n_rows", 0)
    yield f"On {counted('test row', n_rows)}, with 95% intervals."
    yield ""
    yield "| Metric | Value | Low | High |"
    yield "|---|---|---|---|"
    for metric in evaluation.get("metrics", {}).values():
        cells = (_number(metric.get(part)) for part in ("value", "low", "high"))
        yield f"| {_plain(metric.get('title', ''))} | {' | '.join(cells)} |"
    yield ""


def _number(value: object) -> str:
    known = isinstance(value, int | float) and math.isfinite(value)
    return f"{value:.4g}" if known else "-"


def _lineage(lineage: Mapping[str, Any]) -> Iterator[str]:
    yield "## Made from"
    yield ""
    for name, value in lineage.items():
        if isinstance(value, str | int | float) and value != "":
            yield f"- {_plain(name.replace('_', ' '))}: {_plain(value)}"
    if not lineage:
        yield "Not recorded."
    yield ""


def _columns(schema: Schema) -> Iterator[str]:
    yield "## Columns"
    yield ""
    yield "Outside these ranges and values the model answers, with a warning."
    yield ""
    yield "| Column | Kind | In training | Missing |"
    yield "|---|---|---|---|"
    for column in schema:
        share = f"{column.missing_share:.1%}"
        yield f"| {_plain(column.name)} | {column.kind} | {_seen(column)} | {share} |"
    yield ""


def _seen(column: ColumnSchema) -> str:
    if column.kind in ("number", "integer") and column.minimum is not None:
        return f"{_number(column.minimum)} to {_number(column.maximum)}"
    shown = ", ".join(_plain(level) for level in column.levels[:8])
    more = column.n_distinct - min(len(column.levels), 8)
    return f"{shown} and {more:,} more" if more > 0 and shown else shown


def _environment(environment: Mapping[str, Any]) -> Iterator[str]:
    yield "## Environment"
    yield ""
    yield f"Python {environment['python']} on {environment['platform']}."
    for name, number in environment["libraries"].items():
        yield f"- {name} {number}"
    yield ""
