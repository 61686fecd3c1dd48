"""Answers to a piece of a table, as columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from core.evaluation.explaining import RowExplanation, value_text
from core.modeling.encoder import raw_columns
from core.serving.batch.mapping import new_names
from core.serving.explaining import VersionExplainer
from core.serving.log import PredictionLog
from core.serving.scores import Scores
from core.serving.service import Service

CHUNK_ROWS = 10_000


@dataclass(frozen=True)
class BatchOptions:
    """What a person may choose about a batch.

    Attributes
    ----------
    mapping : mapping of str to str
        Name in the table to name in the model, where they differ.
    n_reasons : int, default=0
        So many columns that moved the answer most are named; slow, since each row
        is explained.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    n_reasons: int = 0


@dataclass(frozen=True, eq=False)
class Worked:
    """What a model says of some rows, before it is kept and written.

    Attributes
    ----------
    scores : Scores
    reasons : list of n_rows str, or None
        None where none were asked for.
    """

    scores: Scores
    reasons: list[str] | None


@dataclass(frozen=True, eq=False)
class Scorer:
    """Answers the pieces of one batch.

    Attributes
    ----------
    service : Service
    log : PredictionLog or None
        Where the answers are kept, if anywhere; then each row has its id.
    options : BatchOptions
    """

    service: Service
    log: PredictionLog | None = None
    options: BatchOptions = field(default_factory=BatchOptions)

    @cached_property
    def ruled(self) -> Service:
        """The service with the overrides of now: one batch, one set of rules."""
        active = tuple(self.service.overrides)
        return Service(self.service.version, lambda: active)

    @cached_property
    def _explainer(self) -> VersionExplainer:
        return VersionExplainer(self.service.version)

    def answer(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the columns that stand behind those of a table of few rows.

        Raises
        ------
        ServingError
            The mapping does not fit.
        StorageError
            The log could not be written.
        EvaluationError
            There are no training rows to give reasons with.
        """
        return self.told(frame, self.work(frame))

    def work(self, frame: pd.DataFrame) -> Worked:
        """Ask the model; nothing is kept, so any process may do it.

        Raises
        ------
        ServingError, EvaluationError
            As `answer`.
        """
        known = self._renamed(frame)
        scores = self.ruled.score(known)
        reasons = self._reasons(known) if self.options.n_reasons else None
        return Worked(scores, reasons)

    def told(self, frame: pd.DataFrame, worked: Worked) -> pd.DataFrame:
        """Keep what `work` gave for a table, and return it as `answer` does.

        Raises
        ------
        StorageError
            The log could not be written.
        """
        scores = worked.scores
        answers: dict[str, object] = {}
        if self.log is not None:
            ids = self._keep(self._renamed(frame), scores)
            answers["prediction_id"] = pd.Series(ids, dtype="str")
        answers |= _told(self.ruled, scores)
        if worked.reasons is not None:
            answers["reasons"] = pd.Series(worked.reasons, dtype="str")
        warned = [" ".join(row) for row in scores.warnings]
        answers["warnings"] = pd.Series(warned, dtype="str")
        answers["version"] = self.service.version.number
        return pd.DataFrame(answers, index=pd.RangeIndex(len(frame)))

    def _renamed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the columns that the model looks at, under its own names."""
        wanted = self.service.version.schema.names
        given = [str(name) for name in frame.columns]
        renamed = frame.set_axis(new_names(self.options.mapping, wanted, given), axis=1)
        present = set(renamed.columns)
        return renamed[[name for name in wanted if name in present]]

    def _keep(self, known: pd.DataFrame, scores: Scores) -> list[str]:
        if self.log is None:
            return []
        version = self.service.version
        return self.log.append(
            version.project,
            version.number,
            known,
            [self.service.answer(scores, row) for row in range(len(known))],
            latency_ms=None,
            source="batch",
            threshold=version.threshold,
        )

    def _reasons(self, known: pd.DataFrame) -> list[str]:
        cleaned = self.service.cleaned(known)
        raw = raw_columns(cleaned, self.service.version.model.schema)
        explained = self._explainer.contributions_of(raw, len(cleaned))
        return [reasons_text(each, self.options.n_reasons) for each in explained]


def reasons_text(explained: RowExplanation, n_reasons: int) -> str:
    """Return the columns that moved an answer most, each with its effect.

    Examples
    --------
    >>> from core.evaluation.explaining import Contribution
    >>> items = Contribution("calls", 9, 0.4), Contribution("age", 50, -0.1)
    >>> found = RowExplanation("binary", "left", "yes", 0.3, 0.6, items, "exact", 0)
    >>> reasons_text(found, 1)
    'calls is 9 (+40.0 points)'
    """
    return "; ".join(
        f"{item.column} is {value_text(item.value)} ({explained.step(item.effect)})"
        for item in explained.items[:n_reasons]
    )


def _told(service: Service, scores: Scores) -> dict[str, object]:
    answers: dict[str, object] = {"prediction": scores.prediction}
    if service.overrides:
        answers["overridden"] = _by_row(scores.overridden, scores)
        models = {row: str(label) for row, label in scores.model_predictions.items()}
        answers["model_prediction"] = _by_row(models, scores)
    if scores.probability is not None:
        answers["probability"] = scores.probability
    if scores.half_widths is not None:
        own = [
            scores.model_predictions.get(row, number)
            for row, number in enumerate(scores.prediction)
        ]
        numbers = pd.Series(own, dtype="float64")
        answers["low"] = numbers - scores.half_widths
        answers["high"] = numbers + scores.half_widths
    if scores.sets is not None:
        texts = service.set_texts(scores.sets)
        answers["prediction_set"] = pd.Series(texts, dtype="str")
    return answers


def _by_row(told: Mapping[int, str], scores: Scores) -> pd.Series:
    n_rows = len(scores.prediction)
    return pd.Series([told.get(row, "") for row in range(n_rows)], dtype="str")


def free_names(names: list[str], taken: list[str]) -> list[str]:
    """Return names for the answers; one that is taken gets a number.

    Examples
    --------
    >>> free_names(["prediction"], ["prediction", "age"])
    ['prediction_2']
    """
    return [_free_name(name, frozenset(taken)) for name in names]


def _free_name(name: str, taken: frozenset[str]) -> str:
    free, count = name, 1
    while free in taken:
        count += 1
        free = f"{name}_{count}"
    return free
