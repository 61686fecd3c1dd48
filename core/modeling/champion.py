"""After the search: the ensemble, the champion, and what to say about it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from core.data.leaks import ALONE_AUC, ALONE_R2
from core.data.profiled import Relation
from core.data.ranking import rank_columns
from core.findings import Finding
from core.modeling.checkpoint import Checkpoint
from core.modeling.draws import MOST_RESAMPLED_ROWS, sample_in_classes, times
from core.modeling.encoder import FrameEncoder
from core.modeling.ensemble import drop_idle, eligible, select_weights
from core.modeling.entry import Entry, ranked
from core.modeling.estimators import Blend
from core.modeling.families import FAMILIES
from core.modeling.fitting import build_model, scored
from core.modeling.material import Material
from core.modeling.metrics import Floats
from core.modeling.scoring import METRICS, Metric, gain_and_error
from core.modeling.thresholds import decided, is_tuned

ENSEMBLE: Final = "Ensemble"
ENSEMBLE_INDEX: Final = 9_999
_MOST_SUSPECTS: Final = 3
_UNFELT: Final = 0.1
"""Standard errors of the gain that members which are left out may cost."""
_TOO_GOOD: Final = {"roc_auc": 0.999, "accuracy": 0.999, "r2": 0.9999}


def try_ensemble(
    material: Material, checkpoint: Checkpoint, entries: Sequence[Entry]
) -> Entry | None:
    """Blend the best candidates; kept only when that beats the best by its error.

    Returns
    -------
    Entry or None
        With state "skipped" and a message when it is within the noise; None when
        there are not two candidates to blend.
    """
    metric = material.scoring
    most = material.most_first_bytes
    scored_ones = [e for e in ranked(entries, metric) if e.score is not None]
    done = [e for e in scored_ones if e.index and (e.size_bytes or 0) <= most]
    pool = sorted(eligible(done), key=lambda e: (e.size_bytes or 0, e.index))
    if len(pool) < 2:
        return None
    y, weight = material.y_valid, material.weight_valid
    first = checkpoint.output(done[0].index)
    counts = _counts(material, checkpoint, pool, first)
    chosen = [(e, n) for e, n in zip(pool, counts, strict=True) if n]
    shares = np.array([n for _, n in chosen]) / sum(counts)
    output = _mean(shares, (checkpoint.output(entry.index) for entry, _ in chosen))
    both = [
        decided(metric, y, shown, weight=weight, together=material.together)
        for shown in (output, first)
    ]
    gain, error = gain_and_error(metric, y, *both, weight=weight)
    members = {
        e.candidate: round(float(s), 3)
        for s, (e, _) in zip(shares, chosen, strict=True)
    }
    entry = Entry(ENSEMBLE, "ensemble", ENSEMBLE_INDEX, {"members": members})
    if gain <= error or len(chosen) < 2:
        words = f"Within the noise of {done[0].candidate}: not kept."
        return checkpoint.write(
            replace(entry, state="skipped", message=words), None, None
        )
    blend = _blend(material, checkpoint, [e for e, _ in chosen], shares.tolist())
    model = build_model(material, entry, blend, output)
    words = ", ".join(f"{share:.0%} {name}" for name, share in members.items())
    entry = replace(entry, message=words, fit_s=sum(e.fit_s or 0.0 for e, _ in chosen))
    return checkpoint.write(
        scored(entry, material, metric, model, output), model, output
    )


def choose_champion(
    entries: Sequence[Entry], material: Material
) -> tuple[Entry, list[Finding]]:
    """Return the best candidate that is not too large, and a word about larger ones."""
    order = [e for e in ranked(entries, material.scoring) if e.score is not None]
    most = material.most_first_bytes
    fitting = [entry for entry in order if (entry.size_bytes or 0) <= most]
    if not fitting or fitting[0] is order[0]:
        return (fitting or order or list(entries))[0], []
    return fitting[0], [_too_large(order[0], fitting[0], material)]


def _counts(
    material: Material, checkpoint: Checkpoint, pool: Sequence[Entry], first: Floats
) -> list[int]:
    """Return how often each candidate is taken; `first` is the best one's output.

    Above 20,000 rows a sample of them decides.
    """
    y, weight = material.y_valid, material.weight_valid
    rows: slice | NDArray[np.int64] = slice(None)
    if len(y) > MOST_RESAMPLED_ROWS:
        labels = np.zeros_like(y) if material.task == "regression" else y
        rows, stands_for = sample_in_classes(labels.astype(np.int64), 0)
        y, first = y[rows], first[rows]
        weight = times(stands_for, None if weight is None else weight[rows])
    outputs = [checkpoint.output(entry.index)[rows] for entry in pool]
    metric = _smooth(material.scoring, first)
    counts = select_weights(
        outputs, y, metric, weight=weight,
        sizes=[entry.size_bytes or 0 for entry in pool],
        most=material.most_first_bytes,
    )  # fmt: skip
    mean = _mean(np.array(counts) / sum(counts), outputs)
    _, noise = gain_and_error(metric, y, mean, first, weight=weight)
    return drop_idle(counts, outputs, y, metric, _UNFELT * noise, weight=weight)


def _mean(shares: Floats, outputs: Iterable[Floats]) -> Floats:
    taken = zip(shares.tolist(), outputs, strict=True)
    return np.asarray(sum(share * output for share, output in taken if share))


def _smooth(metric: Metric, output: Floats) -> Metric:
    """Return the metric to add members by: one that needs no threshold yet."""
    return METRICS["log_loss"] if is_tuned(metric, output) else metric


def _blend(
    material: Material,
    checkpoint: Checkpoint,
    chosen: Sequence[Entry],
    shares: Sequence[float],
) -> Blend:
    """Put the members together; those with the same encoder share one object."""
    encoders: dict[tuple[str, int], FrameEncoder] = {}
    pipelines, weights = [], []
    for entry, share in zip(chosen, shares, strict=True):
        style = FAMILIES[entry.family].style
        for fold, (weight, part) in enumerate(checkpoint.model(entry.index).members):
            encoder = encoders.setdefault((style, fold), part[0])
            pipelines.append(Pipeline([("encoder", encoder), ("estimator", part[-1])]))
            weights.append(share * weight)
    return Blend(pipelines, weights, material.n_outputs)


def judge(entries: Sequence[Entry], material: Material) -> list[Finding]:
    """Return what a person should know about the outcome of the search."""
    metric = material.scoring
    best = ranked(entries, metric)[0]
    baseline = next(entry for entry in entries if entry.index == 0)
    findings = []
    if best.index == 0 and sum(e.score is not None for e in entries) == 1:
        findings.append(_only_baseline(entries))
    elif not _beats(best, baseline, metric):
        findings.append(_no_better(best, baseline, metric, material))
    if metric.name in _TOO_GOOD and (best.score or 0.0) >= _TOO_GOOD[metric.name]:
        findings.append(_too_good(best, metric, material))
    return findings


def _beats(best: Entry, baseline: Entry, metric: Metric) -> bool:
    edge = best.low if metric.higher_is_better else best.high
    if edge is None or baseline.score is None or not np.isfinite(edge):
        return best.index != 0
    return metric.gain(edge, baseline.score) > 0


def _only_baseline(entries: Sequence[Entry]) -> Finding:
    failed = [e for e in entries if e.state == "failed"]
    why = f" {failed[0].candidate}: {failed[0].message}" if failed else ""
    return Finding(
        "MODEL-009",
        "problem",
        "Only the baseline was trained",
        f"No other candidate was finished.{why}",
        "Give more time, or fewer rows and columns.",
    )


def _no_better(
    best: Entry, baseline: Entry, metric: Metric, material: Material
) -> Finding:
    return Finding(
        "MODEL-007",
        "problem",
        "No model is clearly better than the baseline",
        f"The best, {best.candidate}, has {metric.title} {best.score:.4g}; the "
        f"baseline {baseline.score:.4g}, on {material.scheme.words}.",
        f"The columns may say nothing about {material.target!r}. Bring other columns, "
        "or more rows.",
        (material.target,),
    )


def _too_large(larger: Entry, taken: Entry, material: Material) -> Finding:
    title = material.scoring.title
    return Finding(
        "MODEL-017",
        "note",
        "A larger model was passed over",
        f"{larger.candidate} has {title} {larger.score:.4g} and takes "
        f"{(larger.size_bytes or 0) / 1e6:.0f} MB; {taken.candidate} has "
        f"{taken.score:.4g} and keeps below {material.most_bytes / 1e6:.0f} MB once it "
        "is fitted on all rows.",
        f"Choose {larger.candidate} by hand, or train with the largest models allowed, "
        "if the difference is worth it.",
    )


def _too_good(best: Entry, metric: Metric, material: Material) -> Finding:
    found = _suspects(material)
    named = f" {_named(found)} nearly decides it alone." if found else ""
    return Finding(
        "MODEL-008",
        "warning",
        "Too good to be true?",
        f"{best.candidate} reaches {metric.title} {best.score:.4f} on "
        f"{material.scheme.words}.{named}",
        f"Look for a column that is known only once {material.target!r} is known, and "
        "take it out.",
        (*(relation.column for relation in found), material.target),
    )


def _suspects(material: Material) -> list[Relation]:
    """Return the columns that alone nearly tell the target, the surest first."""
    y = pd.Series(material.y, name=material.target)
    table = material.frame.assign(**{material.target: y})
    kinds, names = dict(material.schema.kinds), material.schema.names
    ranked_columns = rank_columns(table, kinds, material.target, material.task, names)
    least = {"AUC": ALONE_AUC}
    sure = [r for r in ranked_columns if r.score >= least.get(r.metric, ALONE_R2)]
    return sure[:_MOST_SUSPECTS]


def _named(found: Sequence[Relation]) -> str:
    return " or ".join(
        f"{item.column!r} ({item.metric} {item.score:.3f})" for item in found
    )
