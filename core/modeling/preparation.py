"""From the frames a person has to the material that candidates are trained on."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.data import Schema, Task, canonical, coerce, content_hash, describe_schema
from core.errors import ModelingError
from core.findings import Finding
from core.modeling.encoder import choose_features
from core.modeling.folds import given_validation, make_scheme
from core.modeling.material import LEAN_BYTES, Material
from core.modeling.metrics import Floats
from core.modeling.rows import RowFacts, Rows, read_groups, read_times, read_weights
from core.modeling.scoring import find_metric
from core.modeling.target import Target, match_target, prepare_target
from core.modeling.wishes import check_monotonic


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
    weight: str | None = None
    balanced: bool = False
    monotonic: Mapping[str, int] = field(default_factory=dict)
    time: str | None = None
    largest: bool = False
    whole_budget: bool = False

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
            "rows": [
                self.weight,
                self.time,
                self.balanced,
                self.largest,
                self.whole_budget,
            ],
            "monotonic": dict(self.monotonic),
            "format": 4,
        }
        return hashlib.sha256(json.dumps(plain).encode()).hexdigest()


def prepare(request: Request, directory: Path) -> tuple[Material, list[Finding]]:
    """Choose rows, features and folds.

    Raises
    ------
    ModelingError
        No model can be trained; the message names the column.
    """
    table, facts, findings = _usable_rows(request.frame, request)
    target = prepare_target(table, request.target, request.task)
    facts = facts.take(target.rows)
    _refuse_balance(request, target)
    metric = find_metric(request.metric, target.task, request.metric_options)
    findings.extend(target.findings)
    frame, schema = _features(table, request, target)
    schema, left_out = choose_features(schema)
    findings.extend(left_out)
    if not len(schema):
        findings.append(_nothing_to_learn_from())
    frame = frame[list(schema.names)]
    y, weight, group = target.y, facts.weight, facts.group
    if request.validation is None:
        scheme = make_scheme(
            y, target.task, n_features=len(schema), budget_s=request.budget_s,
            facts=facts, random_state=request.random_state,
        )  # fmt: skip
        judged = np.concatenate([fold.valid for fold in scheme.folds])
        facts = facts.take(judged)
        _refuse_one_class(y[judged], target)
    else:
        held, facts, _ = _usable_rows(request.validation, request, held_out=True)
        checked = match_target(held, target)
        facts = facts.take(checked.rows)
        findings.extend(checked.findings)
        _refuse_useless(checked, target)
        held_out = coerce(held.iloc[checked.rows], schema)
        frame = pd.concat([frame, held_out], ignore_index=True)
        y = np.concatenate([y, checked.y])
        weight = _joined(weight, facts.weight)
        group = _groups_joined(group, facts.group, len(checked.y))
        scheme = given_validation(len(target.y), len(checked.y))
    directions = check_monotonic(request.monotonic, schema, target.task)
    if scheme.n_valid < 100:
        findings.append(_few_rows(scheme.n_valid))
    material = Material(
        directory, frame, y, schema, scheme, target.task, target.name,
        metric.name, target.classes_, dict(metric.options), weight, facts.together(),
        facts.time is not None, request.balanced, directions,
        math.inf if request.largest else LEAN_BYTES, group,
    )  # fmt: skip
    return material, findings


def _features(
    table: pd.DataFrame, request: Request, target: Target
) -> tuple[pd.DataFrame, Schema]:
    named = [request.target, request.weight]
    if isinstance(request.groups, str):
        named.append(request.groups)
    frame = table.drop(columns=[name for name in named if name in table])
    kept = canonical(frame.iloc[target.rows].reset_index(drop=True))
    return kept, describe_schema(kept)


def _usable_rows(
    frame: pd.DataFrame, request: Request, *, held_out: bool = False
) -> tuple[pd.DataFrame, RowFacts, list[Finding]]:
    """Return the rows that count, what is known of them, and what to say of them."""
    table, findings = _without_infinity(frame)
    groups = request.groups
    if held_out and not (isinstance(groups, str) and groups in table):
        groups = None
    facts = RowFacts(
        read_weights(table, request.weight),
        read_groups(table, groups),
        read_times(table, request.time),
    )
    if facts.weight is None or facts.weight.all():
        return table, facts, findings
    rows = np.flatnonzero(facts.weight)
    n_out = len(table) - len(rows)
    findings.append(
        Finding(
            "MODEL-016",
            "note",
            "Rows that count nothing are left out",
            f"{n_out:,} rows have the weight 0 in {request.weight!r}.",
            "Nothing to do. Give them a weight above 0 if they should count.",
            (str(request.weight),),
        )
    )
    return table.iloc[rows].reset_index(drop=True), facts.take(rows), findings


def _joined(first: Floats | None, second: Floats | None) -> Floats | None:
    if first is None or second is None:
        return None
    return np.concatenate([first, second])


def _groups_joined(
    first: Rows | None, second: Rows | None, n_second: int
) -> Rows | None:
    """Return codes of all rows' groups; a group is on one side of a split alone."""
    if first is None:
        return None
    behind = np.arange(n_second) if second is None else second
    return np.concatenate([first, behind + first.max(initial=-1) + 1])


def _refuse_balance(request: Request, target: Target) -> None:
    if request.balanced and target.task == "regression":
        raise ModelingError(
            f"{target.name!r} is a number; there are no classes to balance.",
            hint="Switch balanced classes off.",
        )


def _groups_hash(groups: Any) -> str:
    if isinstance(groups, str):
        return groups
    text = json.dumps([str(group) for group in groups])
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_one_class(y: Floats, target: Target) -> None:
    if target.task == "binary" and len(np.unique(y)) < 2:
        raise ModelingError(
            f"The {len(y):,} validation rows all have the same value in "
            f"{target.name!r}.",
            hint="Split again with classes kept in proportion, or bring more rows.",
        )


def _refuse_useless(checked: Target, target: Target) -> None:
    if not len(checked.y):
        raise ModelingError(
            f"No validation row has a usable value in {target.name!r}.",
            hint="Split again so that validation rows have a known target.",
        )
    _refuse_one_class(checked.y, target)


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
