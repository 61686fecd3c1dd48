"""What hosts send: one request in, rows and wishes out.

The shapes are those of SageMaker, Vertex AI, Azure ML, KServe (V1 and the Open
Inference Protocol V2), MLflow, watsonx and PAI-EAS.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Record = Mapping[str, Any]
FORMS = ("dataframe_split", "dataframe_records", "instances", "inputs", "input_data")
LINES = frozenset(
    ("application/jsonlines", "application/jsonl", "application/x-ndjson")
)
PARAMETERS = frozenset(("proba", "threshold"))


class Refused(Exception):  # noqa: N818  an answer, not a fault
    """The request cannot be answered: a status, and a sentence for the caller."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Call:
    """Rows to answer, and how.

    Attributes
    ----------
    rows : sequence of mapping
    shape : {"predictions", "full", "fields", "tensors"}
        What the reply looks like: the usual one, with all that is known, that of
        watsonx, or that of the Open Inference Protocol.
    proba : bool
    threshold : float or None
    id : str or None
    outputs : tuple of str
        The tensors that are wanted; empty for all.
    """

    rows: Sequence[Record]
    shape: str = "predictions"
    proba: bool = False
    threshold: float | None = None
    id: str | None = None
    outputs: tuple[str, ...] = field(default=())


def read_call(body: bytes, content_type: str, names: Sequence[str], shape: str) -> Call:
    r"""Read a request.

    Parameters
    ----------
    body : bytes
    content_type : str
        As sent, with its parameters; JSON when empty.
    names : sequence of str
        The columns of the model, in order.
    shape : str
        "tensors" for the Open Inference Protocol, "full" for all that is known, else
        "predictions".

    Raises
    ------
    Refused
        415 for an unknown type, else 400.

    Examples
    --------
    >>> read_call(b'{"instances": [[41, "a"]]}', "", ["age", "plan"], "").rows
    [{'age': 41, 'plan': 'a'}]
    >>> read_call(b"41,a\n", "text/csv", ["age", "plan"], "").rows
    [{'age': '41', 'plan': 'a'}]
    """
    kind, *rest = [part.strip().lower() for part in content_type.split(";")]
    try:
        if kind == "text/csv":
            return Call(_read_csv(body.decode("utf-8-sig"), rest, names), shape)
        if kind in LINES:
            lines = body.decode("utf-8").splitlines()
            rows = [json.loads(line) for line in lines if line.strip()]
            return Call(_records(rows, names), shape)
        if kind not in ("", "application/json"):
            raise Refused(415, f"The type {kind} is not known: send JSON or CSV.")
        sent = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(400, f"The body cannot be read as {kind or 'JSON'}.") from error
    except csv.Error as error:
        raise Refused(400, f"The body is no CSV: {error}.") from error
    return _read_json(sent, names, shape)


def _read_csv(text: str, options: list[str], names: Sequence[str]) -> list[Record]:
    lines = [cells for cells in csv.reader(io.StringIO(text)) if cells]
    if not lines:
        return []
    told = "header=present" in options, "header=absent" in options
    if told[0] or (not told[1] and set(lines[0]) <= set(names)):
        names, lines = lines[0], lines[1:]
    return [_by_place(cells, names, row) for row, cells in enumerate(lines)]


def _by_place(cells: Any, names: Sequence[str], row: int) -> Record:
    if not isinstance(cells, list):
        cells = [cells]
    if len(cells) != len(names):
        raise Refused(
            400, f"Row {row} has {len(cells)} values for {len(names)} columns."
        )
    return dict(zip(names, cells, strict=True))


def _records(rows: Any, names: Sequence[str]) -> list[Record]:
    if not isinstance(rows, list):
        raise Refused(400, "The rows are no list.")
    return [
        row if isinstance(row, dict) else _by_place(row, names, number)
        for number, row in enumerate(rows)
    ]


def _read_json(sent: Any, names: Sequence[str], shape: str) -> Call:
    if isinstance(sent, list):
        return Call(_records(sent, names), shape)
    if not isinstance(sent, dict):
        raise Refused(400, "The body is no JSON object.")
    asked = sent.get("params") or sent.get("parameters") or {}
    options = _options(asked, strict=shape != "tensors")
    if shape == "tensors" or _are_tensors(sent.get("inputs")):
        return _read_tensors(sent, names, options)
    return _read_rows(sent, names, shape, options)


def _read_tensors(
    sent: dict[str, Any], names: Sequence[str], options: dict[str, Any]
) -> Call:
    wanted = sent.get("outputs") or []
    if not isinstance(wanted, list) or not all(isinstance(o, dict) for o in wanted):
        raise Refused(400, "The outputs are no list of objects with names.")
    outputs = tuple(str(item.get("name")) for item in wanted)
    rows = _from_tensors(sent.get("inputs"), names)
    return Call(rows, "tensors", id=sent.get("id"), outputs=outputs, **options)


def _read_rows(
    sent: dict[str, Any], names: Sequence[str], shape: str, options: dict[str, Any]
) -> Call:
    found = [form for form in FORMS if form in sent]
    if len(found) != 1:
        if shape == "full" and not found:
            return Call([sent], shape)
        raise Refused(400, f"Send exactly one of {', '.join(FORMS)}.")
    given = sent[found[0]]
    if found[0] == "input_data" and isinstance(given, list):
        rows = [row for part in given for row in _from_table(part, "fields", "values")]
        return Call(rows, "fields", **options)
    if found[0] in ("input_data", "dataframe_split"):
        return Call(_from_table(given, "columns", "data"), shape, **options)
    if isinstance(given, dict):
        return Call(_from_columns(given), shape, **options)
    return Call(_records(given, names), shape, **options)


def _options(asked: Any, *, strict: bool) -> dict[str, Any]:
    if not isinstance(asked, dict):
        raise Refused(400, "The parameters are no JSON object.")
    unknown = sorted(map(str, asked.keys() - PARAMETERS))
    if unknown and strict:
        known = ", ".join(sorted(PARAMETERS))
        raise Refused(400, f"The parameter {unknown[0]!r} is not one of {known}.")
    threshold = asked.get("threshold")
    number = isinstance(threshold, int | float) and not isinstance(threshold, bool)
    if threshold is not None and not (number and 0 <= threshold <= 1):
        raise Refused(400, "The threshold is no number between 0 and 1.")
    return {"proba": bool(asked.get("proba")), "threshold": threshold}


def _from_table(table: Any, columns: str, rows: str) -> list[Record]:
    if not isinstance(table, dict) or not isinstance(table.get(rows), list):
        raise Refused(400, f"A table needs {columns!r} and {rows!r}.")
    names = table.get(columns)
    if not isinstance(names, list):
        raise Refused(400, f"A table needs {columns!r}.")
    names = [str(name) for name in names]
    return [_by_place(cells, names, row) for row, cells in enumerate(table[rows])]


def _from_columns(columns: dict[str, Any]) -> list[Record]:
    lists = {k: v if isinstance(v, list) else [v] for k, v in columns.items()}
    if len({len(values) for values in lists.values()}) > 1:
        raise Refused(400, "The columns are not of one length.")
    return [
        dict(zip(lists, cells, strict=True))
        for cells in zip(*lists.values(), strict=True)
    ]


def _are_tensors(given: Any) -> bool:
    wanted = {"name", "shape", "datatype", "data"}
    return (
        isinstance(given, list)
        and len(given) > 0
        and all(isinstance(item, dict) and wanted <= item.keys() for item in given)
    )


def _from_tensors(given: Any, names: Sequence[str]) -> list[Record]:
    if not _are_tensors(given):
        raise Refused(400, "Each input needs name, shape, datatype and data.")
    found = {str(tensor["name"]): _flat(tensor) for tensor in given}
    columns = {name: cells for name, cells in found.items() if name in names}
    if not columns:
        raise Refused(400, f"No input is a column of this model: {', '.join(names)}.")
    return _from_columns(columns)


def _flat(tensor: Mapping[str, Any]) -> list[Any]:
    """Return the cells of one column, sent as [a, b] or as [[a], [b]]."""
    shape, data = tensor["shape"], tensor["data"]
    if isinstance(shape, list) and isinstance(data, list):
        cells = [
            cell
            for part in data
            for cell in (part if isinstance(part, list) else [part])
        ]
        if shape in ([len(cells)], [len(cells), 1]):
            return cells
    name = str(tensor["name"])[:60]
    raise Refused(400, f"The data of {name!r} are not of the shape [n] or [n, 1].")
