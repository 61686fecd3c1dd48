"""From what is wrong with a split to what mends it."""

from dataclasses import dataclass

from core.data.recipe import Step
from core.data.splitting import Strategy
from core.findings import Finding


@dataclass(frozen=True)
class SplitFix:
    """Another way to split, and a cleaning step before it.

    Attributes
    ----------
    title : str
        What a button says.
    strategy : str
    column, group : str or None
        Columns that the strategy needs; see `core.data.split`.
    step : Step or None
        To be added to the recipe first.
    """

    title: str
    strategy: Strategy
    column: str | None = None
    group: str | None = None
    step: Step | None = None


def fix_split(
    finding: Finding,
    strategy: Strategy,
    column: str | None = None,
    group: str | None = None,
) -> SplitFix | None:
    """Return what mends a finding of a split, or None when it needs thought.

    Parameters
    ----------
    finding : Finding
        One of a diagnosis.
    strategy, column, group
        How the split was made.

    Examples
    --------
    >>> finding = Finding("DATA-107", "warning", "", "", "", ("customer",))
    >>> fix = fix_split(finding, "stratified")
    >>> fix.strategy, fix.column
    ('group', 'customer')
    """
    if finding.code in ("DATA-102", "DATA-103") and strategy == "random":
        return SplitFix("Split with the same mix in every set", "stratified")
    if finding.code == "DATA-104":
        return SplitFix(
            "Drop repeated rows and split again",
            strategy, column, group, Step("drop_duplicates"),
        )  # fmt: skip
    if finding.code == "DATA-107" and finding.columns:
        entity = finding.columns[0]
        if strategy == "time":
            title = "Keep each together, and later ones for test"
            return SplitFix(title, "time and group", column, entity)
        if strategy in ("stratified", "random"):
            return SplitFix("Keep each in one set", "group", entity)
    return None
