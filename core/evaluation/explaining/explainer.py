"""The explainer: one answer of a model, taken apart into its columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.special import expit

from core.data import coerce
from core.errors import EvaluationError
from core.evaluation.explaining.as_booster import booster_of
from core.evaluation.explaining.row import Contribution, RowExplanation, Scale
from core.evaluation.explaining.sampling import Shapley, Walks, draw_walks, walk
from core.evaluation.explaining.trees import odds_contributions, tree_contributions
from core.evaluation.explaining.values import plain_value, rank_of
from core.modeling.assembly import Assembly, EncodedRows
from core.modeling.encoder import NUMERIC, raw_columns
from core.modeling.metrics import Floats
from core.modeling.model import Model
from core.modeling.scoring import classes_of

MOST_TRAINING_ROWS: Final = 2_000
MOST_ANSWERS: Final = 4_000
FEWEST_ANSWERS: Final = 1_000
_SLOW: Final = 3
"""Other estimators take about so many times as long as boosted trees or lines."""


@dataclass(frozen=True, eq=False)
class _Taken:
    """Contributions, how and on which scale they were found, and from what answer."""

    found: Shapley
    method: str
    n_background: int = 0
    scale: Scale = "answer"
    average: float | None = None


class Explainer:
    """Explains answers against the average training row; safe to use from threads.

    The answer of a regression is explained in the unit of its target, that of a
    classification as the probability of one class. Parts that are boosted trees for
    numbers (of LightGBM or scikit-learn) are exact (TreeSHAP); what is left is
    sampled: 1,000 to 4,000 answers (fewer the more parts the model has) for mixtures
    of the row and training rows, with the error stated. A classifier of two classes
    that is one set of boosted trees is exact too, in log-odds (before any
    calibration): the scale on which it adds up. The contributions add up in every
    case.

    Parameters
    ----------
    model : Model
    background : DataFrame of shape (n_rows, any)
        Training rows; at most 2,000 are used, drawn by `random_state`.
    random_state : int, default=0
        The same one gives the same explanation.
    n_answers : int, default=None
        About so many answers explain one row; None: by the parts of the model.

    Raises
    ------
    EvaluationError
        There is no training row, or the model uses no column.
    """

    def __init__(
        self,
        model: Model,
        background: pd.DataFrame,
        *,
        random_state: int = 0,
        n_answers: int | None = None,
    ) -> None:
        if not len(background) or not len(model.schema):
            raise EvaluationError(
                "There is nothing to explain an answer with: the version has no "
                "training rows, or its model uses no column.",
                hint="Save a version on Evaluate; it keeps a sample of training rows.",
            )
        self.model = model
        self.assembly = Assembly(model)
        rows = np.arange(len(background))
        if len(rows) > MOST_TRAINING_ROWS:
            rng = np.random.default_rng(random_state)
            rows = np.sort(rng.choice(rows, MOST_TRAINING_ROWS, replace=False))
        table = coerce(background.iloc[rows], model.schema)
        raw = raw_columns(table, model.schema)
        self._sorted = {
            column.name: np.sort(raw[column.name][np.isfinite(raw[column.name])])
            for column in model.schema
            if column.kind in NUMERIC or column.kind == "date"
        }
        self._training = self.assembly.encode(raw, len(table))
        self._answers = self.assembly.output(self._training)
        n_answers = n_answers or affordable(self.assembly)
        self._walks: Walks = draw_walks(len(model.schema), n_answers, random_state)
        self._by_code: dict[int, EncodedRows] = {}
        self._boosters = tuple(
            booster_of(getattr(m.estimator, "estimator", m.estimator))
            for m in self.assembly.members
        )

    def explain(
        self,
        rows: pd.DataFrame | Sequence[Mapping[str, Any]],
        label: Any = None,
    ) -> list[RowExplanation]:
        """Explain each row.

        Parameters
        ----------
        rows : DataFrame of shape (n_rows, any) or sequence of n_rows mappings
        label : object, default=None
            The class whose probability is explained; None for the positive one of
            two classes, or the predicted one of several.

        Raises
        ------
        EvaluationError
            The model knows no such class.
        """
        table = coerce(rows, self.model.schema)
        raw = raw_columns(table, self.model.schema)
        return self.explain_raw(raw, len(table), label)

    def explain_raw(
        self, raw: Mapping[str, Any], n_rows: int, label: Any = None
    ) -> list[RowExplanation]:
        """Explain rows that are plain columns; see `FrameEncoder.encode`."""
        encoded = self.assembly.encode(raw, n_rows)
        return [
            self._explain_one(raw, row, encoded.take(slice(row, row + 1)), label)
            for row in range(n_rows)
        ]

    def _explain_one(
        self, raw: Mapping[str, Any], row: int, encoded: EncodedRows, label: Any
    ) -> RowExplanation:
        answer = self.assembly.output(encoded)
        code = self._code(answer, label)
        taken = None if code is None else self._by_odds(encoded, code)
        if taken is None:
            taken = self._by_answer(encoded, code)
        found = taken.found
        items = [
            self._item(raw, row, position, float(effect), float(error))
            for position, (effect, error) in enumerate(
                zip(found.effects, found.errors, strict=True)
            )
        ]
        classes = self.model.classes_
        given = float(answer[0] if code is None else answer[0, code])
        of_odds = taken.average is not None
        return RowExplanation(
            task=self.model.task,
            target=self.model.target,
            label=None if code is None or classes is None else classes.tolist()[code],
            base=found.base,
            output=found.base + float(found.effects.sum()) if of_odds else given,
            items=tuple(sorted(items, key=lambda item: -abs(item.effect))),
            method=taken.method,
            n_background=taken.n_background,
            scale=taken.scale,
            ends=None if taken.average is None else (taken.average, given),
        )

    def _code(self, answer: Floats, label: Any) -> int | None:
        """Return which class is explained; None for numbers."""
        classes = self.model.classes_
        if classes is None:
            return None
        if label is not None:
            texts = [str(known) for known in classes.tolist()]
            if str(label) not in texts:
                raise EvaluationError(
                    f"The model knows no class {str(label)[:60]!r}.",
                    hint=f"Choose one of its classes, such as {texts[0]!r}.",
                )
            return texts.index(str(label))
        return 1 if self.model.task == "binary" else int(classes_of(answer)[0])

    def _by_odds(self, row: EncodedRows, code: int) -> "_Taken | None":
        """Return exact contributions to the log-odds; None for other models."""
        if len(self.assembly.members) > 1 or self.assembly.n_outputs != 2:
            return None
        member = self.assembly.members[0]
        X = row.matrices[member.encoder]
        found = odds_contributions(member.estimator, X, self._boosters[0])
        if found is None:
            return None
        effects, sign = np.zeros(self.assembly.n_columns), 1 if code else -1
        np.add.at(effects, self.assembly.origins[member.encoder], sign * found[0][0])
        share = expit(found[1])
        average = self.model.calibrated(np.array([[1 - share, share]]))[0, code]
        contributions = Shapley(sign * found[1], effects, np.zeros_like(effects))
        return _Taken(contributions, "exact", 0, "log-odds", float(average))

    def _by_answer(self, row: EncodedRows, code: int | None) -> "_Taken":
        """Return exact contributions where trees allow it, and sampled ones else."""
        n_columns = self.assembly.n_columns
        effects, errors, base = np.zeros(n_columns), np.zeros(n_columns), 0.0
        left = list(self.assembly.members)
        if code is None:
            members = self.assembly.members
            for member, booster in zip(members, self._boosters, strict=True):
                X = row.matrices[member.encoder]
                found = tree_contributions(member.estimator, X, booster)
                if found is not None:
                    origin = self.assembly.origins[member.encoder]
                    np.add.at(effects, origin, member.weight * found[0][0])
                    base += member.weight * found[1]
                    left.remove(member)
        if not left:
            return _Taken(Shapley(base, effects, errors), "exact")
        whole = len(left) == len(self.assembly.members)

        def ask(rows: EncodedRows) -> Floats:
            if code is None:
                return self.assembly.blend(rows, left)
            answers: Floats = self.assembly.output(rows)[:, code]
            return answers

        rest = walk(self.assembly, row, self._background(code), self._walks, ask)
        found_all = Shapley(base + rest.base, effects + rest.effects, rest.errors)
        method = "sampled" if whole else "exact and sampled"
        return _Taken(found_all, method, self._walks.n_pairs)

    def _background(self, code: int | None) -> EncodedRows:
        """Return training rows whose answers are spread as those of all of them."""
        key = -1 if code is None else code
        if key not in self._by_code:
            answers = self._answers if code is None else self._answers[:, code]
            order = np.argsort(answers, kind="stable")
            n_pairs = self._walks.n_pairs
            middle = (np.arange(n_pairs) + 0.5) / n_pairs * len(order)
            self._by_code[key] = self._training.take(order[middle.astype(np.int64)])
        return self._by_code[key]

    def _item(
        self,
        raw: Mapping[str, Any],
        row: int,
        position: int,
        effect: float,
        error: float,
    ) -> Contribution:
        column = self.model.schema.columns[position]
        value = raw[column.name][row]
        rank = None
        if column.name in self._sorted and column.kind != "boolean":
            rank = rank_of(self._sorted[column.name], float(value))
        return Contribution(
            column.name, plain_value(column.kind, value), effect, error, rank
        )


def affordable(assembly: Assembly) -> int:
    """Return how many answers of a model explain one row well under 100 ms."""
    quick = [
        hasattr(member.estimator, "booster_") or hasattr(member.estimator, "coef_")
        for member in assembly.members
    ]
    cost = sum(1 if is_quick else _SLOW for is_quick in quick)
    return int(np.clip(MOST_ANSWERS // cost, FEWEST_ANSWERS, MOST_ANSWERS))
