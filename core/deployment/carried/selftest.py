"""Check that this machine answers the example rows as they were answered at export.

python selftest.py
"""

import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.deployment.carried.predict import FOLDER, predict

LIMIT = 1e-5


def difference(found: Mapping[str, Any], expected: Mapping[str, Any]) -> float:
    """Return how far an answer is off; infinite where the label is another one.

    Numbers count relative to their size once they are above 1, the ends of an interval
    relative to the number within it.

    Examples
    --------
    >>> difference({"prediction": 200.0}, {"prediction": 100.0})
    1.0
    >>> shares = {"prediction": "no", "probabilities": {"no": 0.75, "yes": 0.25}}
    >>> difference(shares, {**shares, "prediction": "yes"})
    inf
    """
    shares = expected.get("probabilities")
    if shares is None:
        ends = expected.get("interval") or ()
        others = found.get("interval") or ()
        number = float(expected["prediction"])
        pairs = [(found["prediction"], number), *zip(others, ends, strict=True)]
        return max(_gap(float(a), float(b), number) for a, b in pairs)
    if found["prediction"] != expected["prediction"]:
        return math.inf
    if found.get("prediction_set") != expected.get("prediction_set"):
        return math.inf
    gaps = [abs(found["probabilities"][name] - shares[name]) for name in shares]
    return float(max(gaps))


def _gap(a: float, b: float, number: float) -> float:
    """Measure a difference; the end of an interval has the size of its number."""
    if a == b or (math.isnan(a) and math.isnan(b)):
        return 0.0
    return abs(a - b) / max(1.0, abs(b), abs(number))


def main(folder: Path = FOLDER) -> int:
    """Compare, and say how it went."""
    examples = json.loads((folder / "examples.json").read_text("utf-8"))
    found = predict(examples["rows"])
    worst = max(map(difference, found, examples["answers"]))
    fits = worst <= LIMIT
    sys.stdout.write(
        f"{len(found)} example rows, largest difference {worst:.3g}: "
        f"{'as expected' if fits else 'NOT as expected'}.\n"
    )
    return 0 if fits else 1


if __name__ == "__main__":
    sys.exit(main())
