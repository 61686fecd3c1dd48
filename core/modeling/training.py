"""`train`: the best model that the budget can buy."""

import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from core.data import Task
from core.errors import ModelingError
from core.findings import Finding
from core.modeling.champion import ENSEMBLE_INDEX
from core.modeling.checkpoint import Checkpoint
from core.modeling.cluster import cluster_address, cluster_places
from core.modeling.concluding import conclude, ended_early
from core.modeling.families import FAMILIES, UNAVAILABLE
from core.modeling.plan import check_budget, check_families
from core.modeling.preparation import Request, prepare
from core.modeling.run import Run
from core.modeling.schedule import Schedule, wants_log
from core.modeling.search import Board, Clock, OnProgress, search
from core.modeling.wishes import able_families


def train(  # noqa: PLR0913 the one door to training; each argument is a choice
    frame: pd.DataFrame,
    target: str,
    *,
    task: Task | None = None,
    validation: pd.DataFrame | None = None,
    groups: "str | Sequence[Any] | None" = None,
    metric: str | None = None,
    metric_options: Mapping[str, float] | None = None,
    weight: str | None = None,
    balanced: bool = False,
    monotonic: Mapping[str, int] | None = None,
    time: str | None = None,
    largest: bool = False,
    whole_budget: bool = False,
    budget_s: float = 60.0,
    families: Sequence[str] | None = None,
    n_jobs: int | None = None,
    random_state: int = 0,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] | None = None,
    checkpoint: Path | None = None,
) -> Run:
    """Train candidates of several families and choose the best.

    A good model comes within seconds, a better one every few seconds after. The
    baseline is always trained. What is left of the budget after a fixed list goes to
    a random search, as long as that is likely to help (see `whole_budget`); at the end
    a weighted ensemble is kept if it beats the best single model by more than its
    standard error. The same data, `random_state` and finished candidates give the
    same champion.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        Training rows, the target among the columns. Rows without a target are left
        out, with a finding.
    target : str
    task : {"binary", "multiclass", "regression"}, default=None
        None: suggested from the target.
    validation : DataFrame, default=None
        Rows to choose by, with the same columns. None: small tables are
        cross-validated (the model averages the folds), larger ones hold out a fifth.
    groups : str or sequence of n_rows values, default=None
        Rows of one group stay on one side of every fold; a column's name, which is
        then no feature, or one value for each row. With `validation` a column groups
        its rows too, where calibration and threshold are learned from them.
    metric : str, default=None
        Name in `METRICS`; None: the task's default.
    metric_options : mapping of str to float, default=None
        Parameters of the metric, such as ``{"beta": 2.0}`` for "f_beta".
    weight : str, default=None
        Column of numbers that say how much a row counts, in fitting, scores,
        calibration and threshold; then no feature. Rows with 0 are left out.
    balanced : bool, default=False
        Learn as if every class were as frequent as any other. Scores count rows as
        they are.
    monotonic : mapping of str to {-1, 1}, default=None
        Number columns with which predictions may only rise (1) or fall (-1), all
        else being equal. Families that cannot keep to it are left out, with a finding.
    time : str, default=None
        Column of dates or numbers that orders rows; it stays a feature. Without
        `validation` small tables are chained forward (each fold learns from the past
        alone, and the champion is fitted on all rows in the end), of larger ones the
        latest fifth is held out. Groups are whole and count by their last time.
    largest : bool, default=False
        Allow champions of more than 20 MB as a file.
    whole_budget : bool, default=False
        Go on searching until the budget ends. Else the search ends once 40 candidates
        in a row were no better, or one candidate for 20 training rows (16 to 400) was
        tried: choosing among more finds luck rather than a better model.
    budget_s : float, default=60.0
        Wall clock seconds for everything, at least 1.
    families : sequence of str, default=None
        Names in `FAMILIES`; None: all.
    n_jobs : int, default=None
        Candidates at a time, each with one native thread; None: one for each core.
        1: in this process.
    random_state : int, default=0
    on_progress : callable, default=None
        Called with a `Progress` at every change and about once a second.
    should_stop : callable, default=None
        Asked at least three times a second; when true, what is done is kept.
    checkpoint : Path, default=None
        Folder for finished candidates, from which a later call with the same
        arguments goes on. None: a temporary one, gone with the run.

    Returns
    -------
    Run

    Raises
    ------
    ModelingError
        No model can be trained from this; the message names the column.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": range(60), "y": ["low"] * 30 + ["high"] * 30})
    >>> run = train(frame, "y", families=["linear"], budget_s=2, n_jobs=1)
    >>> run.champion.predict([{"x": 2}, {"x": 58}]).tolist()
    ['low', 'high']
    """
    chosen = check_families(None if families is None else tuple(families))
    request = Request(
        frame, target, task, validation, groups, metric, check_budget(budget_s),
        chosen, random_state, dict(metric_options or {}), weight, balanced,
        dict(monotonic or {}), time, largest, whole_budget,
    )  # fmt: skip
    clock = Clock(request.budget_s, should_stop, n_jobs=_n_jobs(n_jobs))
    store = Checkpoint(_own_folder() if checkpoint is None else Path(checkpoint))
    work = store.directory / "work"
    shutil.rmtree(work, ignore_errors=True)  # of a run that was killed
    try:
        run = _train(request, store, work, clock, (on_progress, clock.n_jobs))
    except BaseException:
        if checkpoint is None:
            shutil.rmtree(store.directory, ignore_errors=True)
        raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if checkpoint is None:
        weakref.finalize(run.models, shutil.rmtree, store.directory, ignore_errors=True)
    return run


def _train(
    request: Request,
    store: Checkpoint,
    work: Path,
    clock: Clock,
    watched: tuple[OnProgress | None, int],
) -> Run:
    on_progress, n_jobs = watched
    material, findings = prepare(request, work)
    findings.extend(_unavailable(request.families))
    families, told = able_families(request.families, material)
    findings.extend(told)
    board = Board(material, clock, on_progress, n_jobs)
    board.report(now=True)
    _resume(store, request, board)
    fold = material.scheme.folds[0]
    schedule = Schedule(
        families,
        material.scoring,
        len(fold.train),
        random_state=request.random_state,
        log_target=wants_log(material.y[fold.train], material.task),
        lag=1 if n_jobs == 1 else 2 * n_jobs,
        whole_budget=request.whole_budget,
    )
    search(material, store, schedule, board, n_jobs)
    findings.extend(ended_early(schedule, board))
    return conclude(material, store, board, findings, request.random_state)


def _resume(store: Checkpoint, request: Request, board: Board) -> None:
    """Take over the candidates that an interrupted run of the same plan finished."""
    for entry in store.open(request.fingerprint()):
        if entry.index != ENSEMBLE_INDEX:
            board.add(entry)
            board.clock.before_s = max(board.clock.before_s, entry.finished_s or 0.0)


def _unavailable(families: Sequence[str]) -> list[Finding]:
    return [
        Finding(
            "MODEL-010",
            "note",
            f"{FAMILIES[name].title} is not available here",
            why,
            "The other families are trained all the same.",
        )
        for name, why in UNAVAILABLE.items()
        if name in families
    ]


def _n_jobs(n_jobs: int | None) -> int:
    address = cluster_address()
    if n_jobs is None and address is not None:
        return cluster_places(address)
    if n_jobs is None:
        return max(1, len(os.sched_getaffinity(0)) if _has_affinity() else _cores())
    if n_jobs < 1:
        raise ModelingError(
            f"{n_jobs} candidates at a time make no sense.",
            hint="Give 1 or more, or None for one on each core.",
        )
    return n_jobs


def _has_affinity() -> bool:
    return hasattr(os, "sched_getaffinity")


def _cores() -> int:
    return os.cpu_count() or 1


def _own_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="rondo-run-"))
