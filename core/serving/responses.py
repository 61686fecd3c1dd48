"""Answers of the API, and every error as JSON with its next step."""

import json
import logging
import secrets
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from core.errors import RegistryError, RondoError, SchemaError, StorageError
from core.registry.json_values import json_ready
from core.serving.metrics import ServiceMetrics
from core.serving.refusal import RefusedError

_log = logging.getLogger("rondo.api")


def json_response(content: Any, status: int = 200) -> Response:
    """Answer with JSON: plain ASCII, so that any text in it can be sent."""
    body = json.dumps(content, allow_nan=False, separators=(",", ":"))
    return Response(body, status, media_type="application/json")


def error_response(message: str, hint: str, status: int) -> Response:
    """Answer with a message and the next step."""
    return json_response({"error": {"message": message, "hint": hint}}, status)


def handle_errors(app: FastAPI, metrics: ServiceMetrics) -> None:
    """Let the application answer each kind of error in its own way."""

    async def refuse(_request: Request, error: Exception) -> Response:
        response = response_to(error)
        metrics.refused.labels(str(response.status_code)).inc()
        return response

    for kind in (RondoError, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, refuse)


def response_to(error: Exception) -> Response:
    """Return the answer that an error gets; never a stack trace.

    Examples
    --------
    >>> response_to(StorageError("No disk.", hint="Wait.")).status_code
    503
    """
    if isinstance(error, SchemaError):
        return json_response(_schema_body(error), 422)
    if isinstance(error, RondoError):
        return error_response(error.message, error.hint, _status_of(error))
    if isinstance(error, HTTPException):
        hint = "GET /docs lists the calls that exist."
        return error_response(str(error.detail), hint, error.status_code)
    if isinstance(error, RequestValidationError):
        hint = "GET /docs describes the calls."
        return error_response("The call does not have the right form.", hint, 422)
    reference = secrets.token_hex(4)
    _log.error("call failed [%s]", reference, exc_info=error)
    hint = f"The details are in the server log under {reference}."
    return error_response("The call failed.", hint, 500)


def _status_of(error: RondoError) -> int:
    if isinstance(error, RefusedError):
        return error.status
    if isinstance(error, StorageError):
        return 503
    return 404 if isinstance(error, RegistryError) else 400


def _schema_body(error: SchemaError) -> dict[str, Any]:
    detail = [
        {
            **json_ready(problem),
            "message": f"{problem['value']!r} in column {problem['column']!r} of row "
            f"{problem['row']} is not {problem['allowed']}.",
        }
        for problem in error.problems
    ]
    told = {"message": error.message, "hint": error.hint}
    return {"detail": detail, "error": told}
