"""A model version: a fitted model with everything that explains it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from core.data import Recipe, Replay, read_parquet
from core.data.schema import Schema
from core.data.target import Task
from core.modeling.model import Model
from core.registry.manifest import Manifest, changed_file, sha256_of

REFERENCE = "reference.parquet"
MAX_REFERENCE_ROWS = 20_000


@dataclass(frozen=True, eq=False)
class ModelVersion:
    """An immutable version, as it lies in its folder.

    Attributes
    ----------
    project : str
    number : int
        Zero for a folder whose name is not a number.
    model : Model
        The fitted model with its schema and threshold.
    directory : Path
    created_at : datetime
        Aware, in UTC.
    lineage : dict
        What it was made from: dataset, recipe, split, run, cycle.
    evaluation : dict or None
        What `core.evaluation.evaluate` found on held-out rows, as plain values.
    note : str
    card : str
        The model card, Markdown.
    manifest : Manifest
    """

    project: str
    number: int
    model: Model
    directory: Path
    created_at: datetime
    lineage: dict[str, Any]
    evaluation: dict[str, Any] | None
    note: str
    card: str
    manifest: Manifest

    @property
    def label(self) -> str:
        """Project and number, as people write it: ``churn/3``."""
        return f"{self.project}/{self.number}"

    @cached_property
    def replay(self) -> Replay:
        """The cleaning that new rows get before the model, as training rows got it."""
        kept = self.lineage.get("replay")
        if kept is None:
            return Replay(Recipe(()), self.model.schema)
        return Replay.from_dict(kept)

    @property
    def schema(self) -> Schema:
        """The columns that a caller gives, as they were in the training rows."""
        return self.replay.inputs

    @property
    def task(self) -> Task:
        """What is predicted: "binary", "multiclass" or "regression"."""
        return self.model.task

    @property
    def target(self) -> str:
        """Name of the column that is predicted."""
        return self.model.target

    @property
    def threshold(self) -> float | None:
        """Probability from which the positive class is answered (binary only)."""
        return self.model.threshold

    @cached_property
    def reference(self) -> pd.DataFrame | None:
        """At most 20,000 training rows, read when first asked for; do not change it.

        Raises
        ------
        RegistryError
            The file was changed since the version was loaded.
        """
        expected = self.manifest.files.get(REFERENCE)
        if expected is None:
            return None
        path = self.directory / REFERENCE
        if not path.is_file() or sha256_of(path) != expected:
            raise changed_file(REFERENCE, self.label)
        return read_parquet(path)
