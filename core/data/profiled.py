"""What a profile holds: frozen records, ready for JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.data.gaps import MissingPatterns
from core.data.schema import ColumnSchema
from core.data.scored import QuickScore, UnusualRow
from core.data.target import Task
from core.findings import Finding


@dataclass(frozen=True)
class Histogram:
    """How often values fall where, for every row and by target.

    Attributes
    ----------
    edges : tuple of n_bins + 1 floats
        Of numbers (dates: POSIX seconds); empty for words.
    labels : tuple of n_bins str
        Of words, most frequent first, "(other)" last; empty for numbers.
    counts : tuple of n_bins int
    clipped : bool
        Whether the outer bins also hold all that lies beyond the edges.
    by_class : dict of str to tuple of n_bins int
        Counts for each class of the target; empty without classes.
    target_mean : tuple of n_bins (float or None)
        Mean target in each bin, where the target is a number; else empty.
    """

    counts: tuple[int, ...]
    edges: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    clipped: bool = False
    by_class: dict[str, tuple[int, ...]] = field(default_factory=dict)
    target_mean: tuple[float | None, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        by_class = {name: list(counts) for name, counts in self.by_class.items()}
        lists = {
            name: list(getattr(self, name))
            for name in ("counts", "edges", "labels", "target_mean")
        }
        return {**lists, "clipped": self.clipped, "by_class": by_class}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Histogram":
        """Return the histogram that `to_dict` wrote."""
        by_class = {name: tuple(counts) for name, counts in values["by_class"].items()}
        return cls(
            counts=tuple(values["counts"]),
            edges=tuple(values["edges"]),
            labels=tuple(values["labels"]),
            clipped=values["clipped"],
            by_class=by_class,
            target_mean=tuple(values["target_mean"]),
        )


@dataclass(frozen=True)
class ColumnProfile:
    """One column, described.

    Attributes
    ----------
    schema : ColumnSchema
        Kind, missing, distinct, range, levels.
    histogram : Histogram or None
        None when all values are missing.
    quantiles : dict of str to float
        Of numbers and dates: "5%", "25%", "50%", "75%", "95%".
    mean, sd, skew : float or None
        Of numbers. `skew` is the third standardised moment.
    n_zero, n_negative : int
    n_outliers : int
        Numbers further than five robust standard deviations from the median.
    outlier_low, outlier_high : float or None
        Those limits.
    lengths : tuple of three int, or None
        Shortest, median and longest text, of words.
    longest_gap : (start, end), or None
        Of dates: the longest time without a row, as POSIX seconds.
    """

    schema: ColumnSchema
    histogram: Histogram | None
    quantiles: dict[str, float] = field(default_factory=dict)
    mean: float | None = None
    sd: float | None = None
    skew: float | None = None
    n_zero: int = 0
    n_negative: int = 0
    n_outliers: int = 0
    outlier_low: float | None = None
    outlier_high: float | None = None
    lengths: tuple[int, int, int] | None = None
    longest_gap: tuple[float, float] | None = None

    @property
    def name(self) -> str:
        """Name of the column."""
        return self.schema.name

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {
            **vars(self),
            "schema": self.schema.to_dict(),
            "histogram": self.histogram.to_dict() if self.histogram else None,
            "lengths": list(self.lengths) if self.lengths else None,
            "longest_gap": list(self.longest_gap) if self.longest_gap else None,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ColumnProfile":
        """Return the column that `to_dict` wrote."""
        histogram, lengths = values["histogram"], values["lengths"]
        gap = values.get("longest_gap")
        return cls(
            **{
                **values,
                "schema": ColumnSchema.from_dict(values["schema"]),
                "histogram": Histogram.from_dict(histogram) if histogram else None,
                "lengths": tuple(lengths) if lengths else None,
                "longest_gap": tuple(gap) if gap else None,
            }
        )


@dataclass(frozen=True)
class Associations:
    """How strongly columns go together, pair by pair.

    Attributes
    ----------
    names : tuple of n str
        The target last.
    values : tuple of n tuples of n floats
        Numbers and dates: Spearman's correlation, in [-1, 1]. A number and words:
        correlation ratio of ranks, in [0, 1]. Words: Cramér's V with bias
        correction, in [0, 1].
    n_rows : int
        Rows sampled for it.
    """

    names: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    n_rows: int

    def strongest(self, limit: int = 10) -> list[tuple[str, str, float]]:
        """Return the pairs of largest absolute value, each once."""
        pairs = [
            (one, two, self.values[i][j])
            for i, one in enumerate(self.names)
            for j, two in enumerate(self.names[:i])
        ]
        return sorted(pairs, key=lambda pair: -abs(pair[2]))[:limit]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        rows = [list(row) for row in self.values]
        return {"names": list(self.names), "values": rows, "n_rows": self.n_rows}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Associations":
        """Return the matrix that `to_dict` wrote."""
        rows = tuple(tuple(row) for row in values["values"])
        return cls(tuple(values["names"]), rows, values["n_rows"])


@dataclass(frozen=True)
class Relation:
    """How well one column alone predicts the target.

    Attributes
    ----------
    column : str
    metric : {"AUC", "R²"}
        AUC of classes (one against the rest, weighted by their rows, when there
        are several); R² of numbers. Both on rows held out in three folds.
    score : float
    low : float
        Lower end of the 95 % interval of an AUC; for R² the score itself.
    power : float, in [0, 1]
        Share of the way from the baseline (AUC 0.5, R² 0) to a perfect score.
    n_rows : int
        Rows sampled for it.
    bits : float or None
        Mutual information of the column and the target on these rows, both in at
        most about twenty groups; None where it was not asked for.
    """

    column: str
    metric: str
    score: float
    low: float
    power: float
    n_rows: int
    bits: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return dict(vars(self))


@dataclass(frozen=True)
class Profile:
    """The truth about one table.

    Attributes
    ----------
    n_rows, n_columns : int
    n_duplicates : int
        Rows that repeat an earlier row in every column.
    target : str or None
    task : {"binary", "multiclass", "regression"} or None
    columns : tuple of ColumnProfile
        In the order of the table.
    associations : Associations
    relation : tuple of Relation
        Best predictor first; empty without a target.
    findings : tuple of Finding
        Problems first, then warnings, then notes.
    quick_score : QuickScore or None
        What a quick model reaches, without columns that may leak the target.
    unusual : tuple of UnusualRow
        Rows of a sample that stand most alone, the worst first.
    missing : MissingPatterns
        Which values are missing together, and what their absence goes along with.
    """

    n_rows: int
    n_columns: int
    n_duplicates: int
    target: str | None
    task: Task | None
    columns: tuple[ColumnProfile, ...]
    associations: Associations
    relation: tuple[Relation, ...]
    findings: tuple[Finding, ...]
    quick_score: QuickScore | None = None
    unusual: tuple[UnusualRow, ...] = ()
    missing: MissingPatterns = field(default_factory=MissingPatterns)

    def __getitem__(self, name: str) -> ColumnProfile:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {
            **vars(self),
            "columns": [column.to_dict() for column in self.columns],
            "associations": self.associations.to_dict(),
            "relation": [item.to_dict() for item in self.relation],
            "findings": [finding.to_dict() for finding in self.findings],
            "quick_score": self.quick_score.to_dict() if self.quick_score else None,
            "unusual": [dict(vars(item)) for item in self.unusual],
            "missing": self.missing.to_dict(),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Profile":
        """Return the profile that `to_dict` wrote."""
        quick = values["quick_score"]
        return cls(
            **{
                **values,
                "quick_score": QuickScore.from_dict(quick) if quick else None,
                "unusual": tuple(UnusualRow(**item) for item in values["unusual"]),
                "missing": MissingPatterns.from_dict(values["missing"]),
                "columns": tuple(map(ColumnProfile.from_dict, values["columns"])),
                "associations": Associations.from_dict(values["associations"]),
                "relation": tuple(Relation(**item) for item in values["relation"]),
                "findings": tuple(map(Finding.from_dict, values["findings"])),
            }
        )
