"""The description of the calls of one project, with its version's own types."""

import copy
from typing import Any, Final

from core.registry.version import ModelVersion
from core.serving.description import example_record, row_schema
from core.serving.tabular import CSV

_PROJECT: Final = "{project}"


def project_openapi(described: dict[str, Any], version: ModelVersion) -> dict[str, Any]:
    """Return an OpenAPI document of one project.

    Parameters
    ----------
    described : dict
        The document of the whole API; it is not changed.
    version : ModelVersion
        The live one.

    Returns
    -------
    dict
        The calls under the project's own address, its columns as the type of a row,
        and a typical row as example.
    """
    own = copy.deepcopy(described)
    own["info"]["title"] = f"{version.project}, version {version.number}"
    own["paths"] = {
        path.replace(_PROJECT, version.project): _without_project(calls)
        for path, calls in own["paths"].items()
        if _PROJECT in path
    }
    row, example = row_schema(version.schema), example_record(version.schema)
    base = f"/projects/{version.project}"
    predict = own["paths"][f"{base}/predict"]["post"]["requestBody"]["content"]
    rows = {"type": "array", "items": row}
    wrapped = {"type": "object", "required": ["rows"], "properties": {"rows": rows}}
    predict["application/json"] = {
        "schema": {"oneOf": [row, rows, wrapped]},
        "example": {"rows": [example]},
    }
    if CSV in predict:
        names = ",".join(example)
        cells = ",".join("" if v is None else str(v) for v in example.values())
        predict[CSV]["example"] = f"{names}\n{cells}\n"
    explain = own["paths"].get(f"{base}/explain")
    if explain is not None:
        content = explain["post"]["requestBody"]["content"]["application/json"]
        content["example"] = {"row": example}
    return own


def _without_project(calls: dict[str, Any]) -> dict[str, Any]:
    for call in calls.values():
        kept = [p for p in call.get("parameters", ()) if p["name"] != "project"]
        call["parameters"] = kept
    return calls
