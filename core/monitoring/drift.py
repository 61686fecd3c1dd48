"""Whether the data has changed since the model was trained, enough to care.

A column has *changed* when its tests say so beyond chance, over all columns and joint
tests together (Benjamini and Hochberg). It has *drifted* when, besides, the change is
large enough to matter: an effect of at least 0.10, a shift of a tenth of a standard
deviation. P-values alone alarm for ever on large windows, effects alone on small ones.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from core.data.frames import ColumnKind
from core.errors import MonitoringError
from core.modeling.threads import one_thread
from core.monitoring.binning import Counts
from core.monitoring.decision import MIN_ROWS, discovery_cut, rows_needed
from core.monitoring.dependence import (
    Correlations,
    DependenceChange,
    Feature,
    compare_dependence,
    correlations,
    dependence_features,
    with_variation,
)
from core.monitoring.distances import jensen_shannon, psi, wasserstein
from core.monitoring.distribution import then_and_now
from core.monitoring.domain import DomainChange, compare_domains
from core.monitoring.evidence import cell_shares, column_evidence, corrected_p_values
from core.monitoring.reference import (
    ColumnReference,
    Reference,
    summarise_reference,
)
from core.monitoring.report import ColumnDrift, DriftReport, MultivariateDrift
from core.monitoring.two_sample import Evidence
from core.monitoring.window_counts import WindowCounts, count_window

MIN_AUC = 0.53


def check_drift(
    reference: pd.DataFrame | Reference,
    current: pd.DataFrame,
    *,
    kinds: Mapping[str, ColumnKind] | None = None,
    batches: "pd.Series[Any] | None" = None,
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
    batches : Series, default=None
        Batch of each row of a reference that is a DataFrame: its month, its file.
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
        reference = summarise_reference(reference[names], kinds=kinds, batches=batches)
    elif len(names) < len(reference.columns):
        reference = reference.select(names)
    window = count_window(reference, current)
    return judge_counts(reference, window, alpha=alpha, effect=effect)


def _names(reference: pd.DataFrame | Reference) -> list[str]:
    if isinstance(reference, Reference):
        return list(reference.names)
    return list(reference.columns)


def judge_counts(
    reference: Reference,
    window: WindowCounts,
    *,
    alpha: float = 0.01,
    effect: float = 0.10,
) -> DriftReport:
    """Compare a window that is counted already, or several added up.

    Parameters
    ----------
    reference : Reference
        The one that the window was counted on.
    window : WindowCounts
    alpha, effect : float
        As in `check_drift`.

    Examples
    --------
    >>> reference = summarise_reference(pd.DataFrame({"x": np.arange(200.0)}))
    >>> window = count_window(reference, pd.DataFrame({"x": np.arange(100.0) + 300}))
    >>> judge_counts(reference, window + window).n_current
    200
    """
    enough = min(reference.n_rows, window.n_rows) >= MIN_ROWS
    evidence = {
        column.name: tuple(column_evidence(column, window.columns[column.name]))
        for column in reference.columns
    }
    p_values = [
        min(_corrected(column, evidence[column.name])) for column in reference.columns
    ]
    dependence, domain = _joint(reference, window, enough)
    joint = [dependence.p_value] + ([] if domain is None else [domain.p_value])
    cut = discovery_cut(np.array([*p_values, *joint]), alpha) if enough else -1
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


def _column(
    column: ColumnReference,
    now: Counts,
    evidence: tuple[Evidence, ...],
    cut: float,
    effect: float,
) -> ColumnDrift:
    corrected = _corrected(column, evidence)
    sure = [e for e, p in zip(evidence, corrected, strict=True) if p <= cut]
    ranked = tuple(sorted(evidence, key=lambda each: (each.p_value, -each.effect)))
    before, after = cell_shares(column, now)
    size = max((each.effect for each in sure), default=ranked[0].effect)
    has_numbers = column.bins.kind == "numbers"
    return ColumnDrift(
        name=column.name,
        kind=column.kind,
        p_value=min(corrected),
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


def _corrected(
    column: ColumnReference, evidence: tuple[Evidence, ...]
) -> tuple[float, ...]:
    return corrected_p_values(evidence, wandering=column.variation is not None)


@lru_cache(maxsize=8)
def _reference_correlations(
    reference: Reference,
) -> tuple[tuple[Feature, ...], Correlations | None]:
    features = dependence_features(reference)
    if len(features) < 2:
        return features, None
    whole = correlations(reference.sample, features)
    if reference.batched is None:
        return features, whole
    codes, batches = reference.batched
    return features, with_variation(whole, codes, features, batches)


def _joint(
    reference: Reference, window: WindowCounts, enough: bool
) -> tuple[DependenceChange, DomainChange | None]:
    with one_thread():
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
