"""From the frames a person has to the material that candidates are trained on."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data import Schema, Task, canonical, coerce, content_hash, describe_schema
from core.errors import ModelingError
from core.findings import Finding
from core.modeling.encoder import choose_features
from core.modeling.folds import Scheme, given_validation, make_scheme
from core.modeling.material import Material
from core.modeling.scoring import find_metric
from core.modeling.target import Target, match_target, prepare_target


@dataclass(frozen=True, eq=False)
class Request:
    """What `train` was asked, apart from how it is watched."""

    frame: pd.DataFrame
    target: str
    task: Task | None
    validation: pd.DataFrame | None
    groups: Any
    metric: str | None
    budget_s: float
    families: tuple[str, ...]
    random_state: int
    metric_options: Mapping[str, float] = field(default_factory=dict)

    def fingerprint(self) -> str:
        """Return a hash of data and arguments; equal ones train the same."""
        held_out = self.validation
        plain = {
            "frame": content_hash(canonical(self.frame)),
            "validation": held_out is not None and content_hash(canonical(held_out)),
            "groups": None if self.groups is None else _groups_hash(self.groups),
            "settings": [self.target, self.task, self.metric, self.budget_s],
            "families": list(self.families),
            "random_state": self.random_state,
            "metric_options": dict(self.metric_options),
            "format": 1,
        }
        return hashlib.sha256(json.dumps(plain).encode()).hexdigest()


def prepare(request: Request, directory: Path) -> tuple[Material, list[Finding]]:
    """Choose rows, features and folds.

    Raises
    ------
    ModelingError
        No model can be trained; the message names the column.
    """
    table, findings = _without_infinity(request.frame)
    target = prepare_target(table, request.target, request.task)
    metric = find_metric(request.metric, target.task, request.metric_options)
    findings.extend(target.findings)
    frame, schema = _features(table, request, target)
    schema, left_out = choose_features(schema)
    findings.extend(left_out)
    if not len(schema):
        findings.append(_nothing_to_learn_from())
    frame = frame[list(schema.names)]
    if request.validation is None:
        y, scheme = target.y, _inner_scheme(request, target, schema)
    else:
        held, _ = _without_infinity(request.validation)
        checked = match_target(held, target)
        findings.extend(checked.findings)
        _refuse_useless(checked, target)
        held_out = coerce(held.iloc[checked.rows], schema)
        frame = pd.concat([frame, held_out], ignore_index=True)
        y = np.concatenate([target.y, checked.y])
        scheme = given_validation(len(target.y), len(checked.y))
    if scheme.n_valid < 100:
        findings.append(_few_rows(scheme.n_valid))
    material = Material(
        directory, frame, y, schema, scheme, target.task, target.name,
        metric.name, target.classes_, dict(metric.options),
    )  # fmt: skip
    return material, findings


def _features(
    table: pd.DataFrame, request: Request, target: Target
) -> tuple[pd.DataFrame, Schema]:
    named = [request.target]
    if isinstance(request.groups, str):
        named.append(request.groups)
    frame = table.drop(columns=[name for name in named if name in table])
    kept = canonical(frame.iloc[target.rows].reset_index(drop=True))
    return kept, describe_schema(kept)


def _inner_scheme(request: Request, target: Target, schema: Schema) -> Scheme:
    groups = None
    if request.groups is not None:
        groups = _group_codes(request)[target.rows]
        if len(np.unique(groups)) < 2:
            raise ModelingError(
                "All rows belong to one group; none is left to validate on.",
                hint="Choose another column for the groups, or none.",
            )
    return make_scheme(
        target.y, target.task, n_features=len(schema), budget_s=request.budget_s,
        groups=groups, random_state=request.random_state,
    )  # fmt: skip


def _group_codes(request: Request) -> NDArray[np.int64]:
    groups = request.groups
    if isinstance(groups, str):
        if groups not in request.frame:
            raise ModelingError(
                f"There is no column {groups!r} to take the groups from.",
                hint="Choose one of the table's columns.",
            )
        groups = request.frame[groups]
    if len(groups) != len(request.frame):
        raise ModelingError(
            f"There are {len(groups):,} groups for {len(request.frame):,} rows.",
            hint="Give one group for each training row.",
        )
    codes, _ = pd.factorize(pd.Series(list(groups)).astype(str))
    return np.asarray(codes, dtype=np.int64)


def _groups_hash(groups: Any) -> str:
    if isinstance(groups, str):
        return groups
    text = json.dumps([str(group) for group in groups])
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_useless(checked: Target, target: Target) -> None:
    if not len(checked.y):
        raise ModelingError(
            f"No validation row has a usable value in {target.name!r}.",
            hint="Split again so that validation rows have a known target.",
        )
    if target.task == "binary" and len(np.unique(checked.y)) < 2:
        raise ModelingError(
            f"The {len(checked.y):,} validation rows all have the same value in "
            f"{target.name!r}.",
            hint="Split again with classes kept in proportion, or bring more rows.",
        )


def _without_infinity(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    found = {}
    for position, name in enumerate(frame.columns):
        values = frame.iloc[:, position]
        if pd.api.types.is_float_dtype(values.dtype):
            plain = values.to_numpy(dtype=np.float64, na_value=np.nan)
            if np.isinf(plain).any():
                found[name] = np.where(np.isinf(plain), np.nan, plain)
    if not found:
        return frame, []
    shown = ", ".join(repr(str(name)) for name in list(found)[:5])
    finding = Finding(
        "MODEL-002",
        "warning",
        "Infinite values count as missing",
        f"Found in {len(found)} columns: {shown}.",
        "Look where they come from, most often a division by zero.",
        tuple(str(name) for name in found),
    )
    return frame.assign(**{str(name): v for name, v in found.items()}), [finding]


def _nothing_to_learn_from() -> Finding:
    return Finding(
        "MODEL-006",
        "problem",
        "No column to learn from",
        "All columns are constant, empty or identify rows; only the baseline could be "
        "trained.",
        "Bring columns that differ from row to row.",
    )


def _few_rows(n_valid: int) -> Finding:
    return Finding(
        "MODEL-011",
        "warning",
        "Scores rest on few rows",
        f"Candidates are compared on {n_valid} rows; look at the intervals, not at the "
        "third digit.",
        "Bring more rows before deciding between models that are close.",
    )
