"""What hosts want back: answers in, a reply in the caller's shape out."""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from core.deployment.carried.contracts import LINES, Call


def write_reply(
    call: Call, answers: Sequence[Mapping[str, Any]], accept: str, name: str
) -> tuple[str, bytes]:
    r"""Write answers in the shape that the call wants.

    Returns
    -------
    content_type : str
    body : bytes

    Examples
    --------
    >>> write_reply(Call([{}]), [{"prediction": 1.5}], "text/csv", "churn")
    ('text/csv', b'1.5\n')
    """
    if call.shape == "tensors":
        return _json(_tensors(call, answers, name))
    if call.shape == "fields":
        return _json({"predictions": [_fields(answers)]})
    if accept.startswith("text/csv"):
        target = io.StringIO()
        writer = csv.writer(target, lineterminator="\n")
        for answer in answers:
            shares = (answer.get("probabilities") or {}) if call.proba else {}
            writer.writerow([answer["prediction"], *shares.values()])
        return "text/csv", target.getvalue().encode()
    whole = call.proba or call.shape == "full"
    if accept.split(";")[0] in LINES:
        lines = [
            _text(a if whole else {"prediction": a["prediction"]}) for a in answers
        ]
        return "application/jsonlines", "".join(f"{line}\n" for line in lines).encode()
    told = [answer if whole else answer["prediction"] for answer in answers]
    return _json({"predictions": told})


def _fields(answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    with_shares = bool(answers) and answers[0].get("probabilities") is not None
    values = [
        [a["prediction"], list(a["probabilities"].values())] if with_shares
        else [a["prediction"]]
        for a in answers
    ]  # fmt: skip
    names = ["prediction", "probability"] if with_shares else ["prediction"]
    return {"fields": names, "values": values}


def _tensors(
    call: Call, answers: Sequence[Mapping[str, Any]], name: str
) -> dict[str, Any]:
    labels = [answer["prediction"] for answer in answers]
    outputs = [_tensor("prediction", [len(labels)], datatype(labels), labels)]
    shares = [list((a.get("probabilities") or {}).values()) for a in answers]
    if shares and shares[0]:
        flat = [share for row in shares for share in row]
        outputs.append(
            _tensor("probabilities", [len(shares), len(shares[0])], "FP64", flat)
        )
    kept = [o for o in outputs if not call.outputs or o["name"] in call.outputs]
    told = {"model_name": name, "outputs": kept}
    return told if call.id is None else {**told, "id": call.id}


def _tensor(name: str, shape: list[int], kind: str, data: list[Any]) -> dict[str, Any]:
    return {"name": name, "shape": shape, "datatype": kind, "data": data}


def datatype(labels: Sequence[Any]) -> str:
    """Return the protocol's name for the type of labels or numbers.

    Examples
    --------
    >>> datatype([True]), datatype([3]), datatype([0.5]), datatype(["yes"])
    ('BOOL', 'INT64', 'FP64', 'BYTES')
    """
    first = labels[0] if labels else 0.0
    if isinstance(first, bool):
        return "BOOL"
    return {int: "INT64", float: "FP64"}.get(type(first), "BYTES")


def _json(value: Any) -> tuple[str, bytes]:
    return "application/json", _text(value).encode()


def _text(value: Any) -> str:
    return json.dumps(_finite(value), ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:
    """Replace what JSON has no number for."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value
