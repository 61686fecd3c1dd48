"""The parts of the OpenAPI description that no signature tells."""

from typing import Any

_TEXT = {"type": "string"}
_OPTIONAL_NUMBER = {"type": ["number", "null"]}
_RECORD = {
    "type": "object",
    "description": "A value for each column that the schema call lists.",
    "additionalProperties": True,
}
_ANSWER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {**_TEXT, "description": "Permanent; send the outcome under it."},
        "prediction": {"description": "The label, or the number."},
        "probability": _OPTIONAL_NUMBER,
        "probabilities": {
            "type": ["object", "null"],
            "additionalProperties": {"type": "number"},
        },
        "interval": {"type": ["array", "null"], "items": {"type": "number"}},
        "prediction_set": {
            "type": ["array", "null"],
            "description": "Classes that stay possible.",
        },
        "coverage": {
            **_OPTIONAL_NUMBER,
            "description": "Share of rows whose truth lies in the interval or the set.",
        },
        "warnings": {"type": "array", "items": _TEXT},
        "overridden": {**_TEXT, "description": "The rule that answered, if one did."},
        "model_prediction": {"description": "What the model says, if overridden."},
    },
}
_ANSWERS = {
    "type": "object",
    "properties": {
        "project": _TEXT,
        "version": {"type": "integer"},
        "latency_ms": {"type": "number"},
        "predictions": {"type": "array", "items": _ANSWER},
    },
}
_VALUE = {"type": ["string", "number", "boolean", "null"]}
_CONTRIBUTIONS = {
    "type": "object",
    "description": "They add up from the average answer to this one.",
    "properties": {
        "task": _TEXT,
        "target": _TEXT,
        "label": {**_VALUE, "description": "The class whose probability it is."},
        "scale": {
            "type": "string",
            "enum": ["answer", "log-odds"],
            "description": "On which base, effects and output stand: the answer "
            "itself, or for boosted trees of two classes their log-odds.",
        },
        "method": {
            "type": "string",
            "enum": ["exact", "sampled", "exact and sampled"],
            "description": "Exact TreeSHAP, or Shapley values by sampling.",
        },
        "base": {"type": "number", "description": "The average, on that scale."},
        "output": {"type": "number", "description": "base plus all effects."},
        "average": {"type": "number", "description": "The answer base comes to."},
        "answer": {"type": "number", "description": "The answer output comes to."},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "column": _TEXT,
                    "value": _VALUE,
                    "effect": {"type": "number"},
                    "error": {
                        "type": "number",
                        "description": "Half width of the 95 % interval that sampling "
                        "leaves; 0 where exact.",
                    },
                    "rank": {
                        **_OPTIONAL_NUMBER,
                        "description": "Share of training rows with a smaller value.",
                    },
                },
            },
        },
        "n_background": {"type": "integer"},
        "sentence": _TEXT,
    },
}
_COUNTERFACTUALS = {
    "type": ["object", "null"],
    "description": "The smallest changes that reach the wish; found may be empty.",
    "properties": {
        "reached": {"type": "boolean"},
        "n_answers": {"type": "integer"},
        "found": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "changes": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "column": _TEXT,
                                "before": _VALUE,
                                "after": _VALUE,
                                "size": {"type": "number"},
                            },
                        },
                    },
                    "distance": {"type": "number"},
                    "record": {"type": "object", "additionalProperties": True},
                    "words": _TEXT,
                },
            },
        },
    },
}
_EXPLAINED = {
    "type": "object",
    "properties": {
        "project": _TEXT,
        "version": {"type": "integer"},
        "answer": {
            "type": "object",
            "properties": {k: v for k, v in _ANSWER["properties"].items() if k != "id"},
        },
        "contributions": _CONTRIBUTIONS,
        "wish": {"description": "A class, or the two ends of a range."},
        "counterfactuals": _COUNTERFACTUALS,
    },
}
_ERROR = {
    "type": "object",
    "properties": {
        "error": {"type": "object", "properties": {"message": _TEXT, "hint": _TEXT}}
    },
}
_PROBLEMS = {
    "type": "object",
    "properties": {
        "detail": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "row": {"type": "integer"},
                    "column": {"type": ["string", "null"]},
                    "value": {},
                    "allowed": _TEXT,
                    "message": _TEXT,
                },
            },
        }
    },
}
_REPORT = {
    "type": "object",
    "properties": {
        "unknown": {"type": "array", "items": _TEXT},
        **{
            name: {"type": "integer"}
            for name in ("n_added", "n_replaced", "n_repeated", "n_empty", "n_unknown")
        },
    },
}


def without_assumed_errors(described: dict[str, Any]) -> dict[str, Any]:
    """Return the description without the errors that FastAPI assumes and we replace.

    Examples
    --------
    >>> assumed = {"422": {"description": "Validation Error"}}
    >>> call = {"responses": {**assumed, "200": {"description": "Fine."}}}
    >>> without_assumed_errors({"paths": {"/": {"get": call}}})["paths"]["/"]["get"]
    {'responses': {'200': {'description': 'Fine.'}}}
    """
    for methods in described["paths"].values():
        for call in methods.values():
            call["responses"] = {
                status: response
                for status, response in sorted(call["responses"].items())
                if response["description"] != "Validation Error"
            }
    schemas = described.get("components", {}).get("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    return described


def _json(schema: dict[str, Any], example: Any = None) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": schema}
    if example is not None:
        content["example"] = example
    return {"application/json": content}


def _response(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": _json(schema)}


ERRORS: dict[int | str, dict[str, Any]] = {
    401: _response("The key is missing or wrong.", _ERROR),
    403: _response("Without a key, only this machine is answered.", _ERROR),
    404: _response("No such project, or nothing is live in it.", _ERROR),
    503: _response("The database or the live version does not answer.", _ERROR),
}
BODY_ERRORS: dict[int | str, dict[str, Any]] = {
    **ERRORS,
    400: _response("The body is not JSON, or not of the form described.", _ERROR),
    413: _response("More rows or bytes than one call may carry.", _ERROR),
    415: _response("The body is of a type that is not taken.", _ERROR),
    422: _response("A value is not of its column's kind.", _PROBLEMS),
}
PREDICT_RESPONSES = {200: _response("An answer for each row.", _ANSWERS), **BODY_ERRORS}
EXPLAIN_RESPONSES = {
    200: _response("The answer, its reasons, and what would change it.", _EXPLAINED),
    **BODY_ERRORS,
}
OUTCOME_RESPONSES = {200: _response("What became of them.", _REPORT), **BODY_ERRORS}

PREDICT_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": _json(
            {
                "oneOf": [
                    _RECORD,
                    {"type": "array", "items": _RECORD},
                    {
                        "type": "object",
                        "required": ["rows"],
                        "properties": {"rows": {"type": "array", "items": _RECORD}},
                    },
                ]
            },
            {"rows": [{"age": 41, "plan": "basic"}]},
        ),
    }
}
_TABLES: dict[str, Any] = {
    "text/csv": {"schema": _TEXT, "example": "age,plan\n41,basic\n"},
    "application/vnd.apache.arrow.stream": {"schema": {**_TEXT, "format": "binary"}},
}
PREDICT_BODY["requestBody"]["content"] |= _TABLES
PREDICT_RESPONSES[200]["content"] |= {
    kind: {"schema": told["schema"]} for kind, told in _TABLES.items()
}
OUTCOME_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": _json(
            {
                "type": "object",
                "required": ["outcomes"],
                "properties": {
                    "outcomes": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["id", "outcome"],
                            "properties": {"id": _TEXT, "outcome": {}},
                        },
                    }
                },
            },
            {"outcomes": [{"id": "019a…", "outcome": "yes"}]},
        ),
    }
}
EXPLAIN_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": _json(
            {
                "oneOf": [
                    _RECORD,
                    {
                        "type": "object",
                        "required": ["row"],
                        "properties": {
                            "row": _RECORD,
                            "label": {"description": "Class to take apart."},
                            "wish": {
                                "description": "A class, or [low, high] for numbers; "
                                "null is an open end."
                            },
                            "directions": {
                                "type": "object",
                                "additionalProperties": {
                                    "enum": ["any", "up", "down", "locked"]
                                },
                            },
                        },
                    },
                ]
            },
            {"row": {"age": 41, "plan": "basic"}, "directions": {"age": "locked"}},
        ),
    }
}
