"""How often drift reports alarm for nothing, and what they find.

    python benchmarks/monitoring.py --draws 200        # the table in docs
    python benchmarks/monitoring.py --draws 20         # a quick look

Each draw makes a reference and a window of 20 mixed columns: twelve numbers (bell
shaped, skewed, heavy-tailed, whole, mostly zero; two correlated pairs), six categories
(2 to 300 levels, one with a long tail) and two numbers with missing values. False
alarms: both from the same law. Power: one thing changed in the window.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import OrdinalEncoder

from core.monitoring import check_drift, estimate_performance, summarise_reference
from core.monitoring.harm import Output, column_harm, column_weight, mean_change
from core.monitoring.mapping import can_be_mapped
from core.monitoring.window_counts import count_window

SIZES = ((300, 300), (3_000, 3_000), (30_000, 1_000), (20_000, 60), (1_000, 30_000))
POWER_SIZE = (3_000, 3_000)
CORRELATION = 0.6

Draw = Callable[[np.random.Generator, pd.DataFrame], tuple[pd.DataFrame, str]]


def draw_table(
    rng: np.random.Generator, n_rows: int, correlation: float = CORRELATION
) -> pd.DataFrame:
    """Draw rows of the unchanged law."""

    def pair() -> tuple[np.ndarray, np.ndarray]:
        a, b = rng.normal(size=(2, n_rows))
        return a, correlation * a + np.sqrt(1 - correlation**2) * b

    table: dict[str, object] = {}
    table["bell"] = rng.normal(size=n_rows)
    table["skewed"] = rng.lognormal(size=n_rows)
    table["heavy"] = rng.standard_t(3, size=n_rows)
    table["uniform"] = rng.uniform(size=n_rows)
    table["two_humps"] = rng.normal(size=n_rows) + 4 * (rng.random(n_rows) < 0.4)
    table["whole"] = rng.poisson(6, size=n_rows)
    table["few"] = rng.integers(0, 4, size=n_rows)
    table["zeros"] = np.where(rng.random(n_rows) < 0.7, 0, rng.exponential(size=n_rows))
    table["left"], table["right"] = pair()
    first, second = pair()
    table["first"], table["second"] = np.exp(first), second
    for name, share in (("gap", 0.05), ("holes", 0.3)):
        values = rng.normal(size=n_rows)
        values[rng.random(n_rows) < share] = np.nan
        table[name] = values
    for name, size in (("two", 2), ("ten", 10), ("thirty", 30)):
        weights = 1 / np.arange(1, size + 1)
        codes = rng.choice(size, n_rows, p=weights / weights.sum())
        table[name] = _words(codes)
    table["four"] = _words(rng.choice(4, n_rows, p=[0.4, 0.3, 0.2, 0.1]))
    table["many"] = _words(rng.integers(0, 300, n_rows))
    table["tail"] = _words(np.minimum(rng.zipf(1.6, n_rows), 10**6))
    return pd.DataFrame(table)


def _words(codes: np.ndarray) -> pd.Series:
    return pd.Series("level " + pd.Series(codes).astype("str"), dtype="str")


def shifted(size: float) -> Draw:
    def change(_: np.random.Generator, table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
        return table.assign(bell=table["bell"] + size), "bell"

    return change


def scaled(_: np.random.Generator, table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    return table.assign(bell=table["bell"] * 1.1), "bell"


def remixed(level: str) -> Draw:
    """Move 5 points of .4, .3, .2, .1 from the first level to another."""

    def change(
        rng: np.random.Generator, table: pd.DataFrame
    ) -> tuple[pd.DataFrame, str]:
        moved = (table["four"] == "level 0") & (rng.random(len(table)) < 0.05 / 0.4)
        return table.assign(four=table["four"].mask(moved, level)), "four"

    return change


def new_level(
    rng: np.random.Generator, table: pd.DataFrame
) -> tuple[pd.DataFrame, str]:
    moved = rng.random(len(table)) < 0.01
    return table.assign(ten=table["ten"].mask(moved, "new")), "ten"


def uncoupled(
    rng: np.random.Generator, table: pd.DataFrame
) -> tuple[pd.DataFrame, str]:
    """Correlation .6 to .3, each column's own law unchanged."""
    other = draw_table(rng, len(table), 0.3)
    return table.assign(left=other["left"], right=other["right"]), "left+right"


def more_missing(
    rng: np.random.Generator, table: pd.DataFrame
) -> tuple[pd.DataFrame, str]:
    """Missing 5 to 10 %."""
    lost = rng.random(len(table)) < 0.05 / 0.95
    return table.assign(gap=table["gap"].mask(lost)), "gap"


def outliers(rng: np.random.Generator, table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    far = rng.random(len(table)) < 0.01
    return table.assign(bell=table["bell"].mask(far, 8.0)), "bell"


CHANGES: dict[str, Draw] = {
    "shift 0.1 sd": shifted(0.1),
    "shift 0.2 sd": shifted(0.2),
    "scale x 1.1": scaled,
    "category mix by 5 points": remixed("level 3"),
    "same, frequent levels (d .12)": remixed("level 1"),
    "new category, 1 %": new_level,
    "correlation .6 -> .3": uncoupled,
    "missing 5 -> 10 %": more_missing,
    "1 % outliers": outliers,
}


def false_alarms(n_draws: int, seed: int, sizes: tuple[tuple[int, int], ...]) -> None:
    """Print the share of reports, and of columns, that alarm for nothing."""
    print(f"\nFalse alarms over {n_draws} draws (report / column; causes)")
    for n_reference, n_current in sizes:
        causes: Counter[str] = Counter()
        reports = columns = n_columns = 0
        started = time.process_time()
        for draw in range(n_draws):
            rng = np.random.default_rng([seed, n_reference, n_current, draw])
            before, now = draw_table(rng, n_reference), draw_table(rng, n_current)
            report = check_drift(before, now)
            names = list(report.drifted_names)
            joint = report.multivariate
            names += ["<dependence>"] * joint.dependence_drifted
            names += ["<domain>"] * joint.domain_drifted
            causes.update(names)
            reports += report.drifted
            columns += len(report.drifted_names)
            n_columns += len(report.columns)
        spent = (time.process_time() - started) / n_draws
        print(
            f"{n_reference:>9,} : {n_current:<9,} {reports / n_draws:.3f} / "
            f"{columns / n_columns:.4f}   {spent:.2f} CPU s each  {dict(causes)}"
        )


def wandered(
    rng: np.random.Generator, table: pd.DataFrame, size: float
) -> pd.DataFrame:
    """Move every column a little, as one batch differs from the next."""
    moved = {}
    for name in ("bell", "heavy", "uniform", "two_humps", "left", "right", "second"):
        moved[name] = table[name] + size * rng.normal() * table[name].std()
    for name in ("skewed", "first"):
        moved[name] = table[name] * np.exp(size * rng.normal())
    for name in ("gap", "holes"):
        lost = rng.random(len(table)) < size * abs(rng.normal()) / 2
        moved[name] = (table[name] + size * rng.normal()).mask(lost)
    for name in ("two", "four", "ten", "thirty"):
        swapped = rng.random(len(table)) < size * abs(rng.normal())
        moved[name] = table[name].mask(swapped, f"level {rng.integers(2)}")
    return table.assign(**moved)


def variation(n_draws: int, seed: int, size: float = 0.05) -> None:
    """Print false alarms where batches wander, and power against a true shift.

    The reference is made of batches whose columns wander by 0.05 standard deviations;
    the window is one batch more. Beside it the same without telling of the batches.
    """
    print(f"\nBatches that wander by {size} sd, {n_draws} draws (report / column)")
    for n_batches, n_each, n_current in (
        (30, 100, 3_000),
        (30, 1_000, 3_000),
        (12, 1_000, 1_000),
        (6, 3_000, 3_000),
    ):
        batches = pd.Series(np.repeat(np.arange(n_batches), n_each))
        told: Counter[str] = Counter()
        for draw in range(n_draws):
            rng = np.random.default_rng([seed, 5, n_batches, n_each, draw])
            parts = [
                wandered(rng, draw_table(rng, n_each), size) for _ in range(n_batches)
            ]
            before = pd.concat(parts, ignore_index=True)
            now = wandered(rng, draw_table(rng, n_current), size)
            report = check_drift(before, now, batches=batches)
            told["report"] += report.drifted
            told["columns"] += len(report.drifted_names)
            told["dependence"] += report.multivariate.dependence_drifted
            told["domain"] += report.multivariate.domain_drifted
            told.update(report.drifted_names)
            told["without"] += check_drift(before, now).drifted
            moved = now.assign(bell=now["bell"] + 0.3)
            found = check_drift(before, moved, batches=batches)
            told["shift 0.3"] += found.columns["bell"].drifted
        print(f"{n_batches} x {n_each:,} : {n_current:,}   {dict(told)}")


def power(n_draws: int, seed: int) -> None:
    """Print how often each change is found in the column that changed."""
    n_reference, n_current = POWER_SIZE
    print(f"\nFound, per cent of {n_draws} draws at {n_reference:,} : {n_current:,}")
    for place, (title, change) in enumerate(CHANGES.items()):
        found = told = 0
        for draw in range(n_draws):
            rng = np.random.default_rng([seed, 77, place, draw])
            before, now = draw_table(rng, n_reference), draw_table(rng, n_current)
            changed, where = change(rng, now)
            report = check_drift(before, changed)
            joint = report.multivariate
            if "+" in where:
                pairs = ["+".join(p.columns) for p in joint.dependence.pairs]
                found += joint.dependence_drifted and where in pairs
            else:
                found += report.columns[where].drifted
            told += joint.domain_drifted
        print(
            f"{title:<28} {100 * found / n_draws:5.0f}   "
            f"(classifier alone {100 * told / n_draws:.0f})"
        )


def speed(n_rows: int, n_columns: int, seed: int) -> None:
    """Print CPU seconds of the reference's summary and of one window."""
    rng = np.random.default_rng(seed)
    half = n_columns // 2
    table = pd.DataFrame({f"x{i}": rng.normal(size=n_rows) for i in range(half)})
    for i in range(n_columns - half):
        table[f"c{i}"] = _words(rng.integers(0, 12, n_rows))
    started = time.process_time()
    reference = summarise_reference(table)
    fitted = time.process_time()
    check_drift(reference, table)
    ended = time.process_time()
    print(
        f"\n{n_rows:,} x {n_columns}: reference {fitted - started:.2f}, "
        f"window {ended - fitted:.2f} CPU s"
    )


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
    print(f"\nSpearman with the true harm, {n_draws} draws of 20 moved columns")
    for how, values in found.items():
        print(f"{how:32}{np.mean(values):8.2f}  (lowest {min(values):.2f})")


def estimates(n_draws: int, seed: int) -> None:
    """Print how far estimates made without outcomes are from the truth.

    A boosted classifier of six numbers, 5,000 labelled rows it has not seen, windows of
    2,000 rows whose inputs spread more or less, move, or whose law changes.
    """
    found: dict[tuple[str, str], list[tuple[float, bool]]] = {}
    for draw in range(n_draws):
        rng = np.random.default_rng([seed, 9, draw])
        X, y = _stream(rng, 3_000)
        model = HistGradientBoostingClassifier(max_iter=60, random_state=0).fit(X, y)
        inputs, known = _judged(model, *_stream(rng, 5_000))
        for stream, change in STREAMS.items():
            size = rng.uniform(-1, 1)
            X, y = _stream(rng, 2_000, **{change: size})
            now, meta = _judged(model, X, y)
            blind = meta.assign(outcome=None)
            pairs = {"CBPE": (known, blind), "PAPE": ((known, inputs), (blind, now))}
            for name, (then, given) in pairs.items():
                part = estimate_performance(
                    then, given, task="binary", pos_label=1, window=10_000
                ).windows[0]
                if part.value is not None:
                    true = roc_auc_score(y, meta["probability"])
                    held = bool(part.low <= true <= part.high)
                    key = (stream, name)
                    found.setdefault(key, []).append((abs(part.value - true), held))
    print(f"\nAUC without outcomes over {n_draws} windows a stream (MAE, band covers)")
    for (stream, name), each in found.items():
        error, held = (float(np.mean(values)) for values in zip(*each, strict=True))
        print(f"{stream:18}{name:6}{error:.4f}  {held:.2f}  of {len(each)}")


STREAMS = {"spread shift": "spread", "mean shift": "move", "concept drift": "turn"}


def _stream(
    rng: np.random.Generator,
    n_rows: int,
    spread: float = 0.0,
    move: float = 0.0,
    turn: float = 0.0,
) -> tuple[pd.DataFrame, np.ndarray]:
    values = rng.normal(size=(n_rows, 6)) * np.exp(spread * 0.6) + move * 0.5
    a, b, c = values[:, :3].T
    logit = (1.2 - turn) * a + 0.8 * np.abs(b) - 0.6 * a * c - 0.5 * b**2
    y = (rng.random(n_rows) < 1 / (1 + np.exp(-logit))).astype(int)
    return pd.DataFrame(values, columns=[f"x{i}" for i in range(6)]), y


def _judged(
    model: HistGradientBoostingClassifier, X: pd.DataFrame, y: np.ndarray
) -> tuple[pd.DataFrame, pd.DataFrame]:
    chance = model.predict_proba(X)[:, 1]
    at = pd.date_range("2026-01-01", periods=len(X), freq="min", tz="UTC")
    return X, pd.DataFrame(
        {
            "at": at,
            "prediction": (chance > 0.5).astype(int),
            "probability": chance,
            "outcome": y,
        }
    )


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--large", action="store_true", help="add 300,000 rows")
    parser.add_argument(
        "--only", choices=("false", "power", "variation", "estimates", "speed", "harm")
    )
    options = parser.parse_args()
    sizes = (*SIZES, (300_000, 300_000)) if options.large else SIZES
    if options.only in (None, "false"):
        false_alarms(options.draws, options.seed, sizes)
    if options.only in (None, "power"):
        power(options.draws, options.seed)
    if options.only in (None, "variation"):
        variation(options.draws, options.seed)
    if options.only in (None, "estimates"):
        estimates(options.draws, options.seed)
    if options.only in (None, "speed"):
        speed(100_000, 50, options.seed)
    if options.only in (None, "harm"):
        harm(min(options.draws, 20), options.seed)


if __name__ == "__main__":
    main()
