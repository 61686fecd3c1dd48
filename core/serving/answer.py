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
        The number lies within it for nine of ten rows like those held out.
    warnings : tuple of str
        Why this answer is less sure than others.
    """

    prediction: Label
    probability: float | None = None
    probabilities: dict[str, float] | None = None
    interval: tuple[float, float] | None = None
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values.

        Examples
        --------
        >>> Answer(1.5, interval=(1.0, 2.0)).to_dict()["interval"]
        [1.0, 2.0]
        """
        return {
            "prediction": self.prediction,
            "probability": self.probability,
            "probabilities": self.probabilities,
            "interval": None if self.interval is None else list(self.interval),
            "warnings": list(self.warnings),
        }
