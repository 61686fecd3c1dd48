"""The model as plain Python: no library at all.

predict({"column": value, ...}) gives the answer to one row.
"""

import json
import math
import struct
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from core.deployment.runtime.values import READERS, Unfit, is_missing, read_word

MODEL: dict[str, Any] = json.loads("{}")

_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896
_FAR, _LARGEST = 1e6, 3.4028234663852886e38
_MOST_RAISED = 709.0  # e to a higher power is past every number
_WORDS = ("category", "text", "id")


def predict(record: Mapping[str, Any]) -> dict[str, Any]:
    """Answer one row; what is absent or does not fit counts as missing."""
    raw = {c["name"]: _read(record.get(c["name"]), c["kind"]) for c in MODEL["columns"]}
    rows = [_encode(encoder, raw) for encoder in MODEL["encoders"]]
    weights = [member["weight"] for member in MODEL["members"]]
    outputs = [_ask(m["estimator"], rows[m["encoder"]]) for m in MODEL["members"]]
    mean = [
        sum(w * share for w, share in zip(weights, shares, strict=True)) / sum(weights)
        for shares in zip(*outputs, strict=True)
    ]
    classes, rule = MODEL["classes"], MODEL["uncertainty"]
    if classes is None:
        half = None if rule is None else _half_width(rule, rows, mean[0])
        interval = None if half is None else [mean[0] - half, mean[0] + half]
        return {"prediction": mean[0], "interval": interval}
    shares = _calibrated(mean)
    code = shares.index(max(shares))
    if len(classes) == 2:
        threshold = 0.5 if MODEL["threshold"] is None else MODEL["threshold"]
        code = int(shares[1] >= threshold)
    named = dict(zip(map(str, classes), shares, strict=True))
    answer = {"prediction": classes[code], "probabilities": named}
    if rule is None:
        return answer
    limit, likeliest = rule["limit"] + 1e-9, shares.index(max(shares))
    inside = [i for i, s in enumerate(shares) if 1 - s <= limit or i == likeliest]
    return {**answer, "prediction_set": [classes[i] for i in inside]}


def _half_width(rule: Mapping[str, Any], rows: Any, number: float) -> float:
    difficulty, reach = rule["difficulty"], float(rule["reach"])
    if difficulty is None:
        return reach
    narrow = _single(min(max(number, -_LARGEST), _LARGEST))
    row = [*rows[difficulty["encoder"]], narrow]
    expected = float(_ask(difficulty["estimator"], row)[0])
    return reach * max(expected, float(difficulty["floor"]))


def _read(cell: Any, kind: str) -> Any:
    nothing = None if kind in _WORDS else math.nan
    read: Callable[[Any], Any] = READERS.get(kind, read_word)
    try:
        return nothing if is_missing(cell) else read(cell)
    except Unfit:
        return nothing


def _single(number: float) -> float:
    """Round to single precision, in which the model was fitted."""
    result: float = struct.unpack("f", struct.pack("f", number))[0]
    return result


def _encode(encoder: Mapping[str, Any], raw: Mapping[str, Any]) -> list[float]:
    row = _numbers(encoder["numbers"], [raw[n] for n in encoder["numbers"]["names"]])
    for column in encoder["columns"]:
        row += _KINDS[column["kind"]](column, raw[column["name"]])
    return row


def _numbers(block: Mapping[str, Any], values: list[float]) -> list[float]:
    top = _LARGEST if None in block["fill"] else _FAR
    row = []
    for value, fill, offset, scale in zip(
        values, block["fill"], block["offset"], block["scale"], strict=True
    ):
        known = math.isfinite(value)
        filled = value if known else (math.nan if fill is None else fill)
        scaled = (filled - offset) / scale
        row.append(_single(scaled if scaled != scaled else min(max(scaled, -top), top)))  # noqa: PLR0124
    return row + [float(not math.isfinite(values[i])) for i in block["marked"]]


def _codes(column: Mapping[str, Any], word: str | None) -> list[float]:
    code = None if word is None else column["codes"].get(word, column["other"])
    return [math.nan if code is None else float(code)]


def _indicators(column: Mapping[str, Any], word: str | None) -> list[float]:
    other = len(column["codes"])
    place = other + 1 if word is None else column["codes"].get(word, other)
    return [float(place == i) for i in range(other + 1 + int(column["mark"]))]


def _means(column: Mapping[str, Any], word: str | None) -> list[float]:
    other = len(column["codes"])
    place = other + 1 if word is None else column["codes"].get(word, other)
    return list(column["table"][place])


def _moments(column: Mapping[str, Any], value: float) -> list[float]:
    names = column["numbers"]["names"]
    if not math.isfinite(value):
        return _numbers(column["numbers"], [math.nan] * len(names))
    second = math.trunc(value)
    day = second // 86_400
    # The calendar repeats every 400 years; Python's ends at the years 1 and 9999.
    cycle = 1 if day < _FIRST_DAY else -1 if day > _LAST_DAY else 0
    moment = datetime.fromtimestamp((day + cycle * 146_097) * 86_400, UTC)
    parts: dict[str, float] = {
        "days": (value - column["start_s"]) / 86_400.0,
        "year": moment.year - cycle * 400,
        "month": moment.month,
        "day": moment.day,
        "weekday": moment.weekday(),
        "day of year": moment.timetuple().tm_yday,
        "hour": (second - day * 86_400) // 3600,
    }
    for part, length in (("month", 12), ("weekday", 7), ("hour", 24)):
        angle = 2 * math.pi * parts[part] / length
        parts[f"{part} sine"], parts[f"{part} cosine"] = (
            math.sin(angle),
            math.cos(angle),
        )
    return _numbers(column["numbers"], [parts[name] for name in names])


_KINDS: dict[str, Callable[[Mapping[str, Any], Any], list[float]]] = {
    "codes": _codes,
    "indicators": _indicators,
    "means": _means,
    "moments": _moments,
}


def _ask(estimator: Mapping[str, Any], row: list[float]) -> list[float]:
    kind = estimator["kind"]
    if kind == "constant":
        return list(estimator["value"])
    if kind == "rescaled":
        inner = _ask(estimator["inner"], row)[0]
        value = inner * estimator["scale"] + estimator["offset"]
        grown = math.expm1(value) if value < _MOST_RAISED else math.inf
        return [grown if estimator["log"] else value]
    if kind == "linear":
        scores = list(estimator["intercept"])
        for x, weights in zip(row, estimator["weights"], strict=True):
            scores = [s + x * w for s, w in zip(scores, weights, strict=True)]
        found = _linked(estimator["link"], scores)
    else:
        found = _trees(estimator, row)
    codes = estimator.get("codes")
    if codes is None:
        return found
    return [found[codes.index(i)] if i in codes else 0.0 for i in range(_n_outputs())]


def _n_outputs() -> int:
    return 1 if MODEL["classes"] is None else len(MODEL["classes"])


def _trees(trees: Mapping[str, Any], row: list[float]) -> list[float]:
    reached = [trees["value"][_leaf(trees, root, row)] for root in trees["roots"]]
    if trees["kind"] == "forest":
        return [sum(v) / len(reached) for v in zip(*reached, strict=True)]
    n_groups = len(trees["start"])
    sums = [sum(reached[group::n_groups]) for group in range(n_groups)]
    scores = [total + start for total, start in zip(sums, trees["start"], strict=True)]
    return _linked(trees["link"], scores)


def _leaf(trees: Mapping[str, Any], node: int, row: list[float]) -> int:
    while True:
        value = row[trees["feature"][node]]
        left = value <= trees["threshold"][node]
        if math.isnan(value):
            left = trees["missing_left"][node]
        following: int = trees["left" if left else "right"][node]
        if following == node:
            return node
        node = following


def _linked(link: str, scores: list[float]) -> list[float]:
    if link == "identity":
        return scores
    if link == "sigmoid":
        positive = 1 / (1 + math.exp(-scores[0])) if scores[0] > -700 else 0.0
        return [1 - positive, positive]
    raised = [math.exp(score - max(scores)) for score in scores]
    return [each / sum(raised) for each in raised]


def _calibrated(shares: list[float]) -> list[float]:
    curves = MODEL["calibration"]
    if not curves:
        return shares
    if len(shares) == 2:
        positive = _on_curve(shares[1], *curves[0])
        return [1 - positive, positive]
    moved = [
        max(_on_curve(share, *curve), 1e-6)
        for share, curve in zip(shares, curves, strict=True)
    ]
    return [each / sum(moved) for each in moved]


def _on_curve(x: float, xs: list[float], ys: list[float]) -> float:
    """Interpolate between the points of a rising curve."""
    if x >= xs[-1]:
        return ys[-1]
    place = max(i for i, start in enumerate(xs) if start <= x) if x >= xs[0] else -1
    if place < 0:
        return ys[0]
    slope = (ys[place + 1] - ys[place]) / (xs[place + 1] - xs[place])
    return slope * (x - xs[place]) + ys[place]
