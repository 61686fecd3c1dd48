"""The service: rows in, answers out, with the version that it was made for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data import coerce
from core.data.cells import RawColumns, plain_columns
from core.evaluation.explaining import Direction
from core.modeling.encoder import raw_columns
from core.modeling.scoring import classes_of
from core.registry.version import ModelVersion
from core.serving.answer import Answer, Label
from core.serving.explaining import ExplainedAnswer, VersionExplainer, Wish
from core.serving.overrides import Override, overrule
from core.serving.records import refuse_other_than_mappings, tamed, unfit
from core.serving.replaying import QuickReplay
from core.serving.scores import Scores
from core.serving.warnings import warn, watches_of

Rows = Sequence[Mapping[str, Any]] | pd.DataFrame
_MOST_EXTRA = 5


class Service:
    """Answers rows with one version; safe to use from several threads.

    Parameters
    ----------
    version : ModelVersion
    overrides : callable, default=None
        Returns the overrides in force; none when None.

    Examples
    --------
    See tests/serving/test_service.py: it takes a trained model.
    """

    def __init__(
        self,
        version: ModelVersion,
        overrides: Callable[[], Sequence[Override]] | None = None,
    ) -> None:
        self.version = version
        self._overrides = overrides
        self._model = version.model
        self._names = frozenset((*version.schema.names, version.target))
        self._watches = watches_of(version.model.schema)
        classes = self._model.classes_
        self._labels: list[Label] = [] if classes is None else classes.tolist()
        self._label_texts = [str(label) for label in self._labels]

    @property
    def overrides(self) -> Sequence[Override]:
        """Overrides in force now, oldest first."""
        return () if self._overrides is None else self._overrides()

    def predict(self, records: Rows, *, strict: bool = True) -> list[Answer]:
        """Answer each row.

        Parameters
        ----------
        records : sequence of n_rows mappings, or DataFrame of shape (n_rows, any)
            Raw columns by name; a missing one counts as a missing value.
        strict : bool, default=True
            Refuse a value of the wrong type; else it counts as missing, with a
            warning.

        Returns
        -------
        list of n_rows Answer

        Raises
        ------
        SchemaError
            A row is not a mapping, or (strict) a value is not of its column's kind.
        """
        scores = self.score(records, strict=strict)
        return [self.answer(scores, row) for row in range(len(scores.prediction))]

    def score(self, records: Rows, *, strict: bool = False) -> Scores:
        """Answer many rows by column; the parameters are those of `predict`."""
        scores = self._score(*self._read(records, strict))
        active = self.overrides
        return self._overrule(active, records, scores) if active else scores

    def _overrule(
        self, active: Sequence[Override], records: Rows, scores: Scores
    ) -> Scores:
        """Put the outcomes of overrides above the model's own."""
        given: Rows = records
        if not isinstance(records, pd.DataFrame):
            given = [tamed(self.captured(record)) for record in records]
        found = overrule(active, given, self.version.schema)
        for name in found.unfit:
            for told in scores.warnings:
                told.append(f'The override "{name}" does not fit this version.')
        prediction = list(scores.prediction)
        for row, outcome in found.outcomes.items():
            prediction[row] = outcome
        own = {row: scores.prediction[row] for row in found.outcomes}
        return replace(
            scores,
            prediction=prediction,
            overridden=found.names,
            model_predictions=own,
        )

    def explain(
        self,
        record: Mapping[str, Any],
        *,
        label: Label | None = None,
        wish: Wish | None = None,
        directions: Mapping[str, Direction] | None = None,
    ) -> ExplainedAnswer:
        """Answer one row, and say why and what would change the answer.

        Parameters
        ----------
        record : mapping
            Raw columns by name.
        label : label, default=None
            The class whose probability is taken apart; None for the positive one of
            two, or the predicted one of several.
        wish : label or tuple of two floats, default=None
            What a counterfactual shall reach; None for the other class (of several
            the next likely one). A number has none unless a range is named.
        directions : mapping of str to {"any", "up", "down", "locked"}, default=None
            What may be changed, and which way; columns not named may go either way.

        Raises
        ------
        SchemaError
            A value is not of its column's kind.
        EvaluationError
            A class or column is unknown, or the version has no training rows.
        """
        cleaned, warnings = self._read([record], strict=True)
        answer = self.answer(self._score(cleaned, warnings), 0)
        explainer = self._explainer
        wish = explainer.usual_wish(answer) if wish is None else wish
        given = cleaned
        if self.version.replay.recipe.steps:
            table = coerce([tamed(self.captured(record))], self.version.schema)
            given = raw_columns(table, self.version.schema)
        search = None
        if wish is not None:
            search = explainer.search(given, wish, directions)
        reasons = explainer.contributions(cleaned, label)
        return ExplainedAnswer(answer, reasons, wish, search)

    @cached_property
    def _quick_replay(self) -> QuickReplay:
        return QuickReplay(self.version.replay, self._model.schema)

    @cached_property
    def _explainer(self) -> VersionExplainer:
        return VersionExplainer(self.version)

    def predict_cleaned(self, frame: pd.DataFrame) -> list[Answer]:
        """Answer rows that are cleaned already, such as those of a split."""
        rows = coerce(frame, self._model.schema)
        raw = raw_columns(rows, self._model.schema)
        scores = self._score(raw, [[] for _ in range(len(rows))])
        return [self.answer(scores, row) for row in range(len(rows))]

    def _score(self, raw: RawColumns, warnings: list[list[str]]) -> Scores:
        n_rows = len(warnings)
        output = self._model.output_of(raw, n_rows)
        if not self._labels:
            half_widths = self._model.half_widths(raw, output)
            return Scores(output.tolist(), None, None, half_widths, None, warnings)
        threshold = 0.5 if self._model.threshold is None else self._model.threshold
        codes = np.asarray(classes_of(output, threshold), dtype=np.int64)
        answered = 1 if self._model.task == "binary" else codes
        probability = output[np.arange(n_rows), answered]
        labels = [self._labels[code] for code in codes]
        sets = self._model.label_sets(output)
        return Scores(labels, probability, output, None, sets, warnings)

    def captured(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return the part of a record that the model looks at, as it was sent."""
        return {
            name: record[name] for name in self.version.schema.names if name in record
        }

    def _read(self, records: Rows, strict: bool) -> tuple[RawColumns, list[list[str]]]:
        """Return plain columns, and what there is to warn of in each row."""
        if isinstance(records, pd.DataFrame):
            return self._read_table(records, strict)
        refuse_other_than_mappings(records)
        if self.version.replay.recipe.steps:
            raw = self._quick_replay.columns(records)
        else:
            raw = plain_columns(records, self._model.schema)
        if raw is not None:
            warnings = warn(self._watches, raw, len(records))
        else:
            tame = [tamed(self.captured(record)) for record in records]
            raw, warnings = self._read_table(tame, strict)
        for row, record in enumerate(records):
            if not record.keys() <= self._names:
                warnings[row].extend(self._extra(record))
        return raw, warnings

    def _read_table(
        self, records: Rows, strict: bool
    ) -> tuple[RawColumns, list[list[str]]]:
        given = coerce(records, self.version.schema, strict=strict)
        raw = raw_columns(self._cleaned(given), self._model.schema)
        warnings = warn(self._watches, raw, len(given))
        if not strict:
            for row, text in unfit(records, given):
                warnings[row].append(text)
        return raw, warnings

    def cleaned(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return rows as the model sees them: coerced, and cleaned by the recipe."""
        return self._cleaned(coerce(frame, self.version.schema))

    def _cleaned(self, given: pd.DataFrame) -> pd.DataFrame:
        if not self.version.replay.recipe.steps:
            return given
        return coerce(self.version.replay.apply(given), self._model.schema)

    def _extra(self, record: Mapping[str, Any]) -> list[str]:
        extra = [str(name) for name in record if name not in self._names]
        return [
            f'"{name[:60]}" is no column of this model and was ignored.'
            for name in extra[:_MOST_EXTRA]
        ]

    def answer(self, scores: Scores, row: int) -> Answer:
        """Return one row of what `score` gave."""
        answer = self._own_answer(scores, row)
        if row not in scores.overridden:
            return answer
        return replace(
            answer,
            prediction=scores.prediction[row],
            overridden=scores.overridden[row],
            model_prediction=answer.prediction,
        )

    def _own_answer(self, scores: Scores, row: int) -> Answer:
        prediction = scores.model_predictions.get(row, scores.prediction[row])
        warnings = tuple(scores.warnings[row])
        if scores.probability is None or scores.probabilities is None:
            if scores.half_widths is None:
                return Answer(prediction, warnings=warnings)
            number, half = float(prediction), float(scores.half_widths[row])
            interval = (number - half, number + half)
            coverage = self._model.coverage
            return Answer(
                prediction, interval=interval, warnings=warnings, coverage=coverage
            )
        shares = scores.probabilities[row].tolist()
        return Answer(
            prediction,
            probability=float(scores.probability[row]),
            probabilities=dict(zip(self._label_texts, shares, strict=True)),
            warnings=warnings,
            prediction_set=None
            if scores.sets is None
            else self._named(scores.sets[row]),
            coverage=None if scores.sets is None else self._model.coverage,
        )

    def set_texts(self, sets: NDArray[np.bool_]) -> list[str]:
        """Return prediction sets as text, such as "no | yes"."""
        texts = self._label_texts
        return [
            " | ".join(texts[code] for code in np.flatnonzero(inside))
            for inside in sets
        ]

    def _named(self, inside: NDArray[np.bool_]) -> tuple[Label, ...]:
        return tuple(
            label for label, is_in in zip(self._labels, inside, strict=True) if is_in
        )
