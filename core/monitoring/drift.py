"""Whether the data has changed since the model was trained, enough to care.

A column has *changed* when its tests say so beyond chance, over all columns and joint
tests together (Benjamini and Hochberg). It has *drifted* when, besides, the change is
large enough to matter: an effect of at least 0.10, a shift of a tenth of a standard
deviation. P-values alone alarm for ever on large windows, effects alone on small ones.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy import optimize, stats

from core.data.frames import ColumnKind
from core.errors import MonitoringError
from core.monitoring.binning import Counts, Float, Int
from core.monitoring.dependence import (
    Correlations,
    DependenceChange,
    Feature,
    compare_dependence,
    correlations,
    dependence_features,
)
from core.monitoring.distances import (
    group_bins,
    jensen_shannon,
    psi,
    shares,
    wasserstein,
)
from core.monitoring.distribution import then_and_now
from core.monitoring.domain import DomainChange, compare_domains
from core.monitoring.reference import (
    ColumnReference,
    Reference,
    WindowCounts,
    count_window,
    summarise_reference,
)
from core.monitoring.report import ColumnDrift, DriftReport, MultivariateDrift
from core.monitoring.two_sample import (
    N_COMPONENTS,
    Evidence,
    compare_levels,
    compare_missing,
    compare_numbers,
    count_outside,
    count_unseen,
    merge_rare,
)

MIN_ROWS = 50
MIN_AUC = 0.53
POWER = 0.8


def check_drift(
    reference: pd.DataFrame | Reference,
    current: pd.DataFrame,
    *,
    kinds: Mapping[str, ColumnKind] | None = None,
    alpha: float = 0.01,
    effect: float = 0.10,
) -> DriftReport:
    """Compare a window of rows with the rows the model was trained on.

    Parameters
    ----------
    reference : DataFrame or Reference
        The training rows, or their summary from `summarise_reference`.
    current : DataFrame
        The window. Columns that only one side has are left out (`check_quality`
        reports them).
    kinds : mapping of column name to kind, default=None
        What each column holds; guessed from the reference when not given.
    alpha : float, default=0.01
        Rate of false discoveries over all columns and joint tests.
    effect : float, default=0.10
        Smallest change that matters, in standard deviations of shift.

    Returns
    -------
    DriftReport

    Raises
    ------
    MonitoringError
        When the two have no column in common.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> before = pd.DataFrame({"age": rng.normal(40, 10, 2000)})
    >>> check_drift(before, before + 5).drifted_names
    ('age',)
    """
    names = [str(n) for n in _names(reference) if n in current.columns]
    if not names:
        raise MonitoringError(
            "The two tables have no column in common.",
            hint="Give a table with the columns the model was trained on.",
        )
    if isinstance(reference, pd.DataFrame):
        reference = summarise_reference(reference[names], kinds=kinds)
    elif len(names) < len(reference.columns):
        reference = reference.select(names)
    window = count_window(reference, current)
    return _judge(reference, window, alpha, effect)


def _names(reference: pd.DataFrame | Reference) -> list[str]:
    if isinstance(reference, Reference):
        return list(reference.names)
    return list(reference.columns)


def _judge(
    reference: Reference, window: WindowCounts, alpha: float, effect: float
) -> DriftReport:
    enough = min(reference.n_rows, window.n_rows) >= MIN_ROWS
    evidence = {
        column.name: tuple(column_evidence(column, window.columns[column.name]))
        for column in reference.columns
    }
    p_values = {name: combined_p_value(each) for name, each in evidence.items()}
    dependence, domain = _joint(reference, window, enough)
    joint = [dependence.p_value] + ([] if domain is None else [domain.p_value])
    cut = discovery_cut(np.array([*p_values.values(), *joint]), alpha) if enough else -1
    columns = {
        c.name: _column(c, window.columns[c.name], evidence[c.name], cut, effect)
        for c in reference.columns
    }
    return DriftReport(
        columns=columns,
        multivariate=_multivariate(dependence, domain, cut, effect),
        n_reference=reference.n_rows,
        n_current=window.n_rows,
        enough=enough,
        n_needed=rows_needed(effect, reference.n_rows, len(columns) + 2, alpha),
        alpha=alpha,
        effect=effect,
    )


def column_evidence(column: ColumnReference, now: Counts) -> Iterator[Evidence]:
    """Yield the tests that apply to a column of this kind.

    Dates move on by nature: of them only missing values and values before the
    reference's first are judged. Of identifiers only missing values are.
    """
    before = column.counts
    if before.n_missing + now.n_missing or column.kind == "id":
        yield compare_missing(
            before.n_missing, before.n_rows, now.n_missing, now.n_rows
        )
    if column.kind == "date":
        yield count_outside(now.n_below, now.n_present, before.n_present, n_extremes=1)
    elif column.bins.kind == "numbers":
        yield compare_numbers(before.counts, now.counts)
        if column.kind != "text":
            outside = now.n_below + now.n_above
            yield count_outside(outside, now.n_present, before.n_present)
    elif column.bins.kind == "levels":
        then_counts, now_counts, rest = level_counts(before, now)
        yield compare_levels(then_counts, now_counts, rest=rest)
        if column.bins.complete:
            yield count_unseen(
                now.n_unseen,
                now.n_present,
                before.n_present,
                column.n_once,
                column.n_twice,
            )


def level_counts(before: Counts, now: Counts) -> tuple[Int, Int, tuple[int, int]]:
    """Return both windows' counts level by level, and what was not counted so.

    The most frequent unseen categories stand as levels of their own.
    """
    new = dict(before.unseen) | dict(now.unseen)
    sides, rest = [], []
    for window in (before, now):
        seen = dict(window.unseen)
        listed = np.array([seen.get(level, 0) for level in new], dtype=np.int64)
        sides.append(np.concatenate([window.counts, listed]))
        rest.append(window.n_unseen - int(listed.sum()))
    return sides[0], sides[1], (rest[0], rest[1])


def combined_p_value(evidence: tuple[Evidence, ...]) -> float:
    """Return the smallest p-value times the number of tests (Bonferroni)."""
    return min(1.0, min(each.p_value for each in evidence) * len(evidence))


def discovery_cut(p_values: Float, alpha: float) -> float:
    """Return the largest p-value that Benjamini and Hochberg let pass; -1 if none.

    Examples
    --------
    >>> discovery_cut(np.array([0.001, 0.2, 0.012]), 0.05)
    0.012
    """
    ordered = np.sort(p_values)
    limits = alpha * np.arange(1, ordered.size + 1) / ordered.size
    passing = ordered[ordered <= limits]
    return float(passing[-1]) if passing.size else -1.0


def _column(
    column: ColumnReference,
    now: Counts,
    evidence: tuple[Evidence, ...],
    cut: float,
    effect: float,
) -> ColumnDrift:
    sure = [each for each in evidence if each.p_value * len(evidence) <= cut]
    ranked = tuple(sorted(evidence, key=lambda each: (each.p_value, -each.effect)))
    before, after = _shares(column, now)
    size = max((each.effect for each in sure), default=ranked[0].effect)
    has_numbers = column.bins.kind == "numbers"
    return ColumnDrift(
        name=column.name,
        kind=column.kind,
        p_value=combined_p_value(evidence),
        effect=size,
        changed=bool(sure),
        drifted=bool(sure) and size >= effect,
        evidence=ranked,
        psi=psi(before, after),
        jensen_shannon=jensen_shannon(before, after),
        wasserstein=wasserstein(column.counts, now, column.scale)
        if has_numbers
        else None,
        distribution=then_and_now(column, now),
    )


def _shares(column: ColumnReference, now: Counts) -> tuple[Float, Float]:
    """Shares for the usual distances: tenths of numbers, levels of categories."""
    if column.bins.kind == "numbers":
        groups = group_bins(column.counts.counts)
        return shares(column.counts.counts, groups), shares(now.counts, groups)
    cells = merge_rare(*level_counts(column.counts, now))
    return shares(cells[0]), shares(cells[1])


@lru_cache(maxsize=8)
def _reference_correlations(
    reference: Reference,
) -> tuple[tuple[Feature, ...], Correlations | None]:
    features = dependence_features(reference)
    if len(features) < 2:
        return features, None
    return features, correlations(reference.sample, features)


def _joint(
    reference: Reference, window: WindowCounts, enough: bool
) -> tuple[DependenceChange, DomainChange | None]:
    features, before = _reference_correlations(reference)
    if not enough or before is None:
        return DependenceChange(1.0, 0, ()), None
    after = correlations(window.sample, features)
    dependence = compare_dependence(reference, before, after, features)
    return dependence, compare_domains(reference, window.sample)


def _multivariate(
    dependence: DependenceChange,
    domain: DomainChange | None,
    cut: float,
    effect: float,
) -> MultivariateDrift:
    sure = [pair for pair in dependence.pairs if pair.p_value <= cut]
    told = domain is not None and domain.p_value <= cut
    return MultivariateDrift(
        dependence=dependence,
        dependence_changed=bool(sure),
        dependence_drifted=any(pair.effect >= effect for pair in sure),
        domain=domain,
        domain_changed=told,
        domain_drifted=domain is not None and told and domain.auc >= MIN_AUC,
    )


def rows_needed(
    effect: float, n_reference: int, n_tests: int, alpha: float = 0.01
) -> int | None:
    """Return about how many rows show a change of this size four times in five.

    Parameters
    ----------
    effect : float
        In standard deviations of shift.
    n_reference : int
    n_tests : int
        Columns and joint tests judged together.
    alpha : float, default=0.01

    Returns
    -------
    int or None
        None when no window is large enough, because the reference is too small.

    Examples
    --------
    >>> rows_needed(0.5, 10_000, 10)
    101
    >>> rows_needed(0.1, 500, 10) is None
    True
    """
    limit = stats.chi2.isf(alpha / n_tests / 2, N_COMPONENTS)
    needed = optimize.brentq(
        lambda size: stats.ncx2.sf(limit, N_COMPONENTS, size) - POWER, 1e-3, 1e3
    )
    spare = effect**2 - needed / n_reference if n_reference else 0.0
    return max(MIN_ROWS, int(np.ceil(needed / spare))) if spare > 0 else None
