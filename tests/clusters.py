"""A Dask cluster on this machine, for tests."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest


@contextmanager
def local_cluster() -> Iterator[Any]:
    """Give a cluster of two worker processes with one thread each.

    Workers run the main module anew, and a page under test may have taken its place.
    """
    dask = pytest.importorskip("dask")
    distributed = pytest.importorskip("distributed")
    patient = {
        "distributed.comm.timeouts.connect": "300s",
        "distributed.comm.timeouts.tcp": "300s",
        "distributed.deploy.lost-worker-timeout": "300s",
    }
    with pytest.MonkeyPatch.context() as patch, dask.config.set(patient):
        patch.setitem(sys.modules, "__main__", ModuleType("__main__"))
        with distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            memory_limit=None,
        ) as cluster:
            yield cluster
