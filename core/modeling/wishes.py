"""What a person asks of every model: that a column pushes one way, that rows weigh.

Not every family can do as asked. Those that cannot are left out of the run, and a
finding says which and why; none is trained on something else in silence.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from core.data import Schema, Task
from core.errors import ModelingError
from core.findings import Finding
from core.modeling.families import FAMILIES
from core.modeling.family import Family
from core.modeling.material import Material

_NUMERIC: Final = frozenset(("number", "integer", "boolean"))


def check_monotonic(
    monotonic: Mapping[str, int], schema: Schema, task: Task
) -> dict[str, int]:
    """Return the directions of the features that have one.

    Parameters
    ----------
    monotonic : mapping of str to {-1, 0, 1}
        1: a larger value never lowers the prediction (of two classes: the probability
        of the positive one); -1: it never raises it; 0: either.
    schema : Schema
        Of the features.
    task : {"binary", "multiclass", "regression"}

    Raises
    ------
    ModelingError
        A column is no feature or no number, a direction is something else, or there
        are more than two classes, which have no direction.

    Examples
    --------
    >>> import pandas as pd
    >>> from core.data import describe_schema
    >>> schema = describe_schema(pd.DataFrame({"age": [30.5, 41.0]}))
    >>> check_monotonic({"age": 1}, schema, "binary")
    {'age': 1}
    """
    asked = {name: sign for name, sign in monotonic.items() if sign}
    if asked and task == "multiclass":
        raise ModelingError(
            "With more than two classes there is no direction to keep.",
            hint="Take the directions of columns out, or predict two classes.",
        )
    kinds = schema.kinds
    for name, sign in asked.items():
        if sign not in (-1, 1):
            raise ModelingError(
                f"{sign!r} is no direction for {name!r}.",
                hint="Give 1 (rising), -1 (falling) or 0 (either).",
            )
        if kinds.get(name) not in _NUMERIC:
            what = "is no feature" if name not in kinds else "holds no numbers"
            raise ModelingError(
                f"The column {name!r} {what}, so it can have no direction.",
                hint="Give directions to features that are numbers.",
            )
    return asked


def able_families(
    families: Sequence[str], material: Material
) -> tuple[tuple[str, ...], list[Finding]]:
    """Return the families that can do as asked, and a finding about the others."""
    out: dict[str, list[str]] = {}
    for name in families:
        reason = _unable(FAMILIES[name], material)
        if reason:
            out.setdefault(reason, []).append(name)
    left_out = {name for names in out.values() for name in names}
    findings = [
        Finding(
            "MODEL-015",
            "note",
            "Families that cannot do as asked are left out",
            f"{', '.join(FAMILIES[name].title for name in names)}: {reason}.",
            "Nothing to do; the other families are trained.",
        )
        for reason, names in out.items()
    ]
    return tuple(name for name in families if name not in left_out), findings


def _unable(family: Family, material: Material) -> str:
    if material.monotonic and not family.monotonic:
        shown = ", ".join(repr(name) for name in list(material.monotonic)[:3])
        return f"no way to keep the direction of {shown}"
    if (material.weight is not None or material.balanced) and not family.weights:
        return "no way to let rows count differently"
    if material.quantile is not None and not family.quantiles:
        return "they predict a mean, not a quantile"
    return ""
