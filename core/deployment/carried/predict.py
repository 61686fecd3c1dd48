"""Ask the model: from a file, or from your own program.

python predict.py rows.csv answers.csv
python predict.py rows.jsonl

from predict import predict
predict([{"column": value, ...}])
"""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from core.deployment.runtime import BadRows, Predictor, load

FOLDER = Path(__file__).resolve().parent
ROWS_AT_ONCE = 5_000
_model: list[Predictor] = []


def model() -> Predictor:
    """Return the model; it is read once."""
    if not _model:
        _model.append(load(FOLDER / "model"))
    return _model[0]


def predict(
    records: Sequence[Mapping[str, Any]], *, strict: bool = False
) -> list[dict[str, Any]]:
    """Answer each record; see `model_runtime.Predictor.predict`."""
    return model().predict(records, strict=strict)


def read_rows(source: TextIO, kind: str) -> Iterator[dict[str, Any]]:
    """Yield the records of a CSV, JSON or JSON lines file."""
    if kind == "json":
        found = json.load(source)
        yield from [found] if isinstance(found, dict) else found
    elif kind == "jsonl":
        yield from (json.loads(line) for line in source if line.strip())
    else:
        yield from csv.DictReader(source)


def write_csv(answers: Iterable[Mapping[str, Any]], target: TextIO) -> None:
    """Write one line an answer, in the order of the rows."""
    names = ["prediction", "probability", "low", "high", "warnings"]
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(names)
    for answer in answers:
        low, high = answer.get("interval") or (None, None)
        cells = [answer["prediction"], answer.get("probability"), low, high]
        writer.writerow(map(_cell, [*cells, " ".join(answer["warnings"])]))


def _cell(value: Any) -> Any:
    """Keep spreadsheets from taking text for a formula."""
    formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t"))
    return f"'{value}" if formula else value


def _answers(rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    while block := list(islice(rows, ROWS_AT_ONCE)):
        yield from predict(block)


def main(arguments: Sequence[str]) -> int:
    """Answer a file; to another file, or to the screen as JSON lines."""
    if not 1 <= len(arguments) <= 2:
        sys.stderr.write(__doc__ or "")
        return 2
    path = Path(arguments[0])
    kind = path.suffix.removeprefix(".").lower()
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            answers = _answers(read_rows(source, kind))
            if len(arguments) == 2:
                with Path(arguments[1]).open("w", encoding="utf-8", newline="") as to:
                    write_csv(answers, to)
            else:
                for answer in answers:
                    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    except (OSError, BadRows, ValueError, AttributeError) as error:
        sys.stderr.write(f"{path} cannot be answered: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
