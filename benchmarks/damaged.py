"""Calls to a project of the API that were almost right; for `benchmarks.fuzz`."""

import csv
import io
import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import pyarrow as pa
from hypothesis import strategies as st

PROJECT: Final = "churn"
JSON: Final = "application/json"
CSV: Final = "text/csv"
ARROW: Final = "application/vnd.apache.arrow.stream"


@dataclass(frozen=True)
class Call:
    """One call, as bytes that a server might read from a socket."""

    method: str
    url: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


def damaged_calls(row: dict[str, Any], known_id: str) -> dict[str, Any]:
    """Return strategies of calls whose bodies were almost right."""
    odd = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=30),
        st.sampled_from(["", "=1+1", "\x00", "\ud800", "9" * 400, "1e999", "2024-13"]),
        st.sampled_from([10**400, -(10**400), 1e308, float("inf"), float("nan")]),
        st.recursive(
            st.none() | st.integers(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text(max_size=5), inner, max_size=3)
            ),
            max_leaves=8,
        ),
    )
    names = st.one_of(st.sampled_from(sorted(row)), st.text(max_size=12))
    record = st.dictionaries(names, odd, max_size=6).map(lambda own: {**row, **own})
    bodies = {
        "predict": st.one_of(
            st.lists(record, max_size=4), st.fixed_dictionaries({"rows": odd}), odd
        ),
        "explain": st.fixed_dictionaries(
            {},
            optional={
                "row": record | odd,
                "label": odd,
                "wish": odd | st.lists(odd, max_size=3),
                "directions": st.dictionaries(
                    names, st.sampled_from(["any", "up", "down", "locked"]) | odd
                )
                | odd,
                "extra": odd,
            },
        ),
        "outcomes": st.fixed_dictionaries(
            {
                "outcomes": st.lists(
                    st.fixed_dictionaries(
                        {
                            "id": odd | st.just(known_id),
                            "outcome": odd | st.sampled_from(["yes", "no"]),
                        }
                    )
                    | odd,
                    max_size=4,
                )
                | odd
            }
        ),
    }
    ids = st.just(known_id) | st.text(max_size=60)
    kinds = {"receipts": ids.map(_receipt), "any address": _anywhere()}
    for action, made in bodies.items():
        texts = (
            made.map(_json_bytes)
            | _spoilt(made.map(_json_bytes))
            | st.integers(1, 100_000).map(_deep)
            | st.integers(1, 10_000).map(lambda n_digits: b"9" * n_digits)
        )
        kinds[f"damaged JSON, {action}"] = _posted(action, texts, st.just(JSON))
    tables = st.lists(record, min_size=1, max_size=3).map(_csv) | st.binary(
        max_size=200
    )
    kinds["damaged CSV"] = _posted("predict", _spoilt(tables), st.just(CSV))
    arrow = st.just(_arrow([row])) | st.lists(
        record.map(_as_text), min_size=1, max_size=3
    ).map(_arrow)
    kinds["damaged Arrow"] = _posted("predict", _spoilt(arrow), st.just(ARROW))
    kinds["other content types"] = _posted(
        "predict",
        st.binary(max_size=300) | bodies["predict"].map(_json_bytes),
        st.text(st.characters(max_codepoint=255), max_size=40)
        | st.sampled_from([JSON, CSV, ARROW, "application/json; charset=utf-16"]),
    )
    return kinds


def _receipt(id_: str) -> Call:
    named = quote(id_.encode("utf-8", "surrogatepass"), safe="")
    url = f"/projects/{PROJECT}/predictions/{named}"
    return Call("GET", url, ((b"x-api-key", b"fuzz"),), b"")


def _anywhere() -> Any:
    """Return calls by any method to any address, with any header and body."""
    actions = ["predict", "explain", "outcomes", "schema", "openapi.json"]
    known = [f"/projects/{PROJECT}/{action}" for action in actions]
    known += ["/docs", "/metrics", "/health/ready", "/openapi.json", "/"]
    typed = st.text(max_size=60).map(
        lambda text: "/" + quote(text.encode("utf-8", "surrogatepass"), safe="/?&=")
    )
    known_or_near = st.sampled_from(known) | st.builds(
        lambda path, more: path + more, st.sampled_from(known), typed
    )
    names = st.sampled_from(
        [b"host", b"origin", b"content-type", b"content-length", b"content-encoding",
         b"accept", b"x-route-key", b"x-forwarded-for", b"authorization", b"cookie",
         b"transfer-encoding", b"range", b"x-api-key"]
    )  # fmt: skip
    headers = st.lists(st.tuples(names, st.binary(max_size=40)), max_size=4)
    methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "ODD"]
    return st.builds(
        lambda method, url, more, body: Call(
            method, url, ((b"x-api-key", b"fuzz"), *more), body
        ),
        st.sampled_from(methods),
        known_or_near | typed,
        headers,
        st.binary(max_size=200),
    )


def _posted(action: str, bodies: Any, content_types: Any) -> Any:
    answers = st.sampled_from([JSON, CSV, ARROW, "*/*", ";", "text/csv;q=x"])

    def call(body: bytes, kind: str, accept: str, key: str) -> Call:
        headers = (
            (b"content-type", as_bytes(kind)),
            (b"accept", as_bytes(accept)),
            (b"x-api-key", b"fuzz"),
            (b"x-route-key", key.encode()),
        )
        return Call("POST", f"/projects/{PROJECT}/{action}", headers, body)

    return st.builds(call, bodies, content_types, answers, st.text(max_size=8))


def _spoilt(bodies: Any) -> Any:
    """Return bodies as they are, cut off, or with a byte changed."""

    def spoil(body: bytes, at: int, byte: int, how: str) -> bytes:
        place = at % max(1, len(body))
        if how == "cut":
            return body[:place]
        if how == "change":
            return body[:place] + bytes([byte]) + body[place + 1 :]
        return body

    how = st.sampled_from(["as it is", "cut", "change", "change"])
    return st.builds(spoil, bodies, st.integers(0, 5_000), st.integers(0, 255), how)


def _json_bytes(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass")


def _deep(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def _csv(rows: list[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(rows[0])
    writer.writerows(row.values() for row in rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


def _as_text(row: dict[str, Any]) -> dict[str, Any]:
    return {
        str(k).encode("utf-8", "replace").decode(): str(v).encode("utf-8", "replace")
        for k, v in row.items()
    }


def _arrow(rows: list[dict[str, Any]]) -> bytes:
    sink, table = io.BytesIO(), pa.Table.from_pylist(rows)
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()


def as_bytes(text: str | bytes) -> bytes:
    """Return the value of a header as a server reads it."""
    return text if isinstance(text, bytes) else text.encode("latin-1", "replace")
