"""What a comparison of two windows says: records, the sentence and the findings."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.data.frames import ColumnKind
from core.findings import Finding
from core.monitoring.decision import MIN_ROWS
from core.monitoring.dependence import DependenceChange, PairChange
from core.monitoring.distribution import Distribution
from core.monitoring.domain import DomainChange
from core.monitoring.two_sample import Evidence
from core.monitoring.wording import describe_evidence, name_some
from core.wording import counted


@dataclass(frozen=True)
class ColumnDrift:
    """What has happened to one column.

    Attributes
    ----------
    name : str
    kind : ColumnKind
    p_value : float
        The smallest of its tests' p-values times their number.
    effect : float
        Size of the change in standard deviations of shift.
    changed, drifted : bool
        Beyond chance; and large enough to matter besides.
    evidence : tuple of Evidence
        Its tests, surest first.
    psi, jensen_shannon : float
    wasserstein : float or None
        In standard deviations of the reference; None for categories.
    distribution : Distribution
    """

    name: str
    kind: ColumnKind
    p_value: float
    effect: float
    changed: bool
    drifted: bool
    evidence: tuple[Evidence, ...]
    psi: float
    jensen_shannon: float
    wasserstein: float | None
    distribution: Distribution

    @property
    def distance(self) -> float:
        """The distance that decides: the effect."""
        return self.effect

    @property
    def reason(self) -> str:
        """What the surest test saw, in words."""
        return describe_evidence(self.evidence[0], self.distribution)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ColumnDrift":
        """Return the column of a report's `to_dict`."""
        evidence = tuple(
            Evidence(**{**each, "components": tuple(each["components"])})
            for each in values["evidence"]
        )
        seen = Distribution.from_dict(values["distribution"])
        return cls(**{**values, "evidence": evidence, "distribution": seen})


@dataclass(frozen=True)
class MultivariateDrift:
    """What has happened to the columns together.

    Attributes
    ----------
    dependence : DependenceChange
    dependence_changed, dependence_drifted : bool
    domain : DomainChange or None
        None when either side has fewer than 200 rows.
    domain_changed, domain_drifted : bool
    """

    dependence: DependenceChange
    dependence_changed: bool
    dependence_drifted: bool
    domain: DomainChange | None
    domain_changed: bool
    domain_drifted: bool

    @property
    def drifted(self) -> bool:
        """Whether either joint test found drift."""
        return self.dependence_drifted or self.domain_drifted

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "MultivariateDrift":
        """Return the record of a report's `to_dict`."""
        pairs = tuple(
            PairChange(**{**each, "columns": tuple(each["columns"])})
            for each in values["dependence"]["pairs"]
        )
        dependence = DependenceChange(**{**values["dependence"], "pairs": pairs})
        seen = values["domain"]
        domain = None if seen is None else DomainChange(**seen)
        return cls(**{**values, "dependence": dependence, "domain": domain})


@dataclass(frozen=True)
class DriftReport:
    """One window against the reference.

    Attributes
    ----------
    columns : mapping of column name to ColumnDrift
        In the reference's order; those that both windows have.
    multivariate : MultivariateDrift
    n_reference, n_current : int
        Rows on both sides.
    enough : bool
        Whether both sides have at least 50 rows; without, nothing is judged.
    n_needed : int or None
        Rows of a window that would show an effect of this size four times in five;
        None when the reference itself has too few rows for that.
    alpha, effect : float
        The two limits of the decision.
    """

    columns: Mapping[str, ColumnDrift]
    multivariate: MultivariateDrift
    n_reference: int
    n_current: int
    enough: bool
    n_needed: int | None
    alpha: float
    effect: float

    @property
    def drifted(self) -> bool:
        """Whether any column, or the columns together, have drifted."""
        return bool(self.drifted_names) or self.multivariate.drifted

    @property
    def ranked(self) -> tuple[ColumnDrift, ...]:
        """Columns: drifted first, then changed, then the rest, largest effect first."""
        return tuple(
            sorted(
                self.columns.values(),
                key=lambda c: (not c.drifted, not c.changed, -c.effect, c.p_value),
            )
        )

    @property
    def drifted_names(self) -> tuple[str, ...]:
        """Names of the columns that have drifted, largest effect first."""
        return tuple(column.name for column in self.ranked if column.drifted)

    @property
    def _moved(self) -> set[str]:
        return set(self.drifted_names)

    @property
    def changed_names(self) -> tuple[str, ...]:
        """Names of the columns that have changed a little, without drifting."""
        return tuple(c.name for c in self.ranked if c.changed and not c.drifted)

    @property
    def sentence(self) -> str:
        """The verdict in one sentence; names stand in it as they are."""
        if not self.enough:
            return self._too_few()
        n_drifted, n_columns = len(self.drifted_names), len(self.columns)
        rows = counted("row", self.n_current)
        if n_drifted:
            verb = "has" if n_drifted == 1 else "have"
            head = f"{n_drifted} of {n_columns} columns {verb} drifted over {rows}"
            return f"{head}: {name_some(self.drifted_names)}."
        if self.multivariate.drifted:
            return (
                f"No column alone has drifted over {rows}, but the columns no longer "
                "go together as they did."
            )
        if self.changed_names:
            changed = name_some(self.changed_names)
            return f"No drift over {rows}; small changes only, in {changed}."
        return f"No drift in {n_columns} columns over {rows}."

    def _too_few(self) -> str:
        small = self.n_current < self.n_reference
        side = "The window has" if small else "The training rows are only"
        n_rows = min(self.n_current, self.n_reference)
        said = f"{side} {counted('row', n_rows)}, too few to say: at least {MIN_ROWS}"
        if self.n_needed is None or self.n_needed <= MIN_ROWS:
            return f"{said} are compared."
        return (
            f"{said} are compared, and about {self.n_needed:,} show even a small shift "
            f"({self.effect:g} standard deviations)."
        )

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What a person should look at, most serious first."""
        return (*self._column_findings(), *self._joint_findings())

    def _column_findings(self) -> tuple[Finding, ...]:
        if not self.enough:
            return (
                Finding(
                    code="MONITOR-010",
                    severity="note",
                    title="Too few rows to say",
                    evidence=self.sentence,
                    advice="Wait for more rows, or choose a longer window.",
                ),
            )
        return tuple(
            Finding(
                code="MONITOR-011",
                severity="warning",
                title="A column has drifted",
                evidence=(
                    f"{column.name}: {column.reason} (effect {column.effect:.2f} over "
                    f"{self.n_current:,} rows)."
                ),
                advice=(
                    "Look at then against now. If the change is real, retrain with "
                    "newer rows; if not, mend what delivers the column."
                ),
                columns=(column.name,),
            )
            for column in self.ranked
            if column.drifted
        )

    def _joint_findings(self) -> tuple[Finding, ...]:
        """Return what no column alone explains; the rest would say the same twice."""
        found, joint = [], self.multivariate
        unexplained = [
            pair
            for pair in joint.dependence.pairs
            if joint.dependence_drifted
            and pair.p_value <= self.alpha
            and not set(pair.columns) & self._moved
        ]
        if unexplained and unexplained[0].effect >= self.effect:
            pair = unexplained[0]
            found.append(
                Finding(
                    code="MONITOR-012",
                    severity="warning",
                    title="Two columns no longer move together as they did",
                    evidence=(
                        f"Correlation of {pair.first} and {pair.second}: "
                        f"{pair.before:.2f} before, {pair.after:.2f} now."
                    ),
                    advice="Check how both are recorded; a model may rely on the pair.",
                    columns=tuple(dict.fromkeys(pair.columns)),
                )
            )
        if joint.domain is not None and joint.domain_drifted and not self._moved:
            found.append(
                Finding(
                    code="MONITOR-013",
                    severity="warning",
                    title="New rows can be told from the training rows",
                    evidence=(
                        f"A classifier tells them apart with an AUC of "
                        f"{joint.domain.auc:.2f}; 0.50 would be no difference."
                    ),
                    advice=(
                        "No column has drifted alone: look at pairs of columns, and at "
                        "where these rows come from."
                    ),
                )
            )
        return tuple(found)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON-ready values."""
        columns = {name: asdict(column) for name, column in self.columns.items()}
        joint = asdict(self.multivariate)
        return {**vars(self), "columns": columns, "multivariate": joint}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "DriftReport":
        """Return the report that `to_dict` wrote."""
        columns = {
            name: ColumnDrift.from_dict(each)
            for name, each in values["columns"].items()
        }
        joint = MultivariateDrift.from_dict(values["multivariate"])
        return cls(**{**values, "columns": columns, "multivariate": joint})
