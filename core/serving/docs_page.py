"""The documentation of the API as one page that needs no network."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto;
       padding: 0 1rem }
pre { overflow-x: auto; padding: .75rem; border: 1px solid #8888; border-radius: .5rem }
h2 { margin-top: 2.5rem; border-top: 1px solid #8888; padding-top: 1.5rem }
h2 code { font-size: 1.2rem }
code, pre { font-family: ui-monospace, monospace; font-size: .9rem }
table { border-collapse: collapse } th, td { text-align: left; padding: .25rem 1rem .25rem 0 }
"""  # noqa: E501

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def docs_page(
    openapi: Mapping[str, Any], live: Mapping[str, int], prefix: str = ""
) -> str:
    """Write the page.

    Parameters
    ----------
    openapi : mapping
        The OpenAPI description.
    live : mapping of str to int
        The live version of each project.
    prefix : str
        Path under which the API is mounted, such as "/api".

    Examples
    --------
    >>> page = docs_page({"info": {"title": "A <b>"}, "paths": {}}, {"churn": 3})
    >>> "A &lt;b&gt;" in page, "churn" in page
    (True, True)
    """
    info = openapi["info"]
    title = escape(str(info["title"]))
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width'>",
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{title}</h1><p>{escape(str(info.get('description', '')))}</p>",
        *_live(live, prefix),
        *_calls(openapi, prefix),
        f"<p>The same for programs: <a href='{escape(prefix)}/openapi.json'>"
        "openapi.json</a></p></main></body></html>",
    ]
    return "\n".join(parts)


def _live(live: Mapping[str, int], prefix: str) -> Iterator[str]:
    yield "<h2>Live now</h2>"
    if not live:
        yield "<p>Nothing yet. Make a version champion on the page Deploy.</p>"
        return
    yield "<table><tr><th>Project</th><th>Version</th><th>Columns</th></tr>"
    for project, number in live.items():
        address = escape(f"{prefix}/projects/{project}/schema")
        yield (
            f"<tr><td>{escape(project)}</td><td>{number}</td>"
            f"<td><a href='{address}'>{address}</a></td></tr>"
        )
    yield "</table>"


def _calls(openapi: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for path, methods in openapi["paths"].items():
        for method, call in methods.items():
            yield f"<h2><code>{method.upper()} {escape(prefix + path)}</code></h2>"
            yield f"<p>{escape(call.get('description') or call.get('summary', ''))}</p>"
            for content in call.get("requestBody", {}).get("content", {}).values():
                yield "<h3>Body, for example</h3>"
                yield _block(content.get("example"))
                yield from _schema("Form of the body", content["schema"])
            yield from _responses(call.get("responses", {}))


def _responses(responses: Mapping[str, Any]) -> Iterator[str]:
    yield "<h3>Answers</h3><ul>"
    for status, response in responses.items():
        described = escape(response.get("description", ""))
        yield f"<li><code>{escape(str(status))}</code> {described}</li>"
    yield "</ul>"
    for content in responses.get("200", {}).get("content", {}).values():
        if content.get("schema"):
            yield from _schema("Form of the answer", content["schema"])


def _schema(title: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"<details><summary>{escape(title)}</summary>{_block(schema)}</details>"


def _block(value: Any) -> str:
    return f"<pre>{escape(json.dumps(value, indent=2, ensure_ascii=False))}</pre>"
