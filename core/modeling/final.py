"""What is done for the champion alone: calibration, threshold, a fit on all rows."""

import math
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.findings import Finding
from core.modeling.calibration import Calibration, calibrate
from core.modeling.checkpoint import PROTOCOL, Checkpoint
from core.modeling.entry import Entry
from core.modeling.family import Watch
from core.modeling.interval_learning import learn_intervals
from core.modeling.material import Material
from core.modeling.metrics import Floats
from core.modeling.model import Model
from core.modeling.prediction_sets import learn_sets
from core.modeling.refit import Refitted, refit
from core.modeling.rows import Rows
from core.modeling.search import Board
from core.modeling.thresholds import is_tuned, tune_threshold


def perfect(
    material: Material,
    store: Checkpoint,
    board: Board,
    best: Entry,
    *,
    random_state: int,
) -> list[Finding]:
    """Calibrate the champion, tune its threshold, and fit it on all rows.

    All that is learned from validation rows is learned from the fit that has not seen
    them. The new model is kept beside the first fit; the entry keeps its score.

    Returns
    -------
    list of Finding
        What was done, for a person to know.
    """
    first, rows = store.model(best.index), np.arange(len(material.y_valid))
    model, findings = _learned(material, store.output(best.index), best, first, rows)
    members = _members(best, list(board.entries.values()))
    board.message = f"Fitting {best.candidate} on all rows"
    board.report(now=True)
    again = refit(
        material, members, model, Watch(board.clock.refit_left_s),
        random_state=random_state, n_jobs=board.n_jobs,
    )  # fmt: skip
    if again is not None and _fits(again.model, material):
        model = again.model
        findings.append(_fitted_on_all(best, again))
    else:
        again = None
    if model is first:
        return findings
    notes = [best.message, *(_notes(model.calibration, again))]
    entry = replace(
        best,
        params=_params(best, members, again),
        message="; ".join(note for note in notes if note),
        refit_rows=None if again is None else again.n_rows,
    )
    board.add(store.write_final(entry, model))
    return findings


def finish(  # noqa: PLR0913 one argument for each thing known of the candidate
    material: Material,
    entries: Sequence[Entry],
    chosen: Entry,
    model: Model,
    output: Floats,
    rows: Rows,
    *,
    limit_s: float = 60.0,
    random_state: int = 0,
) -> Model:
    """Do for a candidate that a person chose what is done for the champion.

    Parameters
    ----------
    material : Material
        Of the run, prepared once more from the same rows.
    entries : sequence of Entry
        All of the run.
    chosen : Entry
    model : Model
        Its first fit.
    output : ndarray of shape (n_known, n_classes) or (n_known,)
        What that fit says of rows it was judged by.
    rows : ndarray of shape (n_known,)
        Places of these rows among those of ``material.y_valid``.
    limit_s : float, default=60.0
        Parts whose fit takes longer keep their first one.
    random_state : int, default=0

    Returns
    -------
    Model
        Calibrated where that helps, with its threshold and intervals learned, and
        fitted on all rows when a part was held out.
    """
    model, _ = _learned(material, output, chosen, model, rows)
    members = _members(chosen, list(entries))
    watch = Watch(limit_s)
    again = refit(material, members, model, watch, random_state=random_state)
    return model if again is None or not _fits(again.model, material) else again.model


def _learned(
    material: Material, output: Floats, best: Entry, model: Model, rows: Rows
) -> tuple[Model, list[Finding]]:
    """Learn what is learned from validation rows, from a fit that has not seen them."""
    if material.task == "regression":
        return _widths_learned(material, output, best, model, rows)
    y, metric = material.y_valid[rows], material.scoring
    weight = _at(material.weight_valid, rows)
    findings = []
    found = calibrate(
        y, output, weight=weight, together=_at(material.together, rows),
        in_order=material.in_order,
    )  # fmt: skip
    if found is not None:
        output = found.apply(output)
        threshold = model.threshold
        if material.task == "binary":
            threshold = tune_threshold(metric, y, output, weight)
        sets = learn_sets(y, output, weight)
        model = replace(model, calibration=found, threshold=threshold, uncertainty=sets)
        findings.append(_probabilities_corrected(best, found))
    if is_tuned(metric, output) and model.threshold is not None:
        findings.append(_threshold_tuned(best, model.threshold, metric.title))
    return model, findings


def _fits(model: Model, material: Material) -> bool:
    """Return whether a model is small enough as a file."""
    if math.isinf(material.most_bytes):
        return True
    return len(pickle.dumps(model, protocol=PROTOCOL)) <= material.most_bytes


def _at(values: Any, rows: Rows) -> Any:
    return None if values is None else values[rows]


def _widths_learned(
    material: Material, output: Floats, best: Entry, model: Model, rows: Rows
) -> tuple[Model, list[Finding]]:
    """Let the widths of intervals follow the row where that serves better."""
    held = np.concatenate([fold.valid for fold in material.scheme.folds])[rows]
    rule = learn_intervals(
        material.frame.iloc[held].reset_index(drop=True),
        material.schema,
        material.y_valid[rows],
        output,
        _at(material.weight_valid, rows),
        spans=_at(material.together, rows) if material.in_order else None,
    )
    if rule.difficulty is None:
        return model, []
    finding = Finding(
        "MODEL-018",
        "note",
        "Intervals are wider for difficult rows",
        f"{best.candidate}: how large its error is can be told from the row; intervals "
        "whose width follows it score better on rows they were not learned from.",
        "Nothing to do. Evaluate shows how many test rows they cover.",
    )
    return replace(model, uncertainty=rule), [finding]


def _members(best: Entry, entries: list[Entry]) -> list[Entry]:
    """Return the candidates the champion is made of, in the order of its parts."""
    by_name = {entry.candidate: entry for entry in entries}
    shares = best.params.get("members") if best.family == "ensemble" else None
    return [best] if shares is None else [by_name[name] for name in shares]


def _params(
    best: Entry, members: list[Entry], again: Refitted | None
) -> Mapping[str, Any]:
    """Return the settings; of an ensemble, also which members learned from all rows."""
    if best.family != "ensemble" or again is None:
        return best.params
    return {**best.params, "refitted": [members[i].candidate for i in again.places]}


def _notes(calibration: Calibration | None, again: Refitted | None) -> list[str]:
    notes = []
    if calibration is not None:
        notes.append(f"probabilities calibrated ({calibration.method})")
    if again is not None:
        part = (
            ""
            if again.n_refitted == again.n_members
            else f" ({again.n_refitted} of {again.n_members} parts)"
        )
        notes.append(f"fitted again on all {again.n_rows:,} rows{part}")
    return notes


def _fitted_on_all(best: Entry, again: Refitted) -> Finding:
    return Finding(
        "MODEL-012",
        "note",
        "The champion was fitted again on all rows",
        f"{best.candidate} learned from all {again.n_rows:,} training and validation "
        "rows, with the iterations that the first fit found. Its score is the first "
        "fit's, on validation rows.",
        "Nothing to do. The test rows show how good the model is that goes on.",
    )


def _probabilities_corrected(best: Entry, found: Calibration) -> Finding:
    return Finding(
        "MODEL-013",
        "note",
        "Probabilities were calibrated",
        f"{best.candidate}: {found.method} calibration lowers the log loss on rows it "
        f"was not learned from, from {found.before:.4f} to {found.after:.4f}.",
        "Nothing to do. Evaluate shows how true the probabilities are.",
    )


def _threshold_tuned(best: Entry, threshold: float, title: str) -> Finding:
    return Finding(
        "MODEL-014",
        "note",
        "The decision threshold was tuned",
        f"{best.candidate} calls a row positive from a probability of "
        f"{threshold:.3f} on, the best for {title} on validation rows.",
        "Another threshold can be set on Evaluate.",
    )
