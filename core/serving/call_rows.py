"""The rows of one call, as the log keeps them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Required, TypedDict, Unpack

import pandas as pd

from core.registry.json_values import json_ready
from core.serving.answer import Answer
from core.serving.ids import new_ids
from core.storage.types import now

Rows = Sequence[Mapping[str, Any]] | pd.DataFrame


class CallFacts(TypedDict, total=False):
    """What the rows of one call share.

    Attributes
    ----------
    latency_ms : float or None
        Of the whole call.
    source : str
        Where it came from: "api", "page" or "batch".
    threshold : float or None
        The version's, at the time.
    key : str or None
        The caller's own key for the rows.
    at : datetime or None
        Aware; this moment when None.
    role : str or None
        "challenger" where calls are shared; else the champion answered.
    """

    latency_ms: Required[float | None]
    source: Required[str]
    threshold: float | None
    key: str | None
    at: datetime | None
    role: str | None


def draw_up(
    project: str,
    version: int,
    records: Rows,
    answers: Sequence[Answer],
    **facts: Unpack[CallFacts],
) -> list[dict[str, Any]]:
    """Return the rows of one call as they are kept, each with its new id.

    Parameters
    ----------
    project : str
    version : int
    records : sequence of n_rows mappings, or DataFrame of shape (n_rows, any)
        The inputs, as they were given.
    answers : sequence of n_rows Answer
    **facts
        See `CallFacts`.
    """
    shared = {
        "project_id": project,
        "version": version,
        "at": facts.get("at") or now(),
        "source": facts["source"],
        "key": facts.get("key"),
        "threshold": facts.get("threshold"),
        "latency_ms": facts["latency_ms"],
        "role": facts.get("role"),
    }
    rows = []
    given = zip(new_ids(len(answers)), _plain(records), answers, strict=True)
    for id_, record, answer in given:
        output = answer.to_dict()
        told = {"inputs": record, "warnings": output.pop("warnings"), "output": output}
        rows.append({"id": id_, **shared, **told})
    return rows


def _plain(records: Rows) -> list[Any]:
    rows: Sequence[Mapping[Any, Any]] = (
        records.to_dict("records") if isinstance(records, pd.DataFrame) else records
    )
    return [json_ready(record) for record in rows]
