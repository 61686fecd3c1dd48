"""How long the whole report of a large test set takes, beside explainerdashboard.

Called by ``evaluation.py --report``: twenty mixed columns, boosted trees, two classes.
Rondo's part is all that its pages and its HTML file show of the test rows: metrics with
intervals, curves, importance with intervals, coverage, effects of the leading columns
with single rows and interactions, slices, checks, contributions of ten rows, and the
file. With ``--peer ENV``, an environment in which ``explainerdashboard`` and
``lightgbm`` are installed, the same tables go to it: a plain LightGBM of as many trees,
the explainer, and its dashboard as HTML, without its tab of interactions (which
Rondo's figure has). Both learn from the same rows, which is not counted.
"""

import resource
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.explaining import made, model_of
from core.evaluation import compare, evaluate
from core.evaluation.checking import Evidence, run_checks
from core.evaluation.checking.gather import gather
from core.evaluation.explaining import Explainer, explain_effects
from core.evaluation.held_out import look
from core.evaluation.slicing import worst_slices
from core.modeling.model import Model
from core.plots.html_report import ReportParts, write_report
from core.workspace.records import EvaluationRecord

N_TRAIN = 20_000
N_EXPLAINED = 10
PEER = """
import resource, sys, time
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.metrics import roc_auc_score
from explainerdashboard import ClassifierExplainer, ExplainerDashboard
folder = sys.argv[1]
train, test = (pd.read_csv(f"{folder}/{n}.csv") for n in ("train", "test"))
y, y_test = train.pop("y"), test.pop("y")
for name in train.select_dtypes(exclude="number").columns:
    levels = {v: i for i, v in enumerate(sorted(train[name].unique()))}
    train[name], test[name] = (t[name].map(levels) for t in (train, test))
model = LGBMClassifier(n_estimators=200, learning_rate=0.05, num_leaves=31, n_jobs=1,
                       verbosity=-1).fit(train, y)
auc = roc_auc_score(y_test, model.predict_proba(test)[:, 1])
used = lambda: sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
began, start = time.perf_counter(), used()
explainer = ClassifierExplainer(model, test, y_test, labels=["no", "yes"])
board = ExplainerDashboard(explainer, shap_interaction=False)
size = len(board.to_html())
print("result", used() - start, time.perf_counter() - began, size, auc)
"""


def used() -> float:
    """Return the processor seconds of this process so far."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def tables(n_rows: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return training and test rows with their target."""
    frame, y = made(N_TRAIN + n_rows)
    frame["y"] = np.where(y > 0, "yes", "no")
    return frame.iloc[:N_TRAIN], frame.iloc[N_TRAIN:].reset_index(drop=True)


def build(model: Model, train: pd.DataFrame, test: pd.DataFrame) -> dict[str, float]:
    """Do all of the report; return the processor seconds of each part."""
    spent: dict[str, float] = {}
    last = used()

    def note(name: str) -> None:
        nonlocal last
        spent[name], last = used() - last, used()

    found = evaluate(model, test)
    note("metrics, curves, importance")
    glance = look(model, test, "y")
    slices = worst_slices(glance)
    note("slices")
    comparison = compare(model, model, test)
    checks = run_checks(gather(Evidence(found, comparison), glance, train=train))
    note("checks")
    leading = [item.column for item in found.importance]
    explain_effects(model, test, leading)
    note("effects and interactions")
    Explainer(model, train).explain(test.head(N_EXPLAINED))
    note(f"{N_EXPLAINED} rows explained")
    record = EvaluationRecord(
        "e", "p", datetime.now(UTC), "r", "", model.name, found, found, comparison, 1
    )
    size = len(write_report(ReportParts("A report", record, checks, slices)))
    note("the file")
    print(f"the file: {size / 1_000:,.0f} kB")
    return spent


def time_report(n_rows: int, peer: Path | None) -> None:
    """Print the time of each part, of the whole, and of explainerdashboard."""
    train, test = tables(n_rows)
    model = model_of(train.drop(columns="y"), (train["y"] == "yes").to_numpy(float))
    build(model, train, test.head(2_000))  # imports and first calls
    began = time.perf_counter()
    spent = build(model, train, test)
    took, whole = time.perf_counter() - began, sum(spent.values())
    for name, seconds in spent.items():
        print(f"  {name:<30}{seconds:8.2f} CPU s")
    auc = evaluate(model, test, importance=False).metrics["roc_auc"].value
    print(
        f"Rondo, {n_rows:,} rows: {whole:.1f} CPU s, {took:.1f} s; AUC {auc:.3f} "
        "(to stay under 20 s)"
    )
    if peer is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        train.to_csv(Path(folder) / "train.csv", index=False)
        test.to_csv(Path(folder) / "test.csv", index=False)
        command = [str(peer / "bin" / "python"), "-c", PEER, folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("result")]
    if done.returncode or not lines:
        print(f"left out: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
        return
    cpu, wall, size, theirs = (float(part) for part in lines[0].split()[1:])
    print(
        f"explainerdashboard: {cpu:.1f} CPU s, {wall:.1f} s, {size / 1_000:,.0f} kB; "
        f"AUC {theirs:.3f}"
    )
    print(
        f"{cpu / whole:.1f} times Rondo's CPU s, {wall / took:.1f} times its time (5)"
    )
