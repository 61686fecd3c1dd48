"""Estimators of scikit-learn from files that run no code; only here skops is needed."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from skops.io import get_untrusted_types, loads

TRUSTED = (
    "collections.OrderedDict",
    "collections.defaultdict",
    "lightgbm.basic.Booster",
    "lightgbm.sklearn.LGBMClassifier",
    "lightgbm.sklearn.LGBMRegressor",
    "numpy.dtype",
    "sklearn._loss.link.Interval",
    "sklearn._loss.link.LogitLink",
    "sklearn._loss.link.IdentityLink",
    "sklearn._loss.link.MultinomialLogit",
    "sklearn._loss.loss.HalfBinomialLoss",
    "sklearn._loss.loss.HalfMultinomialLoss",
    "sklearn._loss.loss.HalfSquaredError",
    "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.tree._tree.Tree",
)
"""Beside what skops trusts by itself; a file that names another type is refused."""
_PARTS_THAT_MATTER = 2


def read(payload: bytes, part: Mapping[str, Any]) -> Any:
    """Return the estimator of a file.

    Raises
    ------
    ValueError
        A library is of another release than when it was written, or the file names a
        type that is not on the list.
    """
    for library, then in part["libraries"].items():
        now = version(library)
        if _head(then) != _head(now):
            raise ValueError(
                f"The model was written with {library} {then}, and here is {now}: "
                f"install {library}=={then}."
            )
    unknown = set(get_untrusted_types(data=payload)) - set(TRUSTED)
    if unknown:
        raise ValueError(f"A file names {sorted(unknown)[0]}, which is not trusted.")
    return loads(payload, trusted=sorted(TRUSTED))


def _head(number: str) -> list[str]:
    return number.split(".")[:_PARTS_THAT_MATTER]
