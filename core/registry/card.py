"""The model card: what a version is, on what ground, and where it ends.

Its front matter and headings are those of Hugging Face and skops; only the judgement
(`Judgement`) is typed by a person.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from core.data.schema import ColumnSchema, Schema
from core.wording import counted

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-!|<>~$&:])")


Risk = Literal["not judged", "low", "medium", "high"]
RISKS: Final[tuple[Risk, ...]] = get_args(Risk)
_NOT_SAID: Final = "Nothing was said when the version was saved."


@dataclass(frozen=True)
class Judgement:
    """What no number says of a version: its uses, its risk, its known limits.

    Attributes
    ----------
    intended_use, not_intended_use : str
        As typed; empty where nothing was.
    risk : {"not judged", "low", "medium", "high"}
    limits : tuple of str
        Sentences about what was found: weak slices, checks, blind spots.
    """

    intended_use: str = ""
    not_intended_use: str = ""
    risk: Risk = "not judged"
    limits: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {**vars(self), "limits": list(self.limits)}


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
        _front_matter(described, evaluation),
        _heading(described),
        _uses(described.get("judgement") or {}),
        ("## Training procedure", ""),
        _lineage(described["lineage"]),
        _environment(described["environment"]),
        _results(evaluation),
        _columns(schema),
        _contact(described),
    )
    return "\n".join(line for section in sections for line in section)


def _plain(value: object) -> str:
    """Return a name from outside as Markdown that shows it literally, on one line."""
    return _MARKDOWN.sub(r"\\\1", " ".join(str(value).split()))


def _front_matter(
    described: Mapping[str, Any], evaluation: Mapping[str, Any] | None
) -> Iterator[str]:
    """Yield what registries of models read; JSON strings are YAML strings too."""
    numbers = described["task"] == "regression"
    kind = "tabular-regression" if numbers else "tabular-classification"
    yield "---"
    yield "library_name: sklearn"
    yield f"pipeline_tag: {kind}"
    yield "tags:"
    for tag in ("rondo", "tabular", described["family"]):
        yield f"- {json.dumps(str(tag))}"
    metrics = [
        m for m in (evaluation or {}).get("metrics", {}).values() if _is_known(m)
    ]
    if metrics:
        yield "model-index:"
        yield f"- name: {json.dumps(str(described['name']))}"
        yield "  results:"
        yield f"  - task:\n      type: {kind}"
        yield "    metrics:"
        for metric in metrics:
            yield f"    - type: {json.dumps(str(metric.get('name', '')))}"
            yield f"      value: {metric['value']:.6g}"
    yield "---"
    yield ""


def _is_known(metric: Mapping[str, Any]) -> bool:
    value = metric.get("value")
    return isinstance(value, int | float) and math.isfinite(value)


def _uses(judgement: Mapping[str, Any]) -> Iterator[str]:
    yield "## Intended uses & limitations"
    yield ""
    yield f"Intended use: {_plain(judgement.get('intended_use') or _NOT_SAID)}"
    yield ""
    yield f"Not intended: {_plain(judgement.get('not_intended_use') or _NOT_SAID)}"
    yield ""
    yield f"Risk: {_plain(judgement.get('risk') or 'not judged')}."
    yield ""
    limits = judgement.get("limits") or ()
    yield "Known limits:" if limits else "Known limits: none were found or recorded."
    yield ""
    yield from (f"- {_plain(limit)}" for limit in limits)
    if limits:
        yield ""


def _contact(described: Mapping[str, Any]) -> Iterator[str]:
    yield "## How to get started"
    yield ""
    yield (
        "Load it with `core.registry.load_version`, ask it over the API, or take one "
        "of the bundles of the Deploy page along."
    )
    yield ""
    yield "## Model card contact"
    yield ""
    yield f"The project {_plain(described['project'])}; its history names who saved it."
    yield ""


def _heading(described: Mapping[str, Any]) -> Iterator[str]:
    yield f"# {_plain(described['project'])}, version {described['number']}"
    yield ""
    yield "## Model description"
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
    yield "## Evaluation results"
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
    yield "### Made from"
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
    yield "### Environment"
    yield ""
    yield f"Python {environment['python']} on {environment['platform']}."
    for name, number in environment["libraries"].items():
        yield f"- {name} {number}"
    yield ""
