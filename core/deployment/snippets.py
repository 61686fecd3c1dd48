"""Calls of the API that can be pasted as they are, for the row on screen."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pprint import pformat
from typing import Any

from core.registry.json_values import json_ready

KEY_VARIABLE = "RONDO_API_KEY"


@dataclass(frozen=True)
class Snippet:
    """Code that makes one call.

    Attributes
    ----------
    title : str
        For people: "curl", "Python", "JavaScript".
    language : str
        For highlighting: "bash", "python", "javascript".
    code : str
        Needs nothing but the language's own library; prints the answer.
    """

    title: str
    language: str
    code: str


def snippets(
    address: str,
    rows: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    with_key: bool = False,
) -> tuple[Snippet, ...]:
    r"""Return the same call in three languages.

    Parameters
    ----------
    address : str
        Of the predict call.
    rows : mapping, or sequence of mappings
        One row or several; names and values are written as data, whatever they hold.
    with_key : bool, default=False
        Send the key that the variable ``RONDO_API_KEY`` holds.

    Returns
    -------
    tuple of Snippet

    Examples
    --------
    >>> address = "http://localhost:8501/api/projects/churn/predict"
    >>> curl, python, javascript = snippets(address, {"age": 41})
    >>> print(curl.code)
    curl http://localhost:8501/api/projects/churn/predict \
      -H 'Content-Type: application/json' \
      -d '{"age": 41}'
    """
    body = json_ready(rows)
    return (
        Snippet("curl", "bash", _curl(address, body, with_key)),
        Snippet("Python", "python", _python(address, body, with_key)),
        Snippet("JavaScript", "javascript", _javascript(address, body, with_key)),
    )


def _curl(address: str, body: Any, with_key: bool) -> str:
    lines = [
        f"curl {shlex.quote(address)}",
        "-H 'Content-Type: application/json'",
        *([f'-H "X-API-Key: ${KEY_VARIABLE}"'] if with_key else []),
        f"-d {shlex.quote(json.dumps(body, ensure_ascii=False))}",
    ]
    return " \\\n  ".join(lines)


def _python(address: str, body: Any, with_key: bool) -> str:
    headers = '{"Content-Type": "application/json"'
    headers += f', "X-API-Key": os.environ["{KEY_VARIABLE}"]}}' if with_key else "}"
    written = pformat(body, width=76, sort_dicts=False)
    return (
        "import json\n"
        + ("import os\n" if with_key else "")
        + "from urllib.request import Request, urlopen\n\n"
        f"body = {written}\n"
        "request = Request(\n"
        f"    {address!r},\n"
        "    data=json.dumps(body).encode(),\n"
        f"    headers={headers},\n"
        ")\n"
        "with urlopen(request, timeout=30) as response:\n"
        "    print(json.load(response))\n"
    )


def _javascript(address: str, body: Any, with_key: bool) -> str:
    key = f'\n    "X-API-Key": process.env.{KEY_VARIABLE},' if with_key else ""
    # JSON is JavaScript; only the end of a script element must not appear in it.
    written = json.dumps(body, indent=2, ensure_ascii=True).replace("</", "<\\/")
    return (
        f"const body = {written};\n"
        f"const response = await fetch({json.dumps(address)}, {{\n"
        '  method: "POST",\n'
        f'  headers: {{\n    "Content-Type": "application/json",{key}\n  }},\n'
        "  body: JSON.stringify(body),\n"
        "});\n"
        "console.log(JSON.stringify(await response.json()));\n"
    )
