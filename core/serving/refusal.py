"""A call that cannot be answered, with the HTTP status that says why."""

from core.errors import ServingError


class RefusedError(ServingError):
    """A call that cannot be answered.

    Attributes
    ----------
    status : int
        HTTP status, 400 to 599.

    Examples
    --------
    >>> RefusedError("There is no project.", hint="Make one.", status=404).status
    404
    """

    def __init__(self, message: str, *, hint: str, status: int = 400) -> None:
        super().__init__(message, hint=hint)
        self.status = status
