"""The served form: a model that answers one row in a fraction of the time.

The same encoders, and the estimators in their quick forms; the trees of all boosted
members are walked through together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from sklearn.pipeline import Pipeline

from core.modeling.booster_sums import BoosterSums
from core.modeling.estimators import Blend
from core.modeling.metrics import Floats
from core.modeling.numbers import Matrix
from core.modeling.one_row import RowEncoder
from core.modeling.quick_forms import CANNOT, Form, form_of, library_form

FEW_ROWS: Final = 8
"""So many are answered one by one rather than by the libraries."""
_MOST_NODES: Final = 3_000_000
"""Of boosted members together: more would take seconds to put together."""


class ServedForm:
    """Answers one record as the pipeline does.

    Parameters
    ----------
    pipeline : Pipeline or Blend
        Fitted.
    n_outputs : int
        Number of classes, or 1.
    """

    def __init__(self, pipeline: Pipeline | Blend, n_outputs: int) -> None:
        parts, weights = [pipeline], [1.0]
        if isinstance(pipeline, Blend):
            parts, weights = pipeline.pipelines, list(pipeline.weights)
        places: dict[int, int] = {}
        self._encoders: list[RowEncoder] = []
        self._members: list[_Member] = []
        widths: list[int] = []
        for part, weight in zip(parts, weights, strict=True):
            encoder = part[0]
            width = len(encoder.get_feature_names_out())
            if id(encoder) not in places:
                places[id(encoder)] = len(self._encoders)
                self._encoders.append(RowEncoder(encoder))
                widths.append(width)
            form = form_of(part[-1], width, n_outputs)
            self._members.append(_Member(places[id(encoder)], weight, form))
        self._weight = sum(weights)
        self._n_outputs = n_outputs
        self._together = _Together.of(self._members, widths)
        for number in self._together.numbers if self._together else ():
            # Its own trees are let go; only rows with specks ask the library.
            form = library_form(parts[number][-1], n_outputs)
            self._members[number] = replace(self._members[number], form=form)

    @property
    def n_together(self) -> int:
        """Number of members whose trees are walked through in one call."""
        return 0 if self._together is None else len(self._together.numbers)

    def output(self, raw: Mapping[str, Any]) -> Floats:
        """Return the output for one record of plain columns.

        Parameters
        ----------
        raw : mapping of str to sequences of one value
            As `FrameEncoder.encode` takes them.

        Returns
        -------
        ndarray of shape (1, n_classes), or (1,) for regression
        """
        rows = [encoder.encode(raw) for encoder in self._encoders]
        known = self._together.outputs(rows) if self._together else {}
        # In the order and with the operations of `Blend`, so that sums round alike;
        # plain floats, because arrays of two numbers take longer.
        total = [0.0] * self._n_outputs
        for number, member in enumerate(self._members):
            answer = known.get(number)
            if answer is None:
                answer = member.form.kernel(rows[member.place]).tolist()
            weight = member.weight
            total = [t + weight * a for t, a in zip(total, answer, strict=True)]
        output = np.array([value / self._weight for value in total])
        return output if self._n_outputs == 1 else output.reshape(1, -1)

    def outputs(self, raw: Mapping[str, Any], n_rows: int) -> Floats:
        """Return the output for a few records, one after the other."""
        rows = [{name: raw[name][i : i + 1] for name in raw} for i in range(n_rows)]
        return np.concatenate([self.output(row) for row in rows])


@dataclass(frozen=True, eq=False)
class _Member:
    place: int  # of its encoder
    weight: float
    form: Form


class _Together:
    """Boosted members, whose trees are walked through in one call."""

    def __init__(
        self, members: Mapping[int, _Member], widths: Sequence[int], probes: int = 6
    ) -> None:
        self.numbers = tuple(members)
        firsts = np.cumsum([0, *widths])
        self._sums = BoosterSums(
            [m.form.boosted for m in members.values() if m.form.boosted is not None],
            [int(firsts[member.place]) for member in members.values()],
            int(firsts[-1]),
        )
        rng = np.random.default_rng(0)
        for _ in range(probes):
            rows = [rng.normal(size=width).astype(np.float32) for width in widths]
            found = self.outputs(rows)
            for number, member in members.items():
                alone = member.form.kernel(rows[member.place])
                if not np.array_equal(found[number], alone):
                    raise NotImplementedError

    @classmethod
    def of(
        cls, members: Sequence[_Member], widths: Sequence[int]
    ) -> "_Together | None":
        """Return it where it gives what each boosted member gives alone."""
        boosted = {i: m for i, m in enumerate(members) if m.form.boosted is not None}
        trees = (tree for m in boosted.values() for tree in m.form.trees)
        if not boosted or sum(len(tree.left) for tree in trees) > _MOST_NODES:
            return None
        try:
            return cls(boosted, widths)
        except (ImportError, *CANNOT):
            return None

    def outputs(self, rows: Sequence[Matrix]) -> dict[int, list[float]]:
        """Return what each member says, by its number; nothing of rows with specks."""
        found = self._sums.of(rows)
        return {} if found is None else dict(zip(self.numbers, found, strict=True))
