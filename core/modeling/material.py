"""What every candidate of a run is trained on, laid out on disk once.

The raw rows are one pickle; each matrix an encoder makes is a file that all
processes map into memory. Whoever first needs a matrix makes it.
"""

import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data import Schema, Task
from core.errors import ModelingError
from core.modeling.columns import MOST_INDICATORS, MOST_TOPICS
from core.modeling.encoder import FrameEncoder, directions
from core.modeling.folds import Scheme
from core.modeling.means import FEWEST_WORDS
from core.modeling.memory import free_memory_bytes
from core.modeling.metrics import Floats
from core.modeling.numbers import Matrix, Style
from core.modeling.rows import Rows, fit_weights
from core.modeling.scoring import METRICS, Metric
from core.storage.files import write_atomic

LEAN_BYTES: Final = 20e6
_GROWS: Final = 0.75
_BYTES: Final = {"tree": 4, "linear": 12, "smooth": 8, "hashed": 8}
"""Of one number: as it is stored, and once more where a family makes its own copy."""
_FILE: Final = "material.pkl"


@dataclass(frozen=True, eq=False)
class Material:
    """Rows, truth and folds of one run.

    Attributes
    ----------
    directory : Path
        Where the matrices lie.
    frame : DataFrame of shape (n_rows, n_features)
        Canonical features; training rows, then given validation rows.
    y : ndarray of shape (n_rows,)
        Class codes or numbers.
    schema : Schema
        Of the features, on the training rows.
    scheme : Scheme
    task, target, metric : str
    classes_ : ndarray of shape (n_classes,) or None
    metric_options : dict
        Parameters of the metric.
    weight : ndarray of shape (n_rows,) or None
        How much each row counts, above 0.
    together : ndarray of shape (n_valid,) or None
        Codes of what must not be divided among the rows of `y_valid`.
    in_order : bool
        Those codes are spans of time: what is learned on some of these rows and judged
        on others is learned on earlier ones.
    balanced : bool
        Learn as if every class were as frequent as any other.
    monotonic : dict of str to {-1, 1}
        Directions that predictions must keep, by feature.
    most_bytes : float, default=20e6
        The champion's largest size as a file.
    group : ndarray of shape (n_rows,) or None
        Codes of groups; what a row is told of the target comes from other ones.
    """

    directory: Path
    frame: pd.DataFrame = field(repr=False)
    y: Floats = field(repr=False)
    schema: Schema = field(repr=False)
    scheme: Scheme = field(repr=False)
    task: Task
    target: str
    metric: str
    classes_: NDArray[Any] | None = None
    metric_options: dict[str, float] = field(default_factory=dict)
    weight: Floats | None = field(default=None, repr=False)
    together: Rows | None = field(default=None, repr=False)
    in_order: bool = False
    balanced: bool = False
    monotonic: dict[str, int] = field(default_factory=dict)
    most_bytes: float = LEAN_BYTES
    group: Rows | None = field(default=None, repr=False)

    @property
    def scoring(self) -> Metric:
        """The metric to choose by, its parameters set."""
        return METRICS[self.metric].with_options(self.metric_options)

    @property
    def most_first_bytes(self) -> float:
        """Largest size of a first fit: one on more rows is larger."""
        return self.most_bytes * (1.0 if self.scheme.averaged else _GROWS)

    @property
    def quantile(self) -> float | None:
        """The quantile to predict; None for means and classes."""
        return self.scoring.options["alpha"] if self.metric == "pinball" else None

    @property
    def n_outputs(self) -> int:
        """Number of classes; 1 for regression."""
        return 1 if self.classes_ is None else len(self.classes_)

    @property
    def y_valid(self) -> Floats:
        """Truth of the rows that scores are computed on, fold after fold."""
        return np.concatenate([self.y[fold.valid] for fold in self.scheme.folds])

    @property
    def weight_valid(self) -> Floats | None:
        """Weights of the rows that scores are computed on; None: all alike."""
        if self.weight is None:
            return None
        found = np.concatenate([self.weight[f.valid] for f in self.scheme.folds])
        return np.asarray(found / found.mean())

    def fit_weights(
        self, train: Rows, valid: Rows
    ) -> tuple[Floats | None, Floats | None]:
        """Return how much rows count in fitting and in stopping early."""
        return fit_weights(self.y, self.weight, self.balanced, train, valid)

    def directions(self, encoder: FrameEncoder) -> tuple[int, ...] | None:
        """Return the direction of each number of the encoder's matrix."""
        return directions(encoder, self.monotonic)

    def save(self) -> None:
        """Write it for other processes."""
        content = pickle.dumps(self, protocol=pickle.HIGHEST_PROTOCOL)
        write_atomic(self.directory / _FILE, content)

    def encoded(self, fold: int, style: Style) -> tuple[FrameEncoder, Matrix, Matrix]:
        """Return an encoder fitted on a fold's training rows, and both matrices.

        Raises
        ------
        ModelingError
            The matrix would take more than a quarter of the free memory.
        """
        paths = [
            self.directory / "matrices" / f"{style}-{fold}-{part}"
            for part in ("train.npy", "valid.npy", "encoder.pkl")
        ]
        if not all(path.exists() for path in paths):
            self._encode(fold, style, paths)
        encoder = _read_encoder(paths[2], paths[2].stat().st_mtime_ns)
        # "c": changes stay in this process; some estimators ask for writable memory.
        train, valid = (np.load(path, mmap_mode="c") for path in paths[:2])
        return encoder, train, valid

    def encoded_whole(self, style: Style) -> tuple[FrameEncoder, Matrix]:
        """Return an encoder fitted on all rows, and their matrix.

        Raises
        ------
        ModelingError
            The matrix would take more than a quarter of the free memory.
        """
        self._refuse_too_large(style)
        encoder = self._encoder(style)
        return encoder, encoder.fit_transform(self.frame, self.y, self.group)

    def _encode(self, fold: int, style: Style, paths: list[Path]) -> None:
        self._refuse_too_large(style)
        rows = self.scheme.folds[fold]
        part = self.frame.iloc[rows.train].reset_index(drop=True)
        encoder = self._encoder(style)
        group = None if self.group is None else self.group[rows.train]
        learned = encoder.fit_transform(part, self.y[rows.train], group)
        held_out = encoder.transform(self.frame.iloc[rows.valid].reset_index(drop=True))
        paths[0].parent.mkdir(parents=True, exist_ok=True)
        for path, matrix in zip(paths[:2], (learned, held_out), strict=True):
            with _whole_file(path) as temporary:
                np.save(temporary, matrix, allow_pickle=False)
        with _whole_file(paths[2]) as temporary:
            temporary.write_bytes(pickle.dumps(encoder, protocol=5))

    def _encoder(self, style: Style) -> FrameEncoder:
        schema = Schema(()) if style == "none" else self.schema
        n_classes = None if self.classes_ is None else len(self.classes_)
        return FrameEncoder(schema, style, n_classes)

    def _refuse_too_large(self, style: Style) -> None:
        if style == "none":
            return
        needed = expected_width(self.schema, style) * len(self.frame) * _BYTES[style]
        free = free_memory_bytes()
        if free is not None and needed > free / 4:
            raise ModelingError(
                f"Its numbers would take {needed / 1e9:.1f} GB, and "
                f"{free / 1e9:.1f} GB of memory are free.",
                hint="Train on a sample of the rows, or on fewer columns.",
            )


@contextmanager
def _whole_file(path: Path) -> Iterator[Path]:
    """Give a path that takes this one's place; these files need not outlive a crash."""
    temporary = path.with_name(f".{os.getpid()}-{path.name}")
    yield temporary
    temporary.replace(path)


@lru_cache(maxsize=32)
def _read_encoder(path: Path, written_ns: int) -> FrameEncoder:
    del written_ns
    encoder: FrameEncoder = pickle.loads(path.read_bytes())  # noqa: S301 own file
    return encoder


@lru_cache(maxsize=1)
def load_material(directory: Path) -> Material:
    """Return the material that a run wrote; a process reads it once."""
    material: Material = pickle.loads((directory / _FILE).read_bytes())  # noqa: S301
    return material


def expected_width(schema: Schema, style: Style) -> int:
    """Estimate how many numbers a row becomes.

    Examples
    --------
    >>> from core.data import describe_schema
    >>> schema = describe_schema(pd.DataFrame({"plan": ["a", "b", "a"]}))
    >>> expected_width(schema, "tree"), expected_width(schema, "linear")
    (1, 4)
    """
    width = 0
    for column in schema:
        if column.kind == "text":
            width += MOST_TOPICS + 2
        elif column.kind == "date":
            width += 7 if style == "tree" else 15
        elif column.kind in ("category", "id"):
            codes = min(column.n_distinct, MOST_INDICATORS) + 2
            width += 1 if style == "tree" else codes
            width += column.n_distinct >= FEWEST_WORDS
        else:
            width += 1 if style == "tree" else 1 + (column.n_missing > 0)
    return width
