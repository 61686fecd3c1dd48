"""The model: records in, answers out, from a folder of JSON and arrays."""

import hashlib
import importlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .cells import Columns, Problem, read_records
from .columns import Floats, Matrix, encode
from .doubts import doubts
from .estimators import read_output
from .uncertainty import half_widths, label_sets

FORMAT = 1
_READERS = {"graph": ".graph", "fitted": ".fitted"}


class BadRows(ValueError):  # noqa: N818  named for what a caller did
    """Rows hold values that do not fit; `problems` names each with row and column."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        super().__init__(
            f"{first['value']!r} in column {first['column']!r}, row {first['row']}, "
            f"is not {first['allowed']}."
        )
        self.problems = list(problems[:100])


class Predictor:
    """Answers rows with one model; safe to use from several threads.

    Parameters
    ----------
    model : mapping
        What `load` reads: columns, encoders, members with their weights, classes.
    """

    def __init__(self, model: Mapping[str, Any]) -> None:
        self.model = model
        self.name = str(model["name"])
        self.inputs: list[dict[str, Any]] = model["inputs"]
        self.classes: list[Any] | None = model["classes"]
        self.threshold: float = (
            0.5 if model["threshold"] is None else model["threshold"]
        )
        # Single precision cannot tell probabilities this near to a limit from it.
        self._tie = float(model.get("tie") or 0.0)
        self._graph: Any = model.get("graph")
        self._clean: Any = None
        if model["cleaning"]:  # the only part that needs pandas
            self._cleaning = importlib.import_module(".cleaning", __package__)
            script = Path(__file__).with_name("clean.py").read_bytes()
            if hashlib.sha256(script).hexdigest() != model["cleaning"]:
                raise ValueError("clean.py is not the cleaning of this model.")
            self._clean = importlib.import_module(".clean", __package__).clean

    def predict(
        self, records: Sequence[Mapping[str, Any]], *, strict: bool = False
    ) -> list[dict[str, Any]]:
        """Answer each record.

        Parameters
        ----------
        records : sequence of n_rows mappings
            Values by column name; a column that is absent counts as missing.
        strict : bool, default=False
            Refuse a value of the wrong type; else it counts as missing, with a
            warning.

        Returns
        -------
        list of n_rows dict
            "prediction" and "warnings"; for classes "probability" (of the positive
            class of two, else of the predicted one) and "probabilities" by label; for
            numbers "interval", for classes "prediction_set": they hold the truth for
            the share "coverage" of new rows.

        Raises
        ------
        BadRows
            `strict`, and a value does not fit.
        """
        raw, problems = read_records(records, self.inputs)
        if strict and problems:
            raise BadRows(problems)
        columns, n_rows = self._columns(raw), len(records)
        matrices = [encode(item, columns, n_rows) for item in self.model["encoders"]]
        output = self._output(matrices, columns, n_rows)
        beyond = self._beyond(matrices, output)
        warnings = doubts(self.model["columns"], columns, n_rows)
        for problem in problems:
            text = f'{problem["column"]} is "{problem["value"]}", which does not fit.'
            warnings[problem["row"]].append(text)
        return [
            {**self._answer(output[row]), **beyond[row], "warnings": warnings[row]}
            for row in range(n_rows)
        ]

    def _columns(self, raw: Columns) -> Columns:
        if self._clean is None:
            return raw
        taken = self.model["columns"]
        found: Columns = self._cleaning.cleaned(raw, self.inputs, taken, self._clean)
        return found

    def _output(
        self, matrices: Sequence[Matrix], columns: Columns, n_rows: int
    ) -> Floats:
        """Return probabilities (n_rows, n_classes), or numbers (n_rows,)."""
        n_outputs = 1 if self.classes is None else len(self.classes)
        if not n_rows:
            return np.empty((0, n_outputs))
        if self._graph is not None:
            found: Floats = self._graph.output(matrices, columns)
            return found.reshape(n_rows) if n_outputs == 1 else found
        total: Any = 0.0
        for member in self.model["members"]:
            X = matrices[member["encoder"]]
            total = total + member["weight"] * read_output(
                member["estimator"], X, n_outputs
            )
        output = np.asarray(total / sum(m["weight"] for m in self.model["members"]))
        return output if n_outputs == 1 else self._calibrated(output)

    def _calibrated(self, output: Floats) -> Floats:
        curves = self.model["calibration"]
        if not curves:
            return output
        if output.shape[1] == 2:
            positive = np.interp(output[:, 1], *curves[0])
            return np.column_stack([1 - positive, positive])
        moved = [
            np.interp(share, *curve)
            for share, curve in zip(output.T, curves, strict=True)
        ]
        table = np.maximum(np.column_stack(moved), 1e-6)
        return np.asarray(table / table.sum(axis=1, keepdims=True))

    def _beyond(
        self, matrices: Sequence[Matrix], output: Floats
    ) -> list[dict[str, Any]]:
        """Return the interval around each number, or the classes that stay possible."""
        rule, coverage = self.model["uncertainty"], self.model["coverage"]
        if rule is None or not len(output):
            return [{} for _ in output]
        if self.classes is None:
            half = half_widths(rule, matrices, output)
            ends = np.column_stack([output - half, output + half]).tolist()
            return [{"interval": end, "coverage": coverage} for end in ends]
        names = np.array([*self.classes, None], dtype=object)[:-1]
        return [
            {"prediction_set": names[inside].tolist(), "coverage": coverage}
            for inside in label_sets(rule, output, self._tie)
        ]

    def _answer(self, output: Any) -> dict[str, Any]:
        if self.classes is None:
            return {"prediction": float(output)}
        two = len(self.classes) == 2
        reached = two and output[1] >= self.threshold - self._tie
        code = int(reached) if two else int(np.argmax(output))
        shares = [float(share) for share in output]
        return {
            "prediction": self.classes[code],
            "probability": shares[1 if two else code],
            "probabilities": dict(
                zip(map(str, self.classes), shares, strict=True)
            ),
        }  # fmt: skip


def load(folder: str | Path) -> Predictor:
    """Read a model from its folder; nothing in it is code.

    Raises
    ------
    ValueError
        A file is not the one that was written, or is of another format.
    """
    folder = Path(folder)
    described = json.loads((folder / "model.json").read_text("utf-8"))
    if described["format"] != FORMAT:
        raise ValueError(f"{folder} holds a model of format {described['format']}.")
    payload = _checked(folder / "arrays.npz", described["arrays_sha256"])
    with np.load(io.BytesIO(payload), allow_pickle=False) as arrays:
        parts: dict[str, Any] = {name: arrays[name] for name in arrays}
    for name, part in described.get("parts", {}).items():
        # What needs more than numpy is read by a module that only then is imported.
        reader = importlib.import_module(_READERS[part["reader"]], __package__)
        parts[name] = reader.read(_checked(folder / part["file"], part["sha256"]), part)
    return Predictor(_filled(described, parts))


def _checked(path: Path, sha256: str) -> bytes:
    payload = path.read_bytes()
    if hashlib.sha256(payload).hexdigest() != sha256:
        raise ValueError(f"{path} is not the file that was written.")
    return payload


def _filled(value: Any, parts: Mapping[str, Any]) -> Any:
    """Put arrays and other parts in the places that name them."""
    if isinstance(value, dict):
        if value.keys() in ({"array"}, {"part"}):
            return parts[next(iter(value.values()))]
        return {name: _filled(item, parts) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, parts) for item in value]
    return value
