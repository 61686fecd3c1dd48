"""The skops bundle: scikit-learn's own estimators, in files that run no code."""

import importlib
from typing import Any, Final

from core.deployment.core_files import Answers, Files, Rows, core_files
from core.deployment.embedded import readme
from core.deployment.estimators import Described, refuse_rows, seen_codes
from core.deployment.extras import need
from core.deployment.locked import locked
from core.deployment.model_files import Part, describe_version, model_files
from core.errors import DeploymentError
from core.modeling.estimators import RescaledRegressor
from core.registry import ModelVersion

_ALWAYS: Final = ("skops", "scikit-learn")
_README: Final = """
## The estimators

`model/*.skops` are scikit-learn's (or LightGBM's) own objects, for audits and for
programs that go on with them. Loading one runs no code: types that are neither known
to skops nor on the list in `model_runtime/fitted.py` are refused. They take rows that
are encoded already, as `model_runtime.columns.encode` makes them:

```python
from skops.io import load
from model_runtime.fitted import TRUSTED

load("model/estimator-0.skops", trusted=list(TRUSTED))
```
"""


class FittedParts:
    """Describes estimators as objects in files, and keeps the files.

    Attributes
    ----------
    parts : dict of str to Part
    """

    def __init__(self, libraries: dict[str, str]) -> None:
        self.parts: dict[str, Part] = {}
        self._libraries = libraries

    def describe(self, estimator: Any, n_outputs: int) -> Described:
        """Return where an estimator lies, and how it is asked.

        Raises
        ------
        DeploymentError
            It holds rows, or types that are not on the list.
        """
        refuse_rows(estimator)
        if isinstance(estimator, RescaledRegressor):
            return {
                "kind": "rescaled",
                "inner": self.describe(estimator.estimator, 1),
                "offset": float(estimator.offset),
                "scale": float(estimator.scale),
                "log": bool(estimator.log),
            }
        name = f"estimator-{len(self.parts)}"
        payload = _checked(estimator)
        self.parts[name] = Part(f"{name}.skops", payload, "fitted", self._libraries)
        return {
            "kind": "fitted",
            "fitted": {"part": name},
            "shares": n_outputs > 1,
            **seen_codes(estimator, n_outputs),
        }


def skops_files(version: ModelVersion, rows: Rows, answers: Answers) -> Files:
    """Return the files of the bundle.

    Raises
    ------
    DeploymentError
        skops is not installed, or an estimator cannot be written.
    """
    need("skops")
    needs = skops_needs(version)
    libraries = {name: locked([name])[name] for name in needs if name != "skops"}
    fitted = FittedParts(libraries)
    described = describe_version(version, fitted.describe)
    model = model_files(described, fitted.parts)
    files = core_files(version, rows, answers, model=model, needs=needs)
    return {**files, "README.md": (readme(version, needs) + _README).encode()}


def skops_needs(version: ModelVersion) -> tuple[str, ...]:
    """Return the libraries that the estimators of a version need."""
    kinds = {
        type(getattr(pipeline[-1], "estimator", pipeline[-1]) or pipeline[-1])
        for _, pipeline in version.model.members
    }
    boosted = any(kind.__module__.startswith("lightgbm") for kind in kinds)
    return (*_ALWAYS, "lightgbm") if boosted else _ALWAYS


def _checked(estimator: Any) -> bytes:
    """Return an estimator's file, unless it names a type that is not on the list."""
    skops = importlib.import_module("skops.io")
    trusted = importlib.import_module("core.deployment.runtime.fitted").TRUSTED
    payload: bytes = skops.dumps(estimator)
    unknown = sorted(set(skops.get_untrusted_types(data=payload)) - set(trusted))
    if unknown:
        raise DeploymentError(
            f"{type(estimator).__name__} holds {unknown[0]}, which is not on the list "
            "of types that may be loaded.",
            hint="Take the embedded bundle, which holds numbers alone.",
        )
    return payload
