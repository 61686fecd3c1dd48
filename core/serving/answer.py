"""What the service says about a row."""

from dataclasses import dataclass
from typing import Any

Label = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Answer:
    """One prediction, in Python's own types.

    Attributes
    ----------
    prediction : bool, int, float or str
        The label, or the number.
    probability : float or None
        Of the positive class (binary) or of the predicted one (multiclass); None
        for a number.
    probabilities : dict of str to float, or None
        Of every class, by its label as text.
    interval : tuple of two floats, or None
        The number lies within it for the share `coverage` of rows like those held
        out.
    prediction_set : tuple of labels, or None
        Classes that stay possible; the true one is among them for that share. None
        for numbers, and for versions saved before there were sets.
    coverage : float or None
        Of the interval or the set.
    overridden : str or None
        The override whose outcome `prediction` is; all else is still the model's.
    model_prediction : label, number or None
        What the model itself says, where it was overridden.
    warnings : tuple of str
        Why this answer is less sure than others.
    """

    prediction: Label
    probability: float | None = None
    probabilities: dict[str, float] | None = None
    interval: tuple[float, float] | None = None
    warnings: tuple[str, ...] = ()
    prediction_set: tuple[Label, ...] | None = None
    coverage: float | None = None
    overridden: str | None = None
    model_prediction: Label | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values; the last two only where there is an override.

        Examples
        --------
        >>> Answer(1.5, interval=(1.0, 2.0)).to_dict()["interval"]
        [1.0, 2.0]
        """
        overridden: dict[str, Any] = {}
        if self.overridden is not None:
            overridden["overridden"] = self.overridden
            overridden["model_prediction"] = self.model_prediction
        return {
            "prediction": self.prediction,
            "probability": self.probability,
            "probabilities": self.probabilities,
            "interval": None if self.interval is None else list(self.interval),
            "prediction_set": None
            if self.prediction_set is None
            else list(self.prediction_set),
            "coverage": self.coverage,
            "warnings": list(self.warnings),
            **overridden,
        }
