r"""Other trainers for ``benchmarks.modeling``, each in an environment of its own.

A folder holds one virtual environment for each of them, named as in `PEERS`::

    python3 -m venv PEERS/autogluon
    PEERS/autogluon/bin/pip install torch \
        "autogluon.tabular[lightgbm,catboost,xgboost,fastai]"
    python3 -m venv PEERS/flaml && PEERS/flaml/bin/pip install "flaml[automl]" catboost
    python3 -m venv PEERS/mljar && PEERS/mljar/bin/pip install mljar-supervised
    python3 -m venv PEERS/h2o && PEERS/h2o/bin/pip install h2o pandas

Each is given the same training rows as a CSV file, the budget and two threads, and
writes what it predicts for the test rows. None of it is imported by Rondo.
"""

import contextlib
import os
import resource
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from core.modeling.metrics import Floats
from core.modeling.target import Target

_HEAD = """
import json, sys, warnings
import numpy as np, pandas as pd
warnings.filterwarnings("ignore")
if __name__ == "__main__":
    folder, budget, task, seed, preset = sys.argv[1:]
    budget, seed = float(budget), int(seed)
    facts = json.load(open(folder + "/facts.json"))
    train = pd.read_csv(folder + "/train.csv", parse_dates=facts["dates"])
    test = pd.read_csv(folder + "/test.csv", parse_dates=facts["dates"])
    y = train.pop("__target__")
    kind = "regression" if task == "regression" else "classification"
    words = train.select_dtypes(["object", "string"]).columns
    def save(output):
        np.save(folder + "/output.npy", np.asarray(output, dtype=float))
"""

_AUTOGLUON = """
    from autogluon.tabular import TabularPredictor
    metric = {"binary": "roc_auc", "multiclass": "log_loss"}.get(task, "rmse")
    model = TabularPredictor(
        "__target__", problem_type=task, eval_metric=metric,
        path=folder + "/model", verbosity=0,
    ).fit(train.assign(__target__=y), time_limit=budget, presets=preset, num_cpus=2,
          dynamic_stacking=False)
    if task == "regression":
        save(model.predict(test))
    else:
        save(model.predict_proba(test).sort_index(axis=1))
"""

_FLAML = """
    from flaml import AutoML
    metric = {"binary": "roc_auc", "multiclass": "log_loss"}.get(task, "rmse")
    for name in words:
        levels = sorted(train[name].dropna().astype(str).unique())
        for table in (train, test):
            table[name] = pd.Categorical(table[name].astype(str), categories=levels)
    model = AutoML()
    model.fit(train, y, task=kind, metric=metric, time_budget=budget, n_jobs=2,
              seed=seed, verbose=0, log_file_name="")
    save(model.predict(test) if kind == "regression" else model.predict_proba(test))
"""

_MLJAR = """
    from supervised.automl import AutoML
    metric = {"binary": "auc", "multiclass": "logloss"}.get(task, "rmse")
    model = AutoML(mode="Compete", total_time_limit=int(budget), eval_metric=metric,
                   results_path=folder + "/model", random_state=seed, n_jobs=2,
                   ml_task=task.replace("binary", "binary_classification").replace(
                       "multiclass", "multiclass_classification"), verbose=0)
    model.fit(train, y)
    save(model.predict(test) if kind == "regression" else model.predict_proba(test))
"""

_H2O = """
    import h2o
    from h2o.automl import H2OAutoML
    h2o.init(nthreads=2, max_mem_size="6G", port=54300 + seed * 7)
    h2o.no_progress()
    table = h2o.H2OFrame(train.assign(__target__=y))
    if kind == "classification":
        table["__target__"] = table["__target__"].asfactor()
    metric = {"binary": "AUC", "multiclass": "logloss"}.get(task, "RMSE")
    model = H2OAutoML(max_runtime_secs=int(budget), seed=seed + 1, sort_metric=metric)
    model.train(y="__target__", training_frame=table)
    found = model.leader.predict(h2o.H2OFrame(test)).as_data_frame()
    if kind == "regression":
        save(found["predict"])
    else:
        save(found[[f"p{k}" for k in range(found.shape[1] - 1)]])
    h2o.cluster().shutdown()
"""


@dataclass(frozen=True)
class Peer:
    """One contender: whose environment, what is run, with which preset."""

    environment: str
    script: str
    preset: str = "-"


PEERS = {
    "AutoGluon medium": Peer("autogluon", _AUTOGLUON, "medium_quality"),
    "AutoGluon best": Peer("autogluon", _AUTOGLUON, "best_quality"),
    "FLAML": Peer("flaml", _FLAML),
    "mljar": Peer("mljar", _MLJAR),
    "H2O": Peer("h2o", _H2O),
}

_PATIENCE = 4.0
"""So many budgets a peer may take before it is ended."""


def run_peer(  # noqa: PLR0913 a contender, its rows, and the terms of the contest
    peer: Peer,
    peers: Path,
    rows: pd.DataFrame,
    test: pd.DataFrame,
    known: Target,
    *,
    budget_s: float,
    seed: int,
) -> tuple[Floats | None, float, float]:
    """Return its output for the test rows, wall and processor seconds.

    The output is None when it failed or took more than four budgets; what it wrote
    stands in ``peer.log`` of the folder in the error then.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, rows, test, known)
        (folder / "peer.py").write_text(_HEAD + peer.script)
        python = (peers / peer.environment / "bin" / "python").absolute()
        command = [str(python), str(folder / "peer.py"), name, str(budget_s)]
        command += [known.task, str(seed), peer.preset]
        start, before = time.perf_counter(), _used()
        with (folder / "peer.log").open("w") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=folder, start_new_session=True
            )
            try:
                process.wait(_PATIENCE * budget_s + 60)
            except subprocess.TimeoutExpired:
                log.write("ended: took too long\n")
            seconds, used = time.perf_counter() - start, _used() - before
            _end(process)
        output = folder / "output.npy"
        if output.exists():
            return np.load(output), seconds, used
        print((folder / "peer.log").read_text()[-600:], flush=True)
        return None, seconds, used


def _write(folder: Path, rows: pd.DataFrame, test: pd.DataFrame, known: Target) -> None:
    train = rows.iloc[known.rows].drop(columns=known.name)
    dates = [name for name in train if str(train[name].dtype).startswith("datetime")]
    y = known.y if known.task == "regression" else known.y.astype(int)
    train.assign(__target__=y).to_csv(folder / "train.csv", index=False)
    test.drop(columns=known.name).to_csv(folder / "test.csv", index=False)
    pd.Series({"dates": dates}).to_json(folder / "facts.json")


def _end(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
