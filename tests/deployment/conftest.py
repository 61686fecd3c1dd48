from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.data import Recipe, describe_schema, replay_of
from core.modeling.model import Model
from core.registry import ModelVersion, save_version
from tests.fitted import TARGETS, customers, fit_model

Make = Callable[..., ModelVersion]


@pytest.fixture
def save(tmp_path: Path) -> Make:
    """Save a model as version 1 of a project, with or without a recipe."""

    def make(model: Model | None = None, recipe: Recipe | None = None) -> ModelVersion:
        model = model or fit_model()
        raw = customers().drop(columns=list(TARGETS.values()))
        lineage: dict[str, Any] = {}
        if recipe is not None:
            replay = replay_of(recipe, raw, describe_schema(raw), model.schema)
            lineage["replay"] = replay.to_dict()
        return save_version(
            model, tmp_path / "churn" / "1", reference=raw, lineage=lineage,
            key_path=tmp_path / "key",
        )  # fmt: skip

    return make
