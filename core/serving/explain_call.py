"""The API's explain call: one row in; its answer, reasons and ways out back."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from core.registry.json_values import json_ready
from core.serving.body import parse_json
from core.serving.live import LiveServices
from core.serving.openapi import EXPLAIN_BODY, EXPLAIN_RESPONSES
from core.serving.refusal import RefusedError
from core.serving.responses import json_response

_KNOWN = frozenset(("row", "label", "wish", "directions"))


def add_explain_call(
    app: FastAPI,
    live: LiveServices,
    read_body: Callable[[Request], Awaitable[bytes]],
) -> None:
    """Add ``POST /projects/{project}/explain``; nothing of it is captured."""
    Body = Annotated[bytes, Depends(read_body)]

    @app.post(
        "/projects/{project}/explain",
        summary="Answer one row, say why, and what would change the answer.",
        responses=EXPLAIN_RESPONSES,
        openapi_extra=EXPLAIN_BODY,
    )
    def explain(project: str, body: Body) -> Response:
        service = live.champion(project)
        asked = explain_request(parse_json(body))
        found = service.explain(asked.pop("row"), **asked)
        told = {"project": project, "version": service.version.number}
        return json_response(json_ready({**told, **found.to_dict()}))


def explain_request(parsed: Any) -> dict[str, Any]:
    """Return the arguments of `Service.explain` that a body holds.

    Raises
    ------
    RefusedError
        400: the body is neither a record nor ``{"row": {...}, ...}``, or a wish is
        neither a class nor two ends.

    Examples
    --------
    >>> explain_request({"age": 41})
    {'row': {'age': 41}}
    >>> explain_request({"row": {"age": 41}, "wish": [None, 10.5]})
    {'row': {'age': 41}, 'wish': (None, 10.5)}
    """
    if not isinstance(parsed, dict):
        raise _refused("The body is not one record.")
    if not isinstance(parsed.get("row"), dict):
        return {"row": parsed}
    unknown = [name for name in parsed if name not in _KNOWN]
    if unknown:
        raise _refused(f"The body holds {unknown[0][:60]!r}, which means nothing here.")
    asked = {name: value for name, value in parsed.items() if value is not None}
    for name in ("label", "wish"):
        if name in asked:
            asked[name] = _wish(asked[name], name)
    directions = asked.get("directions", {})
    if not isinstance(directions, dict):
        raise _refused("The directions are not an object.")
    return asked


def _wish(value: Any, name: str) -> Any:
    if isinstance(value, str | bool | int | float):
        return value
    is_range = isinstance(value, list) and len(value) == 2 and name == "wish"
    if is_range and all(_is_end(end) for end in value):
        return tuple(None if end is None else float(end) for end in value)
    raise _refused(f"The {name} is neither a class nor a range of two numbers.")


def _is_end(value: Any) -> bool:
    return value is None or (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) < 1e300
    )


def _refused(message: str) -> RefusedError:
    hint = (
        'Send {"column": value, …}, or {"row": {…}, "wish": "yes", '
        '"directions": {"age": "locked"}}.'
    )
    return RefusedError(message, hint=hint)
