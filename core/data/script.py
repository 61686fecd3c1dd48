"""Recipes as plain pandas scripts that give the same frame without Rondo."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from core.data import plain
from core.data.cohort import Cohort
from core.data.deriving import OTHER
from core.data.formula import parse_formula
from core.data.reckoning import write_formula
from core.data.row_rules import KEEP

if TYPE_CHECKING:
    from core.data.recipe import Step

Lines = list[str]
_HELPERS: Final = {
    name: inspect.getsource(function)
    for name, function in vars(plain).items()
    if inspect.isfunction(function)
}
_HEAD: Final = '''"""Clean a table as Rondo's recipe {digest} does.

    python clean.py table.parquet cleaned.parquet

Needs pandas and pyarrow. A CSV file works too, with the types that pandas guesses.
"""

import math
import operator
import sys
from typing import Any

import numpy as np
import pandas as pd

'''
_CLEAN: Final = '''
def clean(table: pd.DataFrame) -> pd.DataFrame:
    """Return the cleaned table."""
'''
_MAIN: Final = """

if __name__ == "__main__":
    source, target = sys.argv[1:3]
    read = pd.read_csv if source.endswith(".csv") else pd.read_parquet
    given = read(source)
    cleaned = clean(given.apply(tidy) if len(given.columns) else given)
    if target.endswith(".csv"):
        cleaned.to_csv(target, index=False)
    else:
        cleaned.to_parquet(target, index=False)
"""


def write_script(steps: Sequence["Step"], digest: str) -> str:
    """Return a Python script that does what the steps of a recipe do.

    It needs only pandas, numpy and pyarrow; the functions that the steps use are
    written into it. Names and values stand in it as Python literals.

    Parameters
    ----------
    steps : sequence of Step
    digest : str
        Hash of the recipe, named in the script's first line.

    Examples
    --------
    >>> "def tidy(" in write_script((), "0f3a")
    True
    """
    body: Lines = []
    for number, step in enumerate(steps, start=1):
        said = re.sub(r"\s+", " ", step.sentence)[:70].encode("ascii", "replace")
        body.append(f"# {number}. {said.decode()}")
        body.extend(_WRITERS[step.kind](step))
    lines = "\n".join("    " + line for line in [*body, "return table"])
    code = _CLEAN + lines + "\n" + _MAIN
    helpers = "\n\n".join(_HELPERS[name] for name in _used(code))
    head = _HEAD.format(digest=digest[:12])
    return f"{head}\n{helpers}\n{code}"


def _used(code: str) -> list[str]:
    """Return the helpers that some code calls, and those that they call."""
    found: dict[str, None] = {}
    waiting = [code]
    while waiting:
        text = waiting.pop()
        for name, source in _HELPERS.items():
            if name not in found and re.search(rf"\b{name}\b", text):
                found[name] = None
                waiting.append(source)
    return [name for name in _HELPERS if name in found]


def _each(step: "Step", line: str) -> Lines:
    """Write one line that is done for every column of a step, as ``name``."""
    return [f"for name in {list(step.columns)!r}:", f"    {line}"]


def _subset(step: "Step") -> str:
    return repr(list(step.columns)) if step.columns else "None"


def _drop_rows(step: "Step") -> Lines:
    column = f"table[{step.columns[0]!r}]"
    sign = step.options["operator"]
    if sign == "is missing":
        return [f"table = table[{column}.notna()].reset_index(drop=True)"]
    value = f"value_for({step.options.get('value')!r}, {column})"
    return [
        f"fits = compare({column}, {sign!r}, {value}).fillna(False).astype(bool)",
        "table = table[~fits].reset_index(drop=True)",
    ]


def _drop_holding(step: "Step") -> Lines:
    written = write_formula(parse_formula(step.options["condition"]))
    return _without(step, [f"fits = holds({written}, table.index)"])


def _drop_cohort(step: "Step") -> Lines:
    lines = ["fits = np.ones(len(table), dtype=bool)"]
    for rule in Cohort.from_dict(step.options["cohort"]).conditions:
        if rule.op == "formula":
            written = write_formula(parse_formula(rule.value))
            lines.append(f"fits &= holds({written}, table.index)")
        else:
            column = f"table[{rule.column!r}]"
            lines.append(f"fits &= fitting({column}, {rule.op!r}, {rule.value!r})")
    return _without(step, lines)


def _without(step: "Step", lines: Lines) -> Lines:
    kept = "fits" if step.options.get("rows") == KEEP else "~fits"
    return [*lines, f"table = table[{kept}].reset_index(drop=True)"]


def _trim_text(step: "Step") -> Lines:
    case = step.options.get("case") or "keep"
    lines = [
        f"for name in {list(step.columns)!r}:",
        '    if pd.api.types.is_string_dtype(table[name].dtype):',
        '        text = table[name].str.strip().str.replace(r"\\s+", " ", regex=True)',
    ]  # fmt: skip
    if case != "keep":
        lines.append(f"        text = text.str.{case}()")
    return [*lines, '        table = table.assign(**{name: text.mask(text == "")})']


def _merge_levels(step: "Step") -> Lines:
    name = step.columns[0]
    pairs = {str(old): str(new) for old, new in step.options["mapping"].items()}
    return [f"table = table.assign(**{{{name!r}: merged(table[{name!r}], {pairs!r})}})"]


def _outside(step: "Step", made: str) -> Lines:
    low, high = step.options.get("minimum"), step.options.get("maximum")
    tests = [f"(table[name] < {low!r})"] if low is not None else []
    tests += [f"(table[name] > {high!r})"] if high is not None else []
    return [
        f"for name in {list(step.columns)!r}:",
        f"    beyond = {' | '.join(tests) or 'table[name] != table[name]'}",
        f"    {made}",
    ]


def _clip(step: "Step") -> Lines:
    low, high = step.options.get("minimum"), step.options.get("maximum")
    change = f"tidy(table[name].clip({low!r}, {high!r}))"
    return _each(step, f"table = table.assign(**{{name: {change}}})")


def _date_parts(step: "Step") -> Lines:
    name, lines = step.columns[0], []
    for part in step.options["parts"]:
        moments = f"table[{name!r}]"
        value = f"{moments}.dt.{'day_of_week' if part == 'weekday' else part}"
        if part == "days":
            value = f"({moments} - pd.Timestamp(0)).dt.days"
        lines.append(f"table = table.assign(**{{{f'{name} {part}'!r}: tidy({value})}})")
    return lines


def _text_features(step: "Step") -> Lines:
    counts = {"length": "len()", "words": r'count(r"\S+")'}
    return [
        f"table = table.assign(**{{{f'{name} {feature}'!r}: "
        f"tidy(as_text(table[{name!r}]).str.{counts[feature]})}})"
        for name in step.columns
        for feature in step.options["features"]
    ]


def _group_rare(step: "Step") -> Lines:
    name = step.columns[0]
    keep = [str(level) for level in step.options["keep"]]
    other = step.options.get("other") or OTHER
    return [
        f"text = as_text(table[{name!r}])",
        f"kept = text.isin({keep!r}) | text.isna()",
        f"table = table.assign(**{{{name!r}: text.where(kept, {other!r})}})",
    ]


def _formula(step: "Step") -> Lines:
    written = write_formula(parse_formula(step.options["formula"]))
    name = str(step.options["to"]).strip()
    return [f"table = table.assign(**{{{name!r}: tidy({written})}})"]


def _parse_date(step: "Step") -> Lines:
    written = f"format={step.options['format']!r}, errors='coerce'"
    read = f"pd.to_datetime(as_text(table[name]).str.strip(), {written})"
    return _each(step, f"table = table.assign(**{{name: tidy({read})}})")


def _assigned(step: "Step", value: Any) -> Lines:
    return _each(step, f"table = table.assign(**{{name: {value}}})")


_WRITERS: Final[Mapping[str, Callable[["Step"], Lines]]] = {
    "drop_columns": lambda s: [f"table = table.drop(columns={list(s.columns)!r})"],
    "drop_duplicates": lambda s: [
        f"table = table.drop_duplicates(subset={_subset(s)}, ignore_index=True)"
    ],
    "drop_missing": lambda s: [
        f"table = table.dropna(subset={_subset(s)}, ignore_index=True)"
    ],
    "drop_rows": _drop_rows,
    "drop_holding": _drop_holding,
    "drop_cohort": _drop_cohort,
    "drop_outside": lambda s: [
        "outside = pd.Series(False, index=table.index)",
        *_outside(s, "outside |= beyond"),
        "table = table[~outside].reset_index(drop=True)",
    ],
    "set_type": lambda s: _assigned(s, f"read_as(table[name], {s.options['to']!r})"),
    "rename": lambda s: [
        f"table = table.rename(columns={{{s.columns[0]!r}: "
        f"{str(s.options['to']).strip()!r}}})"
    ],
    "trim_text": _trim_text,
    "merge_levels": _merge_levels,
    "blank_values": lambda s: _assigned(
        s, f"blanked(table[name], {list(s.options['values'])!r})"
    ),
    "fill_missing": lambda s: _assigned(
        s, f"filled(table[name], {s.options['value']!r})"
    ),
    "flag_missing": lambda s: [
        f"table = table.assign(**{{{f'{name} is missing'!r}: table[{name!r}].isna()}})"
        for name in s.columns
    ],
    "clip": _clip,
    "blank_outside": lambda s: _outside(
        s, "table = table.assign(**{name: tidy(table[name].mask(beyond))})"
    ),
    "group_rare": _group_rare,
    "parse_number": lambda s: _assigned(
        s, f"tidy(read_numbers(table[name], {s.options['decimal']!r}))"
    ),
    "parse_date": _parse_date,
    "date_parts": _date_parts,
    "text_features": _text_features,
    "formula": _formula,
}
