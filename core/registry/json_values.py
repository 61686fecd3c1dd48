"""Values as JSON can hold them: no numpy, no NaN, no infinity."""

import json
import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd


def json_ready(value: Any) -> Any:
    """Return the value in JSON's own types; what is missing or infinite is None.

    Parameters
    ----------
    value : object
        Numbers, text, dates, records of them, of numpy or pandas as well.

    Returns
    -------
    None, bool, int, float, str, list or dict

    Examples
    --------
    >>> import numpy as np
    >>> json_ready({"a": np.float64("nan"), "b": (np.int64(3), "x")})
    {'a': None, 'b': [3, 'x']}
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(name): json_ready(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [json_ready(item) for item in value]
    return _json_ready_other(value)


def _json_ready_other(value: Any) -> Any:
    if value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, np.ndarray):
        return [json_ready(item) for item in value.tolist()]
    if isinstance(value, np.generic):
        return json_ready(value.item())
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def json_bytes(value: Any) -> bytes:
    r"""Write the value as indented UTF-8 JSON that any reader takes.

    Examples
    --------
    >>> json_bytes({"a": 1})
    b'{\n  "a": 1\n}\n'
    """
    text = json.dumps(json_ready(value), indent=2, ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"
