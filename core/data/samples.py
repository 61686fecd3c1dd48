"""Tables to try Rondo with: one made for it, and three of scikit-learn's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

import numpy as np
import pandas as pd

from core.data.churn import DRIFTED, USUAL, draw_customers
from core.data.target import Task
from core.errors import DataError

_N_ROWS, _N_REPEATED, _N_PER_MONTH = 6_000, 60, 800
_SNAPSHOT = pd.Timestamp("2026-07-31")
_MONTHS = (("2026-08", USUAL), ("2026-09", USUAL), ("2026-10", DRIFTED))


@dataclass(frozen=True, eq=False)
class Month:
    """The rows that arrived in one month after training.

    Attributes
    ----------
    name : str
        ``YYYY-MM``.
    frame : DataFrame of shape (n_rows, n_inputs)
        Inputs alone, as an application would send them.
    outcomes : Series of shape (n_rows,) or None
        What then happened, row by row; None when it is not known yet.
    """

    name: str
    frame: pd.DataFrame
    outcomes: pd.Series | None

    @property
    def start(self) -> datetime:
        """The first instant of the month, in UTC."""
        year, month = self.name.split("-")
        return datetime(int(year), int(month), 1, tzinfo=UTC)


@dataclass(frozen=True, eq=False)
class Sample:
    """A table with the question it can answer.

    Attributes
    ----------
    name, title, about : str
        Key in `SAMPLES`, heading, and two or three sentences.
    table : DataFrame
        Canonical types, the target among its columns.
    target : str
        Name of the column to predict.
    task : {"binary", "multiclass", "regression"}
    months : tuple of Month
        Later rows, oldest first; empty for bundled tables.
    """

    name: str
    title: str
    table: pd.DataFrame
    target: str
    task: Task
    months: tuple[Month, ...]
    about: str


def churn_sample(random_state: int = 0) -> Sample:
    """Make the table of a telephone company whose customers may leave.

    The table has what real tables have: repeated rows, spellings that differ,
    impossible values, answers missing for a reason, an id, and a column that
    is only filled in once the customer has left.

    Parameters
    ----------
    random_state : int, default=0
        Equal values give equal tables.

    Returns
    -------
    Sample
        6,000 rows and 16 columns; three later months of 800 rows. The first two
        months follow the law of the table and have outcomes; in the third, fees
        and calls have risen, a plan is new and the regions are mixed anew.

    Examples
    --------
    >>> sample = churn_sample()
    >>> sample.table.shape, [month.name for month in sample.months]
    ((6000, 16), ['2026-08', '2026-09', '2026-10'])
    """
    rng = np.random.default_rng([random_state, 0])
    clean = draw_customers(_N_ROWS - _N_REPEATED, _SNAPSHOT, rng)
    title, about = _CHURN_WORDS
    return Sample(
        name="churn",
        title=title,
        table=_repeat_rows(_soil(clean, rng), rng),
        target="churn",
        task="binary",
        months=_later_months(random_state),
        about=about,
    )


def _later_months(random_state: int) -> tuple[Month, ...]:
    months = []
    for number, (name, market) in enumerate(_MONTHS, start=1):
        drawn = draw_customers(
            _N_PER_MONTH,
            _SNAPSHOT + pd.DateOffset(months=number),
            np.random.default_rng([random_state, number]),
            market=market,
            first_id=_N_ROWS + number * _N_PER_MONTH,
        )
        outcomes = drawn["churn"] if market is USUAL else None
        inputs = drawn.drop(columns=["cancellation_reason", "churn"])
        months.append(Month(name, inputs, outcomes))
    return tuple(months)


def _soil(clean: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Put in the mistakes of people and machines, a few of each."""
    frame = clean.copy()
    rows = rng.permutation(len(frame))
    spelt, aged, cents, gauge = np.split(rows[:90], (60, 70, 80))
    region = frame["region"].iloc[spelt]
    frame.loc[spelt[:25], "region"] = region[:25].str.lower()
    frame.loc[spelt[25:45], "region"] = region[25:45].str.upper()
    frame.loc[spelt[45:], "region"] = region[45:] + " "
    frame.loc[aged, "age"] = rng.choice([0, 199, 999], aged.size)
    frame.loc[cents, "monthly_fee"] = (frame["monthly_fee"].iloc[cents] * 100).round(2)
    frame.loc[gauge, "data_gb"] = -1.0
    return frame


def _repeat_rows(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Repeat some rows as they are, and mix all of them."""
    extra = rng.choice(len(frame), _N_REPEATED, replace=False)
    order = rng.permutation(np.append(np.arange(len(frame)), extra))
    return frame.iloc[order].reset_index(drop=True)


def bundled_sample(name: str) -> Sample:
    """Return one of scikit-learn's tables, with names a person can read.

    Parameters
    ----------
    name : {"breast_cancer", "wine", "diabetes"}

    Returns
    -------
    Sample
        Without later months.

    Raises
    ------
    DataError
        When no table has that name.

    Examples
    --------
    >>> wine = bundled_sample("wine")
    >>> sorted(wine.table[wine.target].unique())
    ['barbera', 'barolo', 'grignolino']
    """
    if name not in _BUNDLED:
        raise DataError(
            f"No sample is called {name!r}.",
            hint=f"Choose one of {', '.join(_BUNDLED)}.",
        )
    read, target, task, title, about = _BUNDLED[name]
    return Sample(name, title, read(), target, task, (), about)


def _read_breast_cancer() -> pd.DataFrame:
    # Here, not above: scikit-learn's data sets take a second to import.
    from sklearn.datasets import load_breast_cancer

    frame: pd.DataFrame = load_breast_cancer(as_frame=True).frame
    frame.columns = [str(name).replace(" ", "_") for name in frame.columns]
    diagnosis = np.where(frame.pop("target") == 0, "malignant", "benign")
    frame["diagnosis"] = pd.Series(diagnosis, dtype="str")
    return frame


def _read_wine() -> pd.DataFrame:
    from sklearn.datasets import load_wine

    frame: pd.DataFrame = load_wine(as_frame=True).frame
    longer = {"od280/od315_of_diluted_wines": "protein_absorbance_ratio"}
    cultivars = np.array(["barolo", "grignolino", "barbera"])[frame.pop("target")]
    frame["cultivar"] = pd.Series(cultivars, dtype="str")
    return frame.rename(columns=longer)


def _read_diabetes() -> pd.DataFrame:
    from sklearn.datasets import load_diabetes

    frame: pd.DataFrame = load_diabetes(as_frame=True, scaled=False).frame
    frame.columns = list(_DIABETES_NAMES)
    frame["sex"] = frame["sex"].astype(int).astype("str")
    frame["age"] = frame["age"].astype("int64")
    return frame


_DIABETES_NAMES = (
    "age",
    "sex",
    "body_mass_index",
    "blood_pressure",
    "total_cholesterol",
    "ldl_cholesterol",
    "hdl_cholesterol",
    "cholesterol_ratio",
    "log_triglycerides",
    "blood_sugar",
    "progression",
)
_CHURN_WORDS = (
    "Customers who may leave",
    "6,000 invented customers of a telephone company, untidy as real tables are: "
    "which of them will leave? Three later months come with it, so that the whole "
    "circle can be walked.",
)
_BUNDLED: Mapping[str, tuple[Callable[[], pd.DataFrame], str, Task, str, str]] = (
    MappingProxyType(
        {
            "breast_cancer": (
                _read_breast_cancer,
                "diagnosis",
                "binary",
                "Breast cancer",
                "569 tumours measured under the microscope: malignant or benign?",
            ),
            "wine": (
                _read_wine,
                "cultivar",
                "multiclass",
                "Wine",
                "178 wines from one region of Italy: which of three grapes?",
            ),
            "diabetes": (
                _read_diabetes,
                "progression",
                "regression",
                "Diabetes",
                "442 patients: how far has the disease gone on a year later? The "
                "source codes sex as 1 and 2 and does not say which is which.",
            ),
        }
    )
)


@dataclass(frozen=True)
class SampleEntry:
    """What a list of samples shows before one is made.

    Attributes
    ----------
    title, about : str
    load : callable
        Makes the sample.
    """

    title: str
    about: str
    load: Callable[[], Sample]


def _entry(name: str) -> SampleEntry:
    *_, title, about = _BUNDLED[name]
    return SampleEntry(title, about, lambda: bundled_sample(name))


SAMPLES: Mapping[str, SampleEntry] = MappingProxyType(
    {"churn": SampleEntry(*_CHURN_WORDS, churn_sample)}
    | {name: _entry(name) for name in _BUNDLED}
)
