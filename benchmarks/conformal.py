"""How often intervals and prediction sets hold what they promise, on real tables.

Rows are dealt out at random, so that they are exchangeable: half teach a model, a
quarter calibrates it, a quarter judges. Sets may be empty here, as the theory
has them; answers put the likeliest class in, which only covers more. Called by
``evaluation.py --conformal``.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from core.data import Schema, coerce, describe_schema, read_table
from core.modeling.encoder import FrameEncoder, raw_columns
from core.modeling.estimators import read_output
from core.modeling.families import FAMILIES
from core.modeling.family import FitData, Watch
from core.modeling.interval_learning import learn_intervals
from core.modeling.prediction_sets import learn_sets

TABLES = {
    "adult": "class",
    "bike_hour": "cnt",
    "california_housing": "median_house_value",
    "telco_churn": "Churn",
    "titanic": "survived",
    "wine_quality": "quality",
}
ASKED = (0.8, 0.9, 0.95)
MOST_ROWS = 6_000


def rows_of(folder: Path, name: str) -> tuple[pd.DataFrame, Schema, np.ndarray, int]:
    """Return features, their schema, the target, and the number of outputs."""
    frame = read_table(folder / f"{name}.csv").frame
    target = next(c for c in frame if c.lower() == TABLES[name].lower())
    frame = frame[frame[target].notna()].reset_index(drop=True)
    features = frame.drop(columns=target)
    schema = describe_schema(features)
    schema = Schema(tuple(c for c in schema if c.kind not in ("id", "text")))
    values = frame[target]
    if pd.api.types.is_numeric_dtype(values.dtype) and values.nunique() > 12:
        return coerce(features, schema), schema, values.to_numpy(float), 1
    codes, labels = pd.factorize(values.astype(str), sort=True)
    return coerce(features, schema), schema, codes.astype(float), len(labels)


def draw(
    table: tuple[pd.DataFrame, Schema, np.ndarray, int], seed: int
) -> Iterator[tuple[str, float, float, float]]:
    """Yield kind, promised and found coverage, and size, for one dealing of rows."""
    frame, schema, y, n_outputs = table
    order = np.random.default_rng(seed).permutation(len(y))[:MOST_ROWS]
    cuts = [len(order) // 2, 3 * len(order) // 4]
    parts = [frame.iloc[rows].reset_index(drop=True) for rows in np.split(order, cuts)]
    truths = [y[rows] for rows in np.split(order, cuts)]
    encoder = FrameEncoder(schema).fit(parts[0])
    X = [encoder.transform(part) for part in parts]
    task = "regression" if n_outputs == 1 else "multiclass"
    data = FitData(X[0], truths[0], X[0][:0], truths[0][:0], task, n_outputs)
    settings = {"iterations": 80, "learning_rate": 0.1, "num_leaves": 15}
    estimator = FAMILIES["lightgbm"].fit(data, settings, seed, Watch(60)).estimator
    outputs = [read_output(estimator, part, n_outputs) for part in X]
    raw = raw_columns(parts[2], schema)
    if n_outputs == 1:
        rule = learn_intervals(parts[1], schema, truths[1], outputs[1])
        kind = "equal widths" if rule.difficulty is None else "widths by row"
        for asked in ASKED:
            half = rule.half_widths(raw, outputs[2], asked)
            yield (
                kind,
                asked,
                float((abs(truths[2] - outputs[2]) <= half).mean()),
                float(2 * half.mean()),
            )
        return
    sets = learn_sets(truths[1], outputs[1])
    own = np.arange(len(truths[2])), truths[2].astype(int)
    for kind in ("small", "adaptive"):
        for asked in ASKED:
            inside = replace(sets, kind=kind).members(
                outputs[2], asked, never_empty=False
            )
            size = inside.sum(axis=1)
            yield kind, asked, float(inside[own].mean()), float(size.mean())


def report(folder: Path, n_seeds: int) -> None:
    """Print promised against found coverage, mean over the seeds."""
    print(f"{'table':20}{'kind':16}{'asked':>7}{'found':>8}{'sd':>7}{'size':>12}")
    for name in TABLES:
        table = rows_of(folder, name)
        found: dict[tuple[str, float], list[tuple[float, float]]] = {}
        for seed in range(n_seeds):
            for kind, asked, share, size in draw(table, seed):
                found.setdefault((kind, asked), []).append((share, size))
        for (kind, asked), seen in found.items():
            shares, sizes = np.array(seen).T
            far = "  *" if abs(shares.mean() - asked) > 0.02 else ""
            print(
                f"{name:20}{kind:16}{asked:7.2f}{shares.mean():8.3f}"
                f"{shares.std():7.3f}{sizes.mean():12.4g}{far}"
            )
