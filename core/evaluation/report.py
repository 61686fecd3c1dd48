"""Evaluate a model on held-out rows."""

from dataclasses import replace

import pandas as pd

from core.evaluation.checking import review
from core.evaluation.class_metrics import measure_classes
from core.evaluation.comparison import Comparison, compare_held
from core.evaluation.confusion import confusion
from core.evaluation.coverage import check_promises
from core.evaluation.curves import calibration, score_curves
from core.evaluation.evaluation import Evaluation
from core.evaluation.explanation import permutation_importance
from core.evaluation.held_out import Glance, HeldOut, look
from core.evaluation.metrics import measure_all
from core.evaluation.residuals import cloud, residuals
from core.evaluation.row_checks import ROW_CHECKS
from core.modeling.model import Model


def evaluate(  # noqa: PLR0913 - all but two have defaults that fit
    model: Model,
    frame: pd.DataFrame,
    target: str | None = None,
    *,
    importance: bool = True,
    n_repeats: int = 5,
    random_state: int = 0,
    confidence: float = 0.95,
) -> Evaluation:
    """Measure a model on rows it was not trained on.

    Rows whose target is missing, or of a class that training never saw, are left
    out and counted. What is not defined on these rows is left out too, and a finding
    says why.

    Parameters
    ----------
    model : Model
    frame : DataFrame of shape (n_rows, any)
        Held-out rows with the target; not changed.
    target : str, default=None
        None: the model's own.
    importance : bool, default=True
        Whether to measure permutation importance too.
    n_repeats : int, default=5
        How often each column is shuffled for it.
    random_state : int, default=0
    confidence : float, default=0.95
        Of every interval, in (0, 1).

    Returns
    -------
    Evaluation

    Raises
    ------
    EvaluationError
        The target is missing, no row has a usable one, or the table has none of the
        model's columns.

    Examples
    --------
    >>> from core.data.samples import bundled_sample
    >>> from core.modeling import train
    >>> wine = bundled_sample("wine")
    >>> train_rows, test_rows = wine.table.iloc[::2], wine.table.iloc[1::2]
    >>> run = train(train_rows, wine.target, families=["baseline"], n_jobs=1)
    >>> report = evaluate(run.champion, test_rows)
    >>> report.n_rows, 0.2 < report.metrics["accuracy"].value < 0.5
    (89, True)
    """
    return _evaluate_rows(
        look(model, frame, target or model.target),
        confidence,
        n_repeats=n_repeats if importance else 0,
        random_state=random_state,
    )


def evaluate_against(  # noqa: PLR0913 - all but three have defaults that fit
    model: Model,
    baseline: Model,
    frame: pd.DataFrame,
    target: str | None = None,
    *,
    train_score: float | None = None,
    known: Evaluation | None = None,
    random_state: int = 0,
    confidence: float = 0.95,
) -> tuple[Evaluation, Evaluation, Comparison]:
    """Evaluate a model and a baseline on the same rows, and compare them.

    Each model answers once for all of it, and the model's findings weigh it against
    the baseline and against its score on the training rows.

    Parameters
    ----------
    model, baseline : Model
    frame, target, random_state, confidence
        As in `evaluate`.
    train_score : float, default=None
        The model's metric on its training rows.
    known : Evaluation, default=None
        An earlier one of the same pipeline on the same rows, whose importance is taken
        over where another threshold or calibration does not change it.

    Returns
    -------
    model : Evaluation
        With importance.
    baseline : Evaluation
        Without.
    comparison : Comparison
        Model minus baseline.

    Raises
    ------
    EvaluationError
        As in `evaluate` and `compare`.
    """
    target = target or model.target
    ours, theirs = look(model, frame, target), look(baseline, frame, target)
    comparison = compare_held(ours, theirs, target, confidence)
    kept = known is not None and known.ranks_by_order
    found = _evaluate_rows(
        ours, confidence, n_repeats=0 if kept else 5, random_state=random_state
    )
    if known is not None and kept:
        found = replace(
            found,
            importance=known.importance,
            importance_basis=known.importance_basis,
        )
    findings = review(found, against_baseline=comparison, train_score=train_score)
    return (
        replace(found, findings=findings),
        _evaluate_rows(theirs, confidence),
        comparison,
    )


def _evaluate_rows(
    glance: Glance, confidence: float, *, n_repeats: int = 0, random_state: int = 0
) -> Evaluation:
    model, rows, held = glance.model, glance.rows, glance.held
    found = _describe(model, held, rows.n_dropped, confidence)
    if n_repeats:
        ranked, basis = permutation_importance(
            model,
            rows,
            held,
            n_repeats=n_repeats,
            random_state=random_state,
            confidence=confidence,
        )
        found = replace(found, importance=ranked, importance_basis=basis)
    promises = check_promises(model, rows, held, confidence)
    found = replace(found, coverage=promises)
    seen = tuple(finding for check in ROW_CHECKS for finding in check(glance))
    found = replace(found, findings=seen)
    return replace(found, findings=review(found))


def _describe(
    model: Model, held: HeldOut, n_dropped: int, confidence: float
) -> Evaluation:
    common = Evaluation(
        task=held.task,
        model_name=model.name,
        target=model.target,
        metric=model.metric,
        n_rows=held.n_rows,
        n_dropped=n_dropped,
        confidence=confidence,
        metrics=measure_all(held, confidence),
    )
    if held.task == "regression":
        return replace(
            common,
            predicted_actual=cloud(held.output, held.y),
            residuals=residuals(held),
        )
    return replace(
        common,
        pos_label=model.pos_label,
        threshold=held.threshold if held.task == "binary" else None,
        classes=measure_classes(held, confidence),
        confusion=confusion(held),
        curves=score_curves(held),
        calibration=calibration(held, confidence),
    )
