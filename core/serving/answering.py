"""One call, from rows to answers that are on disk before anybody sees them."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.registry.json_values import json_ready
from core.serving.answer import Answer
from core.serving.call_rows import draw_up
from core.serving.log import PredictionLog
from core.serving.service import Service


@dataclass(frozen=True, eq=False)
class Answered:
    """Answers to the rows of one call, with their permanent ids.

    Attributes
    ----------
    project : str
    version : int
    ids : list of n_rows str
    answers : list of n_rows Answer
    latency_ms : float
        Of reading and answering, without the network.
    """

    project: str
    version: int
    ids: list[str]
    answers: list[Answer]
    latency_ms: float

    def to_dict(self) -> dict[str, Any]:
        """Return what the API answers, as JSON-ready values."""
        rows = zip(self.ids, self.answers, strict=True)
        return {
            "project": self.project,
            "version": self.version,
            "latency_ms": round(self.latency_ms, 3),
            "predictions": [
                {"id": id_, **json_ready(answer.to_dict())} for id_, answer in rows
            ],
        }


def answer_call(
    service: Service,
    log: PredictionLog,
    records: Sequence[Mapping[str, Any]],
    *,
    source: str,
    key: str | None = None,
) -> Answered:
    """Answer records and keep them in the log; nothing is answered unkept.

    Parameters
    ----------
    service : Service
    log : PredictionLog
    records : sequence of n_rows mappings
    source : str
        Where the call came from: "api" or "page".
    key : str or None
        The caller's own key for the rows.

    Returns
    -------
    Answered

    Raises
    ------
    SchemaError
        A value is not of its column's kind.
    StorageError
        The log could not be written; the answers are not given then.
    """
    answered, rows = draw_up_call(service, records, source=source, key=key)
    log.write(rows)
    return answered


def draw_up_call(
    service: Service,
    records: Sequence[Mapping[str, Any]],
    *,
    source: str,
    key: str | None = None,
    role: str | None = None,
) -> tuple[Answered, list[dict[str, Any]]]:
    """Answer records, and draw up what the log must hold before anybody sees it.

    The parameters and errors are those of `answer_call`; `role` is "challenger" where
    calls are shared.

    Returns
    -------
    answered : Answered
    rows : list of n_rows dict
        For `PredictionLog.write` or `Capture.write`.
    """
    start = time.perf_counter()
    answers = service.predict(records)
    latency_ms = (time.perf_counter() - start) * 1000
    version = service.version
    rows = draw_up(
        version.project,
        version.number,
        [service.captured(record) for record in records],
        answers,
        latency_ms=latency_ms,
        source=source,
        threshold=version.threshold,
        key=key,
        role=role,
    )
    ids = [row["id"] for row in rows]
    return Answered(version.project, version.number, ids, answers, latency_ms), rows
