"""From findings to cleaning steps: what a Fix button adds, and what is suggested."""

from collections.abc import Callable, Mapping
from typing import Final

import pandas as pd

from core.data.checks import MANY_LEVELS
from core.data.frames import canonical
from core.data.impossible import blanking_limits
from core.data.profile import profile
from core.data.profiled import Profile
from core.data.recipe import Recipe, Step
from core.data.spelling import spelling_variants
from core.findings import Finding

_CERTAIN = ("DATA-002", "DATA-003", "DATA-004", "DATA-007", "DATA-010", "DATA-012")
RARE_SHARE: Final = 0.01
_LEAKS = ("DATA-014", "DATA-015", "DATA-016")


def fix_step(finding: Finding, report: Profile) -> Step | None:
    """Return the cleaning step that mends a finding, or None when it needs thought.

    Parameters
    ----------
    finding : Finding
        One of the profile's.
    report : Profile

    Examples
    --------
    >>> report = profile(pd.DataFrame({"a": [1, 1], "b": [1, 2]}))
    >>> constant = next(f for f in report.findings if f.code == "DATA-004")
    >>> fix_step(constant, report).sentence
    'Drop columns: a'
    """
    build = _FIXES.get(finding.code)
    return build(finding, report) if build else None


def _flag_missing(finding: Finding, report: Profile) -> Step | None:
    """Flag gaps, but not those that tell the target."""
    leaks = {n for f in report.findings if f.code == "DATA-015" for n in f.columns}
    columns = tuple(name for name in finding.columns if name not in leaks)
    return Step("flag_missing", columns) if columns else None


def _drop_columns(finding: Finding, _: Profile) -> Step:
    return Step("drop_columns", finding.columns)


def _merge_spellings(finding: Finding, report: Profile) -> Step:
    mapping = spelling_variants(report[finding.columns[0]].schema)
    return Step("merge_levels", finding.columns, {"mapping": mapping})


def _blank_stand_in(finding: Finding, report: Profile) -> Step:
    column = report[finding.columns[0]].schema
    far = column.minimum if (column.minimum or 0) < 0 else column.maximum
    return Step("blank_values", finding.columns, {"values": [far]})


def _blank_impossible(finding: Finding, report: Profile) -> Step | None:
    limits = blanking_limits(report[finding.columns[0]].schema)
    return Step("blank_outside", finding.columns, limits) if limits else None


def _group_rare(finding: Finding, report: Profile) -> Step | None:
    """Keep the values that 1 % of the rows have, so many that few are left."""
    column = report[finding.columns[0]].schema
    least = RARE_SHARE * (column.n_rows - column.n_missing)
    pairs = zip(column.levels, column.counts, strict=True)
    keep = [str(level) for level, count in pairs if count >= least]
    chosen = keep[: MANY_LEVELS - 1]
    return Step("group_rare", finding.columns, {"keep": chosen}) if chosen else None


_FIXES: Final[Mapping[str, Callable[[Finding, Profile], Step | None]]] = {
    "DATA-002": lambda _finding, _report: Step("drop_duplicates"),
    "DATA-003": _drop_columns,
    "DATA-004": _drop_columns,
    "DATA-005": _flag_missing,
    "DATA-007": _drop_columns,
    "DATA-008": _group_rare,
    "DATA-009": lambda finding, _: Step("set_type", finding.columns, {"to": "number"}),
    "DATA-010": _merge_spellings,
    "DATA-012": _blank_stand_in,
    "DATA-013": _drop_columns,
    "DATA-014": _drop_columns,
    "DATA-015": _drop_columns,
    "DATA-016": _drop_columns,
    "DATA-018": lambda finding, _: Step("drop_missing", finding.columns),
    "DATA-025": _flag_missing,
    "DATA-026": _blank_impossible,
}


def suggest_recipe(frame: pd.DataFrame, target: str | None = None) -> Recipe:
    """Suggest cleaning steps that need no judgement and learn nothing from data.

    Spellings are merged and stand-ins made missing first; then repeated rows, rows
    without a target, and columns that are empty, constant, name rows or certainly
    leak the target are dropped.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
    target : str, default None

    Returns
    -------
    Recipe

    Examples
    --------
    >>> table = pd.DataFrame({"same": [1, 1, 1], "x": [1, 2, 3], "y": [0, 1, 0]})
    >>> [step.sentence for step in suggest_recipe(table, "y").steps]
    ['Drop columns: same']
    """
    return recipe_from(profile(canonical(frame), target))


def recipe_from(report: Profile) -> Recipe:
    """Return the recipe of `suggest_recipe` from a profile that is there already."""
    chosen = [
        finding
        for finding in report.findings
        if finding.code in _CERTAIN
        or finding.code == "DATA-018"
        or (finding.code in _LEAKS and finding.severity == "problem")
    ]
    steps = [step for f in chosen if (step := fix_step(f, report)) is not None]
    values = [s for s in steps if s.kind in ("merge_levels", "blank_values")]
    rows = [s for s in steps if s.kind in ("drop_duplicates", "drop_missing")]
    dropped = dict.fromkeys(
        name for s in steps if s.kind == "drop_columns" for name in s.columns
    )
    kept = [s for s in values if s.columns[0] not in dropped]
    columns = [Step("drop_columns", tuple(dropped))] if dropped else []
    return Recipe((*kept, *rows, *columns))
