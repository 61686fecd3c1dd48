"""One native thread for small sums: waiting threads cost more than they help.

On a busy machine they wait for one another a hundred times as long as the work takes.
"""

from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any, Final

from threadpoolctl import ThreadpoolController

ONE_THREAD: Final = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)
"""The environment of a process whose libraries keep to one native thread."""


def one_thread(user_api: str | None = None) -> AbstractContextManager[Any]:
    """Keep numeric libraries to one native thread; what is loaded is looked up once.

    Parameters
    ----------
    user_api : {"openmp", "blas"} or None
        Only libraries of this kind; all when None.
    """
    limited: AbstractContextManager[Any] = _libraries().limit(
        limits=1, user_api=user_api
    )
    return limited


@lru_cache(maxsize=1)
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()
