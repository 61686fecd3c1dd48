"""What can go wrong for a reason that a person can act on.

The tree::

    RondoError
    ├── DataError         a table, a column or a recipe is not what it must be
    │   └── SchemaError   rows do not fit the columns a model was trained on
    ├── ModelingError     no model can be trained from what was given
    ├── EvaluationError   a number cannot be computed on these rows
    ├── RegistryError     a version is missing, changed or not trusted
    ├── DeploymentError   a version cannot be carried away in the form asked for
    ├── ServingError      a prediction or an outcome cannot be taken
    ├── MonitoringError   windows cannot be compared
    ├── StorageError      something cannot be read from or written to disk
    └── WorkspaceError    a project, a cycle or a step of it is missing
        └── JobError      a job cannot be started, found or stopped

Only a `RondoError` is shown to a person as a message. Any other exception is a
bug in Rondo and must surface.
"""

from collections.abc import Sequence


class RondoError(Exception):
    """Base class: what went wrong, and what to do about it.

    Parameters
    ----------
    message : str
        What was found, in one sentence that names the thing.
    hint : str
        The next step, as something the person can do.

    Examples
    --------
    >>> try:
    ...     raise DataError("The file is empty.", hint="Choose another file.")
    ... except RondoError as error:
    ...     print(error.message, error.hint)
    The file is empty. Choose another file.
    """

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """Let the error cross a process border with its hint."""
        return (_rebuild, (type(self), self.message, self.hint, self.__dict__))

    def __str__(self) -> str:
        return f"{self.message} {self.hint}"


def _rebuild(
    kind: type[RondoError], message: str, hint: str, state: dict[str, object]
) -> RondoError:
    error = kind(message, hint=hint)
    error.__dict__.update(state)
    return error


class DataError(RondoError):
    """A table, a column or a recipe is not what it must be."""


class SchemaError(DataError):
    """Rows do not fit the columns a model was trained on.

    Attributes
    ----------
    problems : tuple of dict
        One for each cell refused: ``row`` (position), ``column``, ``value`` and
        ``allowed`` (in words).
    """

    def __init__(
        self, message: str, *, hint: str, problems: Sequence[dict[str, object]] = ()
    ) -> None:
        super().__init__(message, hint=hint)
        self.problems = tuple(problems)


class ModelingError(RondoError):
    """No model can be trained from what was given."""


class EvaluationError(RondoError):
    """A number cannot be computed on these rows."""


class RegistryError(RondoError):
    """A version is missing, changed or not trusted."""


class DeploymentError(RondoError):
    """A version cannot be carried away in the form that was asked for."""


class ServingError(RondoError):
    """A prediction or an outcome cannot be taken."""


class MonitoringError(RondoError):
    """Windows cannot be compared."""


class StorageError(RondoError):
    """Something cannot be read from or written to disk."""


class WorkspaceError(RondoError):
    """A project, a cycle or a step of it is missing."""


class JobError(WorkspaceError):
    """A job cannot be started, found or stopped."""
