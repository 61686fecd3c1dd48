"""A number measured on rows, with how much each row moves it."""

from dataclasses import dataclass

from core.modeling.metrics import Floats


@dataclass(frozen=True, eq=False)
class Measured:
    """A statistic and its influence values.

    Attributes
    ----------
    value : float
    influence : ndarray of shape (n_rows,)
        How strongly each row pulls the value, with mean zero: the value's standard
        error is ``influence.std() / sqrt(n_rows)``, and that of a difference between
        two models on the same rows follows from the difference of their influences.
    """

    value: float
    influence: Floats

    @property
    def standard_error(self) -> float:
        """Standard error over draws of the rows."""
        n_rows = len(self.influence)
        return float(self.influence.std(ddof=1) / n_rows**0.5) if n_rows > 1 else 0.0

    def minus(self, other: "Measured") -> "Measured":
        """Return the difference from another number measured on the same rows.

        Examples
        --------
        >>> import numpy as np
        >>> one = Measured(3.0, np.array([-1.0, 1.0]))
        >>> one.minus(one).standard_error
        0.0
        """
        return Measured(self.value - other.value, self.influence - other.influence)

    def correlation(self, other: "Measured") -> float:
        """Return the correlation of two numbers over draws of the same rows.

        Examples
        --------
        >>> import numpy as np
        >>> one = Measured(3.0, np.array([-1.0, 1.0]))
        >>> round(one.correlation(one), 3)
        1.0
        """
        spread = (self.influence**2).sum() * (other.influence**2).sum()
        common = float(self.influence @ other.influence)
        return common / float(spread) ** 0.5 if spread else 0.0
