"""One native thread for small sums: waiting threads cost more than they help."""

from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any

from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[Any]:
    """Keep numeric libraries to one native thread; what is loaded is looked up once."""
    limited: AbstractContextManager[Any] = _libraries().limit(limits=1)
    return limited


@lru_cache(maxsize=1)
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()
