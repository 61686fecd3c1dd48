"""The end of a run: why the search ended, the champion, and the result."""

from threadpoolctl import threadpool_limits

from core.errors import ModelingError
from core.findings import Finding
from core.modeling.champion import choose_champion, judge, try_ensemble
from core.modeling.checkpoint import Checkpoint, StoredModels
from core.modeling.entry import Entry
from core.modeling.final import perfect
from core.modeling.judged import gather
from core.modeling.material import Material
from core.modeling.run import Run
from core.modeling.schedule import Schedule
from core.modeling.search import Board

_EARLY = 0.9
"""A search that used less of its budget ended early."""


def ended_early(schedule: Schedule, board: Board) -> list[Finding]:
    """Return why the search ended well before its budget, if it did."""
    clock = board.clock
    used_s, budget_s = clock.elapsed_s, clock.budget_s
    why = schedule.why_ended(board.entries)
    if clock.stopped or not why or used_s > _EARLY * budget_s:
        return []
    return [
        Finding(
            "MODEL-019",
            "note",
            "The search ended before its time",
            f"It used {used_s:,.0f} of {budget_s:,.0f} seconds: {why}.",
            "Nothing to do. To go on all the same, train again with the option to "
            "search until the time is over.",
        )
    ]


def conclude(
    material: Material,
    store: Checkpoint,
    board: Board,
    findings: list[Finding],
    random_state: int,
) -> Run:
    """Try an ensemble, choose the champion, finish it, and return the run.

    Raises
    ------
    ModelingError
        Not even the baseline was trained.
    """
    board.message = "Choosing the champion"
    board.report(now=True)
    with threadpool_limits(1):
        ensemble = try_ensemble(material, store, list(board.entries.values()))
    if ensemble is not None:
        store.stamp(board.add(ensemble))
    baseline = board.entries[0]
    if baseline.state != "done":
        raise ModelingError(
            f"Not even a baseline could be trained: {baseline.message}",
            hint=f"Check the values of {material.target!r}.",
        )
    best, passed_over = choose_champion(_in_order(board), material)
    findings.extend(passed_over)
    if best is not baseline:
        told = perfect(material, store, board, best, random_state=random_state)
        findings.extend(told)
    run = _result(material, store, board, findings, best)
    board.message = "Done"
    board.report(now=True)
    return run


def _in_order(board: Board) -> list[Entry]:
    return [entry for _, entry in sorted(board.entries.items())]


def _result(
    material: Material,
    store: Checkpoint,
    board: Board,
    findings: list[Finding],
    best: Entry,
) -> Run:
    entries, metric = _in_order(board), material.scoring
    done = {entry.candidate: entry.index for entry in entries if entry.state == "done"}
    return Run(
        task=material.task,
        target=material.target,
        metric=metric.name,
        metric_options=dict(metric.options),
        scheme=material.scheme.words,
        n_train=material.scheme.n_train,
        n_valid=material.scheme.n_valid,
        entries=tuple(entries),
        champion_name=best.candidate,
        baseline_name=entries[0].candidate,
        models=StoredModels(store, done),
        findings=(*findings, *judge(entries, material)),
        stopped=board.clock.stopped,
        elapsed_s=round(board.clock.elapsed_s, 3),
        judged=gather(
            material.y_valid,
            store.output,
            done,
            material.weight_valid,
            together=material.together,
            in_order=material.in_order,
        ),
    )
