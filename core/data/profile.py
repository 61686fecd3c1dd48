"""The profile of a table: its columns, their relations, and what is wrong."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

import pandas as pd
from joblib import cpu_count

from core.data.associations import measure, sample_columns
from core.data.checks import check
from core.data.describing import describe
from core.data.facts import Facts
from core.data.frames import ColumnKind, canonical
from core.data.missing_patterns import find_dependence
from core.data.profiled import ColumnProfile, Profile, Relation
from core.data.quick import quick_score, unusual_rows
from core.data.ranking import rank_columns
from core.data.repeats import repeated_rows
from core.data.tallies import TargetCodes, code_target
from core.data.target import Task, suggest_task
from core.data.values import Room, Words, encode_words
from core.errors import DataError

_MOST_THREADS: Final = 4
_MOST_GAPPY: Final = 20
LEAK_CODES: Final = ("DATA-014", "DATA-015", "DATA-016")


def _say_nothing(_: float, __: str) -> None:
    """Where nobody watches."""


def profile(
    frame: pd.DataFrame,
    target: str | None = None,
    *,
    kinds: Mapping[str, ColumnKind] | None = None,
    task: Task | None = None,
    on_progress: Callable[[float, str], None] = _say_nothing,
) -> Profile:
    """Describe a table and say what is wrong with it.

    Counts, ranges, quantiles, histograms and duplicates are of all rows.
    Associations are measured on at most 20,000 rows and 60 columns, predictive
    power on at most 10,000 rows, leaks on at most 4,000, the quick score and unusual
    rows on at most 2,000; each figure says its rows.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        Read as `canonical` would write it.
    target : str, default None
        What will be predicted.
    kinds : mapping of column to kind, default None
        Kinds that are known; the others are told from the values.
    task : {"binary", "multiclass", "regression"}, default None
        Suggested from the target when None.
    on_progress : callable(fraction, message), default: nobody is told

    Returns
    -------
    Profile

    Raises
    ------
    DataError
        There is no row, or no such target.

    Examples
    --------
    >>> table = pd.DataFrame({"age": [30, 40, 50], "left": ["yes", "no", "no"]})
    >>> report = profile(table, target="left")
    >>> report["age"].schema.median, report.task
    (40.0, 'binary')
    >>> [finding.code for finding in report.findings]
    ['DATA-020', 'DATA-001']
    """
    table = canonical(frame)
    _refuse_nothing(table, target)
    known = dict(kinds or {})
    words = _words_of(table, target)
    solved = _task(table, target, task, words)
    coded = code_target(table[target], solved, words) if target and solved else None
    on_progress(0.05, "Describing every column")
    columns = _describe_all(table, known, coded, {target: words})
    told = {column.name: column.schema.kind for column in columns}
    inputs = [name for name in told if name != target]
    relation: tuple[Relation, ...] = ()
    if target and solved:
        usable = [n for n in inputs if told[n] not in ("id", "text")]
        on_progress(0.6, "Trying each column alone")
        relation = rank_columns(table, told, target, solved, usable)
    best = [item.column for item in reversed(relation)] or inputs
    on_progress(0.7, "Looking for what goes together, and for repeated rows")
    facts = _gather(table, columns, target, solved, relation, best)
    on_progress(0.85, "Looking for what is wrong")
    findings = check(facts)
    accused = (n for f in findings if f.code in LEAK_CODES for n in f.columns)
    suspects = list(dict.fromkeys(accused))
    score = None
    if target and solved:
        score = quick_score(table, told, target, solved, best[::-1], suspects)
    return Profile(
        n_rows=len(table),
        n_columns=table.shape[1],
        n_duplicates=facts.n_duplicates,
        target=target,
        task=solved,
        columns=columns,
        associations=facts.associations,
        relation=relation,
        findings=findings,
        quick_score=score,
        unusual=unusual_rows(table, told, inputs),
        missing=replace(facts.missing, depends=facts.dependence),
    )


def _gather(
    table: pd.DataFrame,
    columns: tuple[ColumnProfile, ...],
    target: str | None,
    task: Task | None,
    relation: tuple[Relation, ...],
    best: Sequence[str],
) -> Facts:
    """Put together what the checks look at; the best columns come last."""
    kinds = {column.name: column.schema.kind for column in columns}
    sampled = sample_columns(table, kinds, [*best, target] if target else best)
    gappy = [
        column.name
        for column in sorted(columns, key=lambda item: -item.schema.n_missing)
        if 0 < column.schema.n_missing < len(table) and column.name != target
    ]
    return Facts(
        frame=table,
        columns=columns,
        n_duplicates=count_repeated(table, columns),
        target=target,
        task=task,
        associations=measure(sampled),
        relation=relation,
        dependence=find_dependence(table, kinds, gappy[:_MOST_GAPPY], sampled),
    )


def count_repeated(table: pd.DataFrame, columns: Sequence[ColumnProfile]) -> int:
    """Count rows that repeat an earlier one.

    A column whose values are all different settles it at once.
    """
    most = max(columns, key=lambda column: column.schema.n_distinct)
    if most.schema.n_distinct == len(table):
        return 0
    return int(repeated_rows(table).sum())


def _refuse_nothing(table: pd.DataFrame, target: str | None) -> None:
    if not len(table) or not table.shape[1]:
        raise DataError(
            "The table has no rows.", hint="Bring a table, or undo the last step."
        )
    if target is not None and target not in table.columns:
        raise DataError(
            f"There is no column {target!r}.", hint="Choose one of the columns."
        )


def _words_of(table: pd.DataFrame, target: str | None) -> Words | None:
    """Encode a target of words, so that this is done once."""
    if target is None or str(table[target].dtype) != "str":
        return None
    return encode_words(table[target])


def _task(
    table: pd.DataFrame, target: str | None, task: Task | None, words: Words | None
) -> Task | None:
    """Return the task, or None where the target has nothing to predict."""
    if target is None:
        return None
    n_distinct = table[target].nunique() if words is None else len(words.dictionary)
    if n_distinct < 2:
        return None
    if task is None and words is not None:
        return "binary" if n_distinct == 2 else "multiclass"
    return task or suggest_task(table[target])


def _describe_all(
    table: pd.DataFrame,
    kinds: dict[str, ColumnKind],
    target: TargetCodes | None,
    encoded: Mapping[str | None, Words | None],
) -> tuple[ColumnProfile, ...]:
    """Describe the columns on several threads: sorting and counting are native."""
    own = threading.local()

    def describe_one(name: str) -> ColumnProfile:
        if not hasattr(own, "room"):
            own.room = Room(len(table))
        known = encoded.get(name)
        return describe(table[name], kinds.get(name), target, known, own.room)

    with ThreadPoolExecutor(min(_MOST_THREADS, cpu_count())) as pool:
        return tuple(pool.map(describe_one, table.columns))
