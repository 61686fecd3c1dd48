"""Bodies of calls: read within a limit, parsed as strict JSON."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

from starlette.requests import Request

from core.serving.refusal import RefusedError

_MB = 1 << 20


def kind_of(request: Request) -> str:
    """Return the content type of a body, without its parameters."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


def body_reader(
    max_mb: int, also: tuple[str, ...] = ()
) -> Callable[[Request], Awaitable[bytes]]:
    """Return a dependency that reads a JSON body of at most `max_mb` MB.

    `also` are other content types that are taken.

    It raises a RefusedError: 415 for another content type, 413 above the limit. The
    content type is asked for because a foreign web page cannot send it unasked.
    """

    async def read_body(request: Request) -> bytes:
        kind = kind_of(request)
        is_json = kind == "application/json" or kind.endswith("+json")
        if not is_json and kind not in also:
            raise RefusedError(
                f"The body is sent as {kind or 'nothing in particular'}, not as JSON.",
                hint=" or ".join(
                    ("Send the header Content-Type: application/json", *also)
                )
                + ".",
                status=415,
            )
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > max_mb * _MB:
            raise _too_large(max_mb)
        pieces, size = [], 0
        async for piece in request.stream():
            size += len(piece)
            if size > max_mb * _MB:
                raise _too_large(max_mb)
            pieces.append(piece)
        return b"".join(pieces)

    return read_body


def _too_large(max_mb: int) -> RefusedError:
    return RefusedError(
        f"The body is larger than {max_mb} MB.",
        hint="Send fewer rows at a time, or raise RONDO_MAX_REQUEST_MB.",
        status=413,
    )


def parse_json(body: bytes) -> Any:
    """Parse a body as JSON that has no NaN and no infinity.

    Raises
    ------
    RefusedError
        400, with the place where it stops being JSON.

    Examples
    --------
    >>> parse_json(b'{"a": 1}')
    {'a': 1}
    """
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise RefusedError(
            f"The body is not JSON: {error.msg} at line {error.lineno}, "
            f"column {error.colno}.",
            hint='Send a record such as {"age": 41}, or a list of records.',
        ) from error
    except (ValueError, RecursionError) as error:  # bad UTF-8, endless digits, depth
        raise RefusedError(
            "The body is not JSON that can be read.",
            hint="Send UTF-8 text, numbers of ordinary length, and no deep nesting.",
        ) from error


def _refuse_constant(name: str) -> NoReturn:
    raise RefusedError(
        f"The body holds {name}, which is not JSON.",
        hint="Send null for a missing number.",
    )


def rows_of(parsed: Any, most: int) -> list[Any]:
    """Return the rows of a body: one record, a list, or ``{"rows": [...]}``.

    Raises
    ------
    RefusedError
        400 for anything else, 413 for more rows than one call may carry.

    Examples
    --------
    >>> rows_of({"age": 41}, 10), rows_of({"rows": [{"age": 41}]}, 10)
    ([{'age': 41}], [{'age': 41}])
    """
    if isinstance(parsed, dict):
        wrapped = set(parsed) == {"rows"} and isinstance(parsed["rows"], list)
        parsed = parsed["rows"] if wrapped else [parsed]
    if not isinstance(parsed, list):
        raise RefusedError(
            "The body is neither a record nor a list of records.",
            hint='Send {"column": value, …}, a list of them, or {"rows": [...]}.',
        )
    return at_most(parsed, most)


def at_most(rows: list[Any], most: int) -> list[Any]:
    """Return the rows when there are not too many for one call."""
    if len(rows) > most:
        raise RefusedError(
            f"The call carries {len(rows):,} rows; {most:,} are the limit.",
            hint="Send fewer at a time, score a file on the page Predict, or raise "
            "RONDO_MAX_REQUEST_ROWS.",
            status=413,
        )
    return rows


def outcomes_of(parsed: Any, most: int) -> list[tuple[str, Any]]:
    """Return the pairs of id and outcome of an outcomes body.

    Examples
    --------
    >>> outcomes_of({"outcomes": [{"id": "0a", "outcome": "yes"}]}, 10)
    [('0a', 'yes')]
    """
    rows = parsed.get("outcomes") if isinstance(parsed, dict) else None
    if not isinstance(rows, list):
        raise _no_outcomes("The body has no list of outcomes.")
    for row, item in enumerate(at_most(rows, most)):
        if not isinstance(item, dict) or not {"id", "outcome"} <= item.keys():
            raise _no_outcomes(f"Outcome {row} has no id or no outcome.")
        if not isinstance(item["id"], str):
            raise _no_outcomes(f"The id of outcome {row} is not text.")
    return [(item["id"], item["outcome"]) for item in rows]


def _no_outcomes(message: str) -> RefusedError:
    hint = 'Send {"outcomes": [{"id": "…", "outcome": "yes"}]}.'
    return RefusedError(message, hint=hint)
