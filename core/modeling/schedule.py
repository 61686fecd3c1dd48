"""Which candidate comes next: a fixed list, diverse first, then a random search."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from core.data import Task
from core.modeling.entry import Candidate, Entry, ranked
from core.modeling.families import FAMILIES, UNAVAILABLE
from core.modeling.metrics import Floats
from core.modeling.scoring import Metric

_ORDER: Final = (
    ("linear", 0), ("lightgbm", 0), ("histogram_boosting", 0), ("lightgbm", 1),
    ("catboost", 0), ("extra_trees", 0), ("lightgbm", 3), ("random_forest", 0),
    ("neural_network", 0), ("lightgbm", 2), ("histogram_boosting", 1), ("lightgbm", 4),
    ("nearest_neighbours", 0), ("linear", 1), ("online", 0),
)  # fmt: skip
_ORDER_SMALL: Final = (
    ("linear", 0), ("lightgbm", 0), ("extra_trees", 0), ("catboost", 0),
    ("histogram_boosting", 0),
    ("linear", 1), ("random_forest", 0), ("lightgbm", 3), ("neural_network", 0),
    ("nearest_neighbours", 0), ("lightgbm", 2), ("histogram_boosting", 1),
    ("lightgbm", 1), ("online", 0),
)  # fmt: skip
_LOG_TOO: Final = frozenset(
    (("lightgbm", 0), ("lightgbm", 1), ("catboost", 0), ("histogram_boosting", 0),
     ("linear", 0), ("neural_network", 0))
)  # fmt: skip
"""Settings that are tried on the logarithm of a skewed target as well."""

SMALL_ROWS: Final = 2_000
_SKEW: Final = 1.0
_PATIENCE: Final = 40
_ROWS_EACH: Final = 20
_FEWEST: Final = 16
_MOST: Final = 400
_MOST_IN_ALL: Final = 1_000
"""Also of a search that is to use its whole budget: all models are kept on disk."""


class Schedule:
    """The order of a run's candidates.

    What it proposes depends on the seed, on the fixed list, and on the results of
    candidates at least `lag` places back, so that it does not depend on which of
    two that run at the same time ends first.

    Parameters
    ----------
    families : sequence of str
    metric : Metric
    n_rows : int
        Training rows; on small tables fewer settings are tried, because choosing
        among many costs more than it gains there.
    random_state : int
    log_target : bool
        Try the logarithm of the target too.
    lag : int
    whole_budget : bool
        Propose candidates as long as there is time, whether or not they help.
    """

    def __init__(  # noqa: PLR0913 each is a fact about the run
        self,
        families: Sequence[str],
        metric: Metric,
        n_rows: int,
        *,
        random_state: int = 0,
        log_target: bool = False,
        lag: int = 1,
        whole_budget: bool = False,
    ) -> None:
        self._families = tuple(families)
        self._metric = metric
        self._n_rows = n_rows
        self._random_state = random_state
        self._lag = lag
        self._names: Counter[str] = Counter()
        self._whole_budget = whole_budget
        self._most = int(np.clip(n_rows // _ROWS_EACH, _FEWEST, _MOST))
        if whole_budget:
            self._most = _MOST_IN_ALL
        self._fixed = [("baseline", {}), *self._fixed_settings(log_target)]
        self._next = 0

    def _fixed_settings(self, log_target: bool) -> list[tuple[str, dict[str, Any]]]:
        order = _ORDER_SMALL if self._n_rows < SMALL_ROWS else _ORDER
        listed = []
        for name, setting in order:
            family = FAMILIES[name]
            if not self._usable(name):
                continue
            params = dict(family.fixed[setting])
            listed.append((name, params))
            if log_target and (name, setting) in _LOG_TOO:
                listed.append((name, {**params, "log_target": True}))
        return listed

    @property
    def listed(self) -> tuple[tuple[str, dict[str, Any]], ...]:
        """Family and settings of what is tried before the search, in order."""
        return tuple(self._fixed)

    def _usable(self, name: str) -> bool:
        most = FAMILIES[name].most_rows
        fits = most is None or self._n_rows <= most
        return name in self._families and name not in UNAVAILABLE and fits

    def next(self, finished: Mapping[int, Entry]) -> Candidate | None:
        """Return the next candidate, or None: wait for more results, or the end."""
        index = self._next
        if index < len(self._fixed):
            return self._make(*self._fixed[index])
        if self.exhausted(finished) or not self._settled(finished):
            return None
        drawn = self._draw(finished)
        return None if drawn is None else self._make(*drawn)

    def exhausted(self, finished: Mapping[int, Entry]) -> bool:
        """Return whether nothing more will be proposed."""
        if self._next < len(self._fixed):
            return False
        if self._next >= self._most or not self._searchable(finished):
            return self._next >= self._most or self._settled(finished)
        tried = self._tried_since(finished)
        patient = self._whole_budget or tried <= _PATIENCE + self._lag
        return self._settled(finished) and not patient

    def _tried_since(self, finished: Mapping[int, Entry]) -> int:
        """Return how many candidates of the search came after the best one."""
        best = ranked(self._known(finished), self._metric)[0]
        return self._next - max(best.index, len(self._fixed))

    def why_ended(self, finished: Mapping[int, Entry]) -> str:
        """Return in words why nothing more is proposed; "" when something is."""
        if not self.exhausted(finished):
            return ""
        if self._next >= self._most:
            return (
                f"{self._next:,} candidates were tried on {self._n_rows:,} rows to "
                "learn from, and choosing among more finds luck rather than a better "
                "model"
            )
        if not self._searchable(finished):
            return "none of the families has settings to search in"
        tried = self._tried_since(finished)
        return f"the last {tried:,} candidates were no better than the best before"

    def _settled(self, finished: Mapping[int, Entry]) -> bool:
        """Return whether all results that the next draw may use are there."""
        return all(i in finished for i in range(max(1, self._next - self._lag)))

    def _known(self, finished: Mapping[int, Entry]) -> list[Entry]:
        upto = max(1, self._next - self._lag)
        return [entry for i, entry in sorted(finished.items()) if i < upto]

    def _searchable(self, finished: Mapping[int, Entry]) -> list[Entry]:
        done = [e for e in self._known(finished) if e.score is not None]
        best = ranked(done, self._metric)
        return [e for e in best if FAMILIES[e.family].draw is not None]

    def _draw(self, finished: Mapping[int, Entry]) -> tuple[str, dict[str, Any]] | None:
        best = self._searchable(finished)
        if not best:
            return None
        rng = np.random.default_rng([self._random_state, self._next])
        leaders = list({e.family: e for e in reversed(best)}.values())
        leaders = ranked(leaders, self._metric)
        leader = leaders[0] if rng.random() < 0.7 else leaders[min(1, len(leaders) - 1)]
        draw = FAMILIES[leader.family].draw
        drawn = {} if draw is None else draw(rng)
        if rng.random() < 0.5:
            kept = {k: v for k, v in leader.params.items() if rng.random() < 0.5}
            drawn = {**drawn, **kept}
        if "log_target" in leader.params:
            drawn["log_target"] = True
        return leader.family, drawn

    def _make(self, family: str, params: dict[str, Any]) -> Candidate:
        self._names[family] += 1
        count, title = self._names[family], FAMILIES[family].title
        name = title if count == 1 else f"{title} {count}"
        index, self._next = self._next, self._next + 1
        return Candidate(index, name, family, params, self._random_state + index)


def wants_log(y: Floats, task: Task) -> bool:
    """Return whether a target is positive and skewed, so that its log may be better.

    Examples
    --------
    >>> wants_log(np.exp(np.arange(20.0)), "regression")
    True
    """
    if task != "regression" or float(y.min()) < 0:
        return False
    spread = float(y.std())
    return spread > 0 and float((((y - y.mean()) / spread) ** 3).mean()) > _SKEW
