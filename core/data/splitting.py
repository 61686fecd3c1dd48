"""Three named sets: rows to train on, to choose on, and to judge on once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.frames import canonical, canonical_column
from core.data.split_checks import SplitDiagnosis, diagnose
from core.data.strategies import (
    Codes,
    by_group,
    by_name,
    by_time,
    by_time_and_group,
    stratified,
)
from core.errors import DataError

Strategy = Literal["random", "stratified", "time", "group", "time and group", "column"]
"""How rows are divided."""

STRATEGIES: Final[dict[Strategy, str]] = {
    "stratified": "At random, with the same mix of the target in every set.",
    "random": "At random.",
    "time": "Earliest rows to train, latest to test: as the model will be used.",
    "group": "All rows of one group (a customer, a device) in the same set.",
    "time and group": "All rows of one group in the same set, and the groups that end "
    "latest in test.",
    "column": "By a column that says train, validation or test.",
}

SETS: Final = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Split:
    """Which rows are in which set.

    Attributes
    ----------
    train, validation, test : int64 ndarray
        Row positions, ascending; no row is in two sets. Without a validation set that
        one is empty.
    strategy : {"random", "stratified", "time", "group", "time and group", "column"}
    fractions : tuple of three floats
        What was asked for; the sizes may differ where rows belong together.
    random_state : int
    column : str or None
        The column that orders, groups or names the sets.
    n_rows : int
        Rows of the table.
    group : str or None
        The column that groups rows, beside one that orders them.
    """

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]
    strategy: Strategy
    fractions: tuple[float, float, float]
    random_state: int
    column: str | None
    n_rows: int
    group: str | None = None

    @property
    def n_left_out(self) -> int:
        """Rows in no set: those without a target, a time or a set's name."""
        return self.n_rows - self.train.size - self.validation.size - self.test.size

    def codes(self) -> Codes:
        """Return for each row 0 (train), 1 (validation), 2 (test) or -1 (left out)."""
        codes = np.full(self.n_rows, -1, dtype=np.int8)
        for code, name in enumerate(SETS):
            codes[getattr(self, name)] = code
        return codes

    def diagnose(
        self, frame: pd.DataFrame, target: str | None = None
    ) -> SplitDiagnosis:
        """Compare the three sets and report what makes them unfit to judge by."""
        return diagnose(
            self.codes(), frame, target, column=self.column, group=self.group
        )

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values: how it was made, and sizes; not the rows."""
        return {
            "strategy": self.strategy,
            "fractions": list(self.fractions),
            "random_state": self.random_state,
            "column": self.column,
            "group": self.group,
            "n_rows": self.n_rows,
            "n_train": int(self.train.size),
            "n_validation": int(self.validation.size),
            "n_test": int(self.test.size),
            "n_left_out": int(self.n_left_out),
        }


def split(  # noqa: PLR0913  (each is asked for on the page)
    frame: pd.DataFrame,
    target: str | None = None,
    *,
    strategy: Strategy = "stratified",
    fractions: Sequence[float] = (0.6, 0.2, 0.2),
    random_state: int = 0,
    column: str | None = None,
    group: str | None = None,
) -> Split:
    """Divide the rows of a table into train, validation and test.

    The same arguments always give the same sets. Rows whose target is missing are
    in no set.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
    target : str, default None
        What will be predicted. Without one, "stratified" is "random".
    strategy : {"random", "stratified", "time", "group", "time and group", "column"}
        "stratified" keeps the mix of classes, or of ten quantile bins of a number,
        to within one row per class and set. "time" never puts equal times in two
        sets. "group" keeps the rows of a group together; a missing group is a
        group of one row. "time and group" does so too, and orders groups by their
        last time.
    fractions : three floats that sum to 1, default (0.6, 0.2, 0.2)
        Not used by "column". Train and test must be positive; a validation share of
        0 leaves that set empty: models are then chosen in folds of the training rows.
    random_state : int, default 0
    column : str, default None
        Needed by "time", "group", "time and group" (its times) and "column".
    group : str, default None
        Needed by "time and group".

    Returns
    -------
    Split

    Raises
    ------
    DataError
        A set would be empty, a column is missing, or the fractions do not fit.

    Examples
    --------
    >>> table = pd.DataFrame({"y": ["a", "b"] * 50})
    >>> parts = split(table, target="y")
    >>> parts.train.size, parts.validation.size, parts.test.size
    (60, 20, 20)
    """
    shares = _check_fractions(fractions)
    _check_names(frame, strategy, (target, column, group))
    usable = np.ones(len(frame), dtype=bool)
    if target is not None:
        usable = frame[target].notna().to_numpy()
    rows = np.flatnonzero(usable)
    table = canonical(frame.iloc[rows]) if rows.size < len(frame) else frame
    codes = np.full(len(frame), -1, dtype=np.int8)
    rng = np.random.default_rng(random_state)
    if strategy in ("random", "stratified"):
        by = target if strategy == "stratified" else None
        codes[rows] = stratified(table, by, shares, rng)
    elif strategy == "time and group":
        times = _key(table, "time", column)
        codes[rows] = by_time_and_group(times, _key(table, "group", group), shares)
    else:
        key = _key(table, strategy, column)
        divide = {"time": by_time, "group": by_group, "column": by_name}[strategy]
        codes[rows] = divide(key, shares, rng)
    train, validation, test = (
        np.flatnonzero(codes == code).astype(np.int64) for code in range(3)
    )
    wanted = {"train": train, "validation": validation, "test": test}
    if strategy != "column" and shares[1] == 0:
        del wanted["validation"]
    _refuse_empty(wanted, rows.size, strategy)
    used = None if strategy in ("random", "stratified") else column
    grouped = group if strategy == "time and group" else None
    return Split(
        train, validation, test, strategy, shares, random_state, used, len(frame),
        grouped,
    )  # fmt: skip


def _check_names(
    frame: pd.DataFrame, strategy: str, names: Sequence[str | None]
) -> None:
    for name in names:
        if name is not None and name not in frame.columns:
            raise DataError(
                f"There is no column {name!r}.", hint="Choose one of the columns."
            )
    if strategy not in get_args(Strategy):
        raise DataError(
            f"{strategy!r} is no way to split.",
            hint=f"Choose one of {', '.join(STRATEGIES)}.",
        )


def _check_fractions(fractions: Sequence[float]) -> tuple[float, float, float]:
    shares = tuple(float(share) for share in fractions)
    whole = len(shares) == 3 and abs(sum(shares) - 1) <= 1e-6
    if not whole or shares[1] < 0 or min(shares[0], shares[2]) <= 0:
        raise DataError(
            f"The fractions {list(fractions)} are not three shares of one whole.",
            hint="Give train, validation and test a share each, for example "
            "0.6, 0.2 and 0.2; only that of validation may be 0.",
        )
    return shares[0], shares[1], shares[2]


def _key(table: pd.DataFrame, strategy: str, column: str | None) -> pd.Series:
    if column is None:
        raise DataError(
            f"Splitting by {strategy} needs a column.",
            hint="Choose the column that holds it.",
        )
    return canonical_column(table[column])


def _refuse_empty(
    sets: dict[str, NDArray[np.int64]], n_rows: int, strategy: str
) -> None:
    for name, rows in sets.items():
        if rows.size:
            continue
        hints = {
            "column": "Write train, validation and test in that column.",
            "group": "Use a column with at least three groups.",
            "time": "Use a column with at least three different times.",
            "time and group": "Use a column with at least three groups.",
        }
        raise DataError(
            f"The {name} set would be empty: {n_rows:,} rows can be divided.",
            hint=hints.get(
                strategy, "Bring more rows, or give this set a larger share."
            ),
        )
