"""How well harm ranks the columns that have moved, against the true harm."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.preprocessing import OrdinalEncoder

from benchmarks.changes import draw_table
from benchmarks.goals import judge_mean
from core.monitoring import check_drift, summarise_reference
from core.monitoring.harm import Output, column_harm, column_weight, mean_change
from core.monitoring.mapping import can_be_mapped
from core.monitoring.window_counts import count_window


def harm(n_draws: int, seed: int) -> None:
    """Print how well harm ranks the columns: Spearman with the true harm.

    Every column of a window of 3,000 rows is moved, each by its own amount. True harm:
    20,000 fresh rows are predicted with one column moved in truth, and without. The
    estimate sees the window's counts and 2,000 reference rows only. Beside it stand the
    usual ranks: drift alone, and drift times importance.
    """
    found: dict[str, list[float]] = {"harm": [], "importance x drift": [], "drift": []}
    for draw in range(n_draws):
        rng = np.random.default_rng([seed, draw])
        before, fresh = draw_table(rng, 6_000), draw_table(rng, 20_000)
        output = _model(rng, before)
        movers = {name: _mover(rng, before[name]) for name in before}
        window = draw_table(rng, 3_000)
        window = pd.DataFrame({n: move(window[n]) for n, move in movers.items()})
        whole = output(fresh)
        true = {
            name: mean_change(whole, output(fresh.assign(**{name: move(fresh[name])})))
            for name, move in movers.items()
        }
        reference = summarise_reference(before)
        counts = count_window(reference, window).columns
        names = [c.name for c in reference.columns if can_be_mapped(c)]
        drift = check_drift(reference, window).columns
        weight = column_weight(output, before, names)
        ranks = {
            "harm": column_harm(output, before, reference, counts, names),
            "importance x drift": {n: weight[n] * drift[n].effect for n in names},
            "drift": {n: drift[n].effect for n in names},
        }
        for how, given in ranks.items():
            pair = [given[n] for n in names], [true[n] for n in names]
            found[how].append(float(stats.spearmanr(*pair).statistic))
    print("Harm: Spearman with the true harm, 20 moved columns a draw")
    for how, values in found.items():
        judge_mean(how, values, least=0.9 if how == "harm" else None)


def _mover(
    rng: np.random.Generator, then: pd.Series
) -> Callable[[pd.Series], pd.Series]:
    """Return a change of one column: a shift, a scale, or another mix."""
    amount = rng.uniform(0, 1)
    if pd.api.types.is_numeric_dtype(then):
        scale, spread = float(np.exp(rng.normal(0, 0.3))), float(then.std())
        return lambda now: now * scale + amount * spread
    to, share = str(rng.choice(then.unique())), 0.6 * amount
    return lambda now: now.mask(pd.Series(rng.random(len(now)) < share), to)


def _model(rng: np.random.Generator, rows: pd.DataFrame) -> Output:
    """Fit a boosted model to a law in which columns matter unequally."""
    words = [name for name in rows if not pd.api.types.is_numeric_dtype(rows[name])]
    coder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    coder.fit(rows[words])

    def encode(given: pd.DataFrame) -> np.ndarray:
        return np.column_stack(
            [given.drop(columns=words), coder.transform(given[words])]
        )

    X = encode(rows)
    ranks = np.nan_to_num(
        (stats.rankdata(X, axis=0, nan_policy="omit") - 1) / len(X), nan=0.5
    )
    weight = rng.exponential(size=X.shape[1]) ** 2
    y = ranks @ weight + ranks[:, 0] * ranks[:, 1] + rng.normal(0, 0.3, len(X))
    fitted = HistGradientBoostingRegressor(max_iter=80, random_state=0).fit(X, y)
    return lambda given: fitted.predict(encode(given))
