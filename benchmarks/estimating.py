"""How far estimates made without outcomes are from the truth, beside NannyML's.

Streams of one boosted classifier of six numbers; 5,000 labelled rows it has not seen
are the reference, each window has 2,000 rows whose inputs spread more or less, move, or
whose law changes. NannyML's CBPE gets the same rows, in an environment of its own.
"""

import subprocess
import tempfile
from collections.abc import Mapping
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import accuracy_score, roc_auc_score

from benchmarks.goals import judge_mean, judge_share
from core.monitoring import estimate_performance

Found = dict[tuple[str, str, str], list[tuple[float, bool]]]
"""Error of the estimate, and whether its band covers, by stream, metric and tool."""

METRICS = {"roc_auc": "probability", "accuracy": "prediction"}
N_WINDOW = 2_000
GOALS = {("spread shift", "roc_auc", "PAPE"): (0.015, 0.9)}

NANNYML = """
import sys, warnings; warnings.filterwarnings("ignore")
import nannyml, pandas
kept, columns = [], dict(y_pred_proba="probability", y_pred="prediction",
                         y_true="outcome", problem_type="classification_binary")
rows = pandas.read_csv(sys.argv[1])
for draw, part in rows.groupby("draw"):
    known = part[part["stream"] == "known"].reset_index(drop=True)
    made = nannyml.CBPE(metrics=["roc_auc", "accuracy"], chunk_size=int(sys.argv[3]),
                        **columns).fit(known)
    for stream, now in part[part["stream"] != "known"].groupby("stream"):
        now = now.drop(columns="outcome").reset_index(drop=True)
        table = made.estimate(now).filter(period="analysis").to_df()
        for metric in ("roc_auc", "accuracy"):
            one = table[metric].iloc[0]
            kept.append((draw, stream, metric, one["value"],
                         one["lower_confidence_boundary"],
                         one["upper_confidence_boundary"]))
names = ["draw", "stream", "metric", "value", "low", "high"]
pandas.DataFrame(kept, columns=names).to_csv(sys.argv[2], index=False)
print(nannyml.__version__)
"""


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


def estimates(n_draws: int, seed: int, peers: Path | None) -> None:
    """Print errors of the estimates, and how often their bands cover.

    Parameters
    ----------
    n_draws : int
        Windows of each stream, each with a model of its own.
    seed : int
    peers : Path or None
        Folder of environments; NannyML's is its ``nannyml``.
    """
    found: Found = {}
    truth: dict[tuple[int, str, str], float] = {}
    given: list[pd.DataFrame] = []
    for draw in range(n_draws):
        rng = np.random.default_rng([seed, 9, draw])
        X, y = _stream(rng, 3_000)
        model = HistGradientBoostingClassifier(max_iter=60, random_state=0).fit(X, y)
        inputs, known = _judged(model, *_stream(rng, 5_000))
        given.append(known.assign(draw=draw, stream="known"))
        for stream, change in STREAMS.items():
            X, y = _stream(rng, N_WINDOW, **{change: rng.uniform(-1, 1)})
            now, meta = _judged(model, X, y)
            given.append(meta.assign(draw=draw, stream=stream))
            true = {
                "roc_auc": roc_auc_score(y, meta["probability"]),
                "accuracy": accuracy_score(y, meta["prediction"]),
            }
            truth |= {(draw, stream, metric): v for metric, v in true.items()}
            _estimate(found, stream, true, (known, inputs), (meta, now))
    if peers is not None:
        _ask_nannyml(found, truth, pd.concat(given), peers / "nannyml")
    _say(found)


def _estimate(
    found: Found,
    stream: str,
    true: Mapping[str, float],
    reference: tuple[pd.DataFrame, pd.DataFrame],
    window: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    (known, inputs), (meta, now) = reference, window
    blind = meta.assign(outcome=None)
    pairs = {"CBPE": (known, blind), "PAPE": ((known, inputs), (blind, now))}
    for (tool, (then, given)), metric in product(pairs.items(), METRICS):
        part = estimate_performance(
            then, given, task="binary", pos_label=1, window=10_000, metric=metric
        ).windows[0]
        if part.value is not None:
            held = bool(part.low <= true[metric] <= part.high)
            error = abs(part.value - true[metric])
            found.setdefault((stream, metric, tool), []).append((error, held))


def _ask_nannyml(
    found: Found,
    truth: Mapping[tuple[int, str, str], float],
    rows: pd.DataFrame,
    environment: Path,
) -> None:
    """Let NannyML estimate the same windows."""
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "rows.csv", Path(folder) / "answers.csv"
        rows.drop(columns="at").to_csv(asked, index=False)
        command = [str(environment / "bin" / "python"), "-c", NANNYML]
        command += [str(asked), str(answered), str(N_WINDOW)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["?"])[-1]
            print(f"NannyML is left out: {last}")
            return
        answers = pd.read_csv(answered)
    tool = f"NannyML {done.stdout.split()[-1]}"
    for each in answers.itertuples():
        true = truth[int(each.draw), str(each.stream), str(each.metric)]
        held = bool(each.low <= true <= each.high)
        key = (str(each.stream), str(each.metric), tool)
        found.setdefault(key, []).append((abs(each.value - true), held))


def _say(found: Found) -> None:
    print("Performance without outcomes: mean absolute error, and bands that cover")
    for key, values in sorted(found.items()):
        most, least = GOALS.get(key, (None, None))
        title = " · ".join(key)
        judge_mean(f"{title}, error", [error for error, _ in values], most=most)
        hits = sum(held for _, held in values)
        judge_share("    band covers", hits, len(values), least=least)
