"""Which settings mattered in a search, and how sure that is.

As functional ANOVA does (Hutter, Hoos and Leyton-Brown, "An efficient approach for
assessing hyperparameter importance", ICML 2014): a forest learns the score from the
settings that were tried, and a setting's importance is the share of the forest's
variance that its marginal alone explains. Scores enter as ranks, so that one failed
setting does not rule all others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.stats import rankdata
from sklearn.ensemble import RandomForestRegressor

from core.modeling.metrics import Floats
from core.modeling.scoring import Metric

FEWEST: Final = 12
"""Candidates of one family below which nothing is said."""

_N_BAGS: Final = 16
_N_TREES: Final = 12
_MOST: Final = 80


@dataclass(frozen=True)
class SettingImportance:
    """One setting of a family.

    Attributes
    ----------
    name : str
    share : float
        Of the differences between scores, in [0, 1], that it explains on its own.
    low, high : float
        The middle 90% over draws of the candidates.
    """

    name: str
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class FamilySettings:
    """What the candidates of one family tell about its settings.

    Attributes
    ----------
    family : str
    n_candidates : int
        With a score.
    settings : tuple of SettingImportance
        Most important first; empty when there are too few candidates.
    explained : float or None
        R² of the forest on candidates that a draw left out; about 0 or less means
        that the settings do not explain the scores at all.
    """

    family: str
    n_candidates: int
    settings: tuple[SettingImportance, ...] = ()
    explained: float | None = None


def setting_importance(
    entries: Sequence[Mapping[str, Any]], metric: Metric, *, random_state: int = 0
) -> tuple[FamilySettings, ...]:
    """Say for each family how much each of its settings moved the score.

    Parameters
    ----------
    entries : sequence of mapping
        With "family", "params" and "score", as `Entry.to_dict` gives them.
    metric : Metric
    random_state : int, default=0

    Returns
    -------
    tuple of FamilySettings
        Families with at least two candidates and a setting that differs, most
        candidates first. Fewer than 12 candidates are too few: no settings then.

    Examples
    --------
    >>> from core.modeling.scoring import METRICS
    >>> tried = [{"family": "linear", "params": {"penalty": p}, "score": 1 / p}
    ...          for p in (1.0, 2.0, 4.0)]
    >>> setting_importance(tried, METRICS["roc_auc"])[0].settings
    ()
    """
    families: dict[str, list[Mapping[str, Any]]] = {}
    for entry in entries:
        if entry.get("score") is not None and entry["family"] != "ensemble":
            families.setdefault(entry["family"], []).append(entry)
    found = []
    for family, tried in families.items():
        names, table = _table(tried)
        if len(tried) < 2 or not names:
            continue
        if len(tried) < FEWEST:
            found.append(FamilySettings(family, len(tried)))
            continue
        gains = [metric.gain(entry["score"], 0.0) for entry in tried]
        found.append(_of_family(family, names, table, rankdata(gains), random_state))
    return tuple(sorted(found, key=lambda item: -item.n_candidates))


def _table(tried: Sequence[Mapping[str, Any]]) -> tuple[list[str], Floats]:
    """Return the settings that differ, as numbers; NaN where one was not given."""
    names = sorted({name for entry in tried for name in entry["params"]})
    columns = {
        name: _as_numbers([entry["params"].get(name) for entry in tried])
        for name in names
    }
    kept = [name for name, values in columns.items() if _differs(values)]
    if not kept:
        return [], np.empty((len(tried), 0))
    return kept, np.column_stack([columns[name] for name in kept])


def _as_numbers(values: Sequence[Any]) -> Floats:
    """Return numbers as they are, everything else as the rank of its words."""
    words = sorted({str(v) for v in values if not isinstance(v, int | float | None)})
    codes = {word: float(code) for code, word in enumerate(words)}
    return np.array(
        [
            np.nan
            if value is None
            else float(value)
            if isinstance(value, int | float)
            else codes[str(value)]
            for value in values
        ]
    )


def _differs(values: Floats) -> bool:
    return len(np.unique(values)) > 1  # NaNs count as one value


def _of_family(
    family: str, names: list[str], table: Floats, ranks: Floats, random_state: int
) -> FamilySettings:
    rng = np.random.default_rng(random_state)
    n_rows = len(table)
    some = rng.permutation(n_rows)[:_MOST]
    shares, errors, spreads = [], 0.0, 0.0
    for bag in range(_N_BAGS):
        drawn = rng.integers(0, n_rows, n_rows)
        left_out = np.setdiff1d(np.arange(n_rows), drawn)
        forest = RandomForestRegressor(
            _N_TREES, min_samples_leaf=2, random_state=random_state + bag, n_jobs=1
        ).fit(table[drawn], ranks[drawn])
        shares.append(_marginal_shares(forest, table[some]))
        if len(left_out):
            errors += float(
                ((forest.predict(table[left_out]) - ranks[left_out]) ** 2).sum()
            )
            spreads += float(((ranks[drawn].mean() - ranks[left_out]) ** 2).sum())
    middle = np.mean(shares, axis=0)
    low, high = np.quantile(shares, [0.05, 0.95], axis=0)
    settings = tuple(
        SettingImportance(names[i], float(middle[i]), float(low[i]), float(high[i]))
        for i in np.argsort(-middle, kind="stable")
    )
    explained = 1 - errors / spreads if spreads else None
    return FamilySettings(family, n_rows, settings, explained)


def _marginal_shares(forest: RandomForestRegressor, table: Floats) -> Floats:
    """Return the share of the forest's variance that each column's marginal has."""
    n_rows, n_columns = table.shape
    total = float(forest.predict(table).var())
    if total <= 0:
        return np.zeros(n_columns)
    shares = np.zeros(n_columns)
    for column in range(n_columns):
        values, counts = np.unique(table[:, column], return_counts=True)
        grid = np.repeat(table[None, :, :], len(values), axis=0)
        grid[:, :, column] = values[:, None]
        answers = forest.predict(grid.reshape(-1, n_columns))
        marginal = answers.reshape(len(values), n_rows).mean(axis=1)
        middle = np.average(marginal, weights=counts)
        variance = np.average((marginal - middle) ** 2, weights=counts)
        shares[column] = min(1.0, float(variance) / total)
    return shares
