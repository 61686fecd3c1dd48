"""The target column, made ready: which rows count, which codes they get."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data import Task, canonical, suggest_task
from core.data.target import TASKS
from core.errors import DataError, ModelingError
from core.findings import Finding
from core.modeling.metrics import Floats

MOST_CLASSES: Final = 200
FEWEST_ROWS: Final = 10

_POSITIVE: Final = ("true", "yes", "y", "1", "positive", "pos", "malignant", "churned")


@dataclass(frozen=True, eq=False)
class Target:
    """The truth of the rows that have one.

    Attributes
    ----------
    name : str
    task : {"binary", "multiclass", "regression"}
    y : ndarray of shape (n_kept,), float64
        Class codes 0 … k-1, or numbers.
    rows : ndarray of shape (n_kept,), int64
        Positions of the kept rows in the frame.
    classes_ : ndarray of shape (n_classes,) or None
        Original labels by code; of two classes the positive one is the last.
    findings : tuple of Finding
    """

    name: str
    task: Task
    y: Floats
    rows: NDArray[np.int64]
    classes_: NDArray[Any] | None
    findings: tuple[Finding, ...] = ()

    @property
    def pos_label(self) -> Any:
        """Label of the positive class, or None when there are not two."""
        if self.task != "binary" or self.classes_ is None:
            return None
        return self.classes_[1]

    @property
    def n_outputs(self) -> int:
        """Number of classes; 1 for regression."""
        return 1 if self.classes_ is None else len(self.classes_)


def prepare_target(frame: pd.DataFrame, name: str, task: Task | None = None) -> Target:
    """Read the target of the training rows.

    Rows without a target are left out, and so are, of more than two classes, those
    with a single row. The positive class is the one with a customary name ("yes",
    "true", 1, …), else the rarer one.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
    name : str
    task : {"binary", "multiclass", "regression"}, default=None
        None: suggested from the values.

    Returns
    -------
    Target

    Raises
    ------
    ModelingError
        The column is missing, constant, of dates, of words for a regression, has
        too many classes or too few rows.

    Examples
    --------
    >>> frame = pd.DataFrame({"left": ["no", "no", "yes", "no", None] * 5})
    >>> target = prepare_target(frame, "left")
    >>> target.task, target.classes_.tolist(), len(target.rows)
    ('binary', ['no', 'yes'], 20)
    """
    values = _column(frame, name)
    present = values.notna().to_numpy()
    rows = np.flatnonzero(present)
    findings = _missing_rows(name, len(values), len(rows))
    kept = canonical(values.iloc[rows].reset_index(drop=True).to_frame())[name]
    task = _settle_task(kept, name, task)
    if len(rows) < FEWEST_ROWS:
        raise ModelingError(
            f"Only {len(rows)} rows have a value in {name!r}.",
            hint=f"Bring at least {FEWEST_ROWS} rows with a known target; "
            "some hundreds give a model worth using.",
        )
    if task == "regression":
        return Target(name, task, _numbers(kept, name), rows, None, tuple(findings))
    return _classes(kept, rows, name, task, findings)


def match_target(frame: pd.DataFrame, like: Target) -> Target:
    """Read the target of other rows with the codes of the training rows.

    Rows without a target, and of a class that training never saw, are left out.

    Examples
    --------
    >>> like = prepare_target(pd.DataFrame({"y": ["a", "b"] * 10}), "y")
    >>> match_target(pd.DataFrame({"y": ["b", "z", None, "a"]}), like).rows.tolist()
    [0, 3]
    """
    values = _column(frame, like.name)
    rows = np.flatnonzero(values.notna().to_numpy())
    kept = canonical(values.iloc[rows].reset_index(drop=True).to_frame())[like.name]
    if like.classes_ is None:
        return Target(like.name, like.task, _numbers(kept, like.name), rows, None)
    codes = _codes(kept, like.classes_)
    known = codes >= 0
    findings = []
    if not known.all():
        findings.append(
            Finding(
                "MODEL-003",
                "warning",
                "Some classes cannot be learned",
                f"{int((~known).sum())} validation rows have a class in {like.name!r} "
                "that no training row has; they are left out.",
                "Split again with classes kept in proportion, or merge rare classes.",
                (like.name,),
            )
        )
    y = codes[known].astype(np.float64)
    return Target(like.name, like.task, y, rows[known], like.classes_, tuple(findings))


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    if name not in frame.columns:
        raise ModelingError(
            f"There is no column {name!r} in the table.",
            hint="Choose the target among the table's columns.",
        )
    values = canonical(frame[[name]])[name]
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        raise ModelingError(
            f"The column {name!r} holds dates, which cannot be a target.",
            hint="Predict a number made from it, for example the days until then.",
        )
    return values


def _missing_rows(name: str, n_rows: int, n_present: int) -> list[Finding]:
    if n_present == n_rows:
        return []
    return [
        Finding(
            "MODEL-001",
            "warning",
            "Rows without a target are left out",
            f"{n_rows - n_present:,} of {n_rows:,} training rows have no value in "
            f"{name!r}.",
            "Nothing to do, unless these rows differ from the others: then the model "
            "has not seen their kind.",
            (name,),
        )
    ]


def _settle_task(values: pd.Series, name: str, task: Task | None) -> Task:
    n_distinct = values.nunique()
    if n_distinct < 2:
        raise ModelingError(
            f"The column {name!r} has {'one value' if n_distinct else 'no value'} in "
            f"the {len(values):,} training rows that have a target; there is nothing "
            "to tell apart.",
            hint="Choose another target, or bring rows with other values in it.",
        )
    try:
        task = task or suggest_task(values)
    except DataError as error:
        raise ModelingError(error.message, hint=error.hint) from error
    if task not in TASKS:
        raise ModelingError(
            f"There is no task {task!r}.", hint=f"Choose one of {', '.join(TASKS)}."
        )
    if task == "binary" and n_distinct > 2:
        raise ModelingError(
            f"The column {name!r} has {n_distinct:,} different values, not two.",
            hint="Choose the task multiclass or regression.",
        )
    if task != "regression" and n_distinct > MOST_CLASSES:
        raise ModelingError(
            f"The column {name!r} has {n_distinct:,} classes; "
            f"at most {MOST_CLASSES} can be learned.",
            hint="Merge rare classes, or choose regression if it is a quantity.",
        )
    return task


def _numbers(values: pd.Series, name: str) -> Floats:
    if not pd.api.types.is_numeric_dtype(values.dtype):
        raise ModelingError(
            f"The column {name!r} holds words, and a regression predicts numbers.",
            hint="Choose the task multiclass, or correct the column's values.",
        )
    return values.to_numpy(dtype=np.float64)


def _classes(
    values: pd.Series,
    rows: NDArray[np.int64],
    name: str,
    task: Task,
    findings: list[Finding],
) -> Target:
    labels, codes, counts = np.unique(
        _labels(values), return_inverse=True, return_counts=True
    )
    single = counts < 2
    if single.any() and (len(labels) - single.sum()) < 2:
        raise ModelingError(
            f"In the column {name!r} the class {str(labels[single][0])!r} has a "
            "single training row; a model needs at least two to learn and check it.",
            hint="Bring more rows of this class, or split in proportion to classes.",
        )
    if single.any():
        findings.append(_single_rows(name, labels[single]))
        kept = ~single[codes]
        rows, labels, counts = rows[kept], labels[~single], counts[~single]
        codes = (np.cumsum(~single) - 1)[codes[kept]]
    if task == "binary" and _positive_first(labels, counts):
        labels, codes = labels[::-1].copy(), 1 - codes
    y = codes.astype(np.float64)
    return Target(name, task, y, rows, labels, tuple(findings))


def _single_rows(name: str, labels: NDArray[Any]) -> Finding:
    shown = ", ".join(repr(str(label)) for label in labels[:5])
    return Finding(
        "MODEL-003",
        "warning",
        "Some classes cannot be learned",
        f"{len(labels)} classes of {name!r} have a single training row ({shown}); "
        "these rows are left out.",
        "Bring more rows of these classes, or merge them into another.",
        (name,),
    )


def _positive_first(labels: NDArray[Any], counts: NDArray[np.int64]) -> bool:
    words = [_word(label) for label in labels]
    known = [word in _POSITIVE for word in words]
    if known[0] != known[1]:
        return known[0]
    return bool(counts[0] < counts[1])


def _word(label: Any) -> str:
    whole = isinstance(label, float | np.floating) and float(label).is_integer()
    return str(int(label) if whole else label).strip().lower()


def _labels(values: pd.Series) -> NDArray[Any]:
    """Return labels as str, bool, int64 or float64; whole numbers as int64."""
    if pd.api.types.is_bool_dtype(values.dtype):
        return values.to_numpy(dtype=bool)
    if not pd.api.types.is_numeric_dtype(values.dtype):
        return values.to_numpy(dtype=object).astype(str).astype(object)
    numbers = values.to_numpy()
    whole = bool((numbers == np.rint(numbers)).all())
    return numbers.astype(np.int64) if whole else numbers


def _codes(values: pd.Series, classes_: NDArray[Any]) -> NDArray[np.int64]:
    """Return each value's class code, -1 for a class that is not known."""
    by_label = {_key(label): code for code, label in enumerate(classes_)}
    found = [by_label.get(_key(value), -1) for value in values.tolist()]
    return np.asarray(found, dtype=np.int64)


def _key(label: Any) -> str:
    return label if isinstance(label, str) else _word(label)
