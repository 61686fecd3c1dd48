"""The API as a server of its own, without the pages: ``python -m core.serving``."""

import gc
import os
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from core.modeling.threads import ONE_THREAD
from core.registry import Registry
from core.serving.api import create_api
from core.serving.log import PredictionLog
from core.serving.metrics import MULTIPROCESS
from core.settings import get_settings
from core.storage import open_database

GRACE_S: Final = 25
"""Time that running calls have to end; orchestrators kill after 30 s."""


def create_server() -> Starlette:
    """Make the application of one worker, its live versions loaded.

    The addresses are those of the pages' server: all begin with ``/api``.

    Raises
    ------
    StorageError
        The home or its database cannot be opened.
    """
    settings = get_settings()
    database = open_database(settings)
    registry = Registry.of(settings, database)
    log = PredictionLog.of(settings, database)
    api = create_api(registry, log, settings)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        api.state.live.load_champions()
        gc.collect()
        gc.freeze()  # what is loaded now stays; collections need not look at it
        ending = threading.Event()
        watch = threading.Thread(target=log.losses.watch, args=(ending,), daemon=True)
        watch.start()
        yield
        ending.set()
        log.close()
        api.state.ledger.flush()  # a signal ends the process without atexit
        watch.join()
        database.close()

    return Starlette(routes=[Mount("/api", app=api)], lifespan=lifespan)


def serve(host: str, port: int, workers: int) -> None:
    """Answer calls until the process is ended; a worker that dies is replaced.

    Parameters
    ----------
    host : str
        Address to listen on, such as 127.0.0.1.
    port : int
    workers : int
        Processes; one for each core is a fair number.
    """
    # For single rows more native threads only get in their way.
    os.environ.update({**ONE_THREAD, **os.environ})
    with _shared_metrics() if workers > 1 else nullcontext():
        uvicorn.run(
            "core.serving.alone:create_server",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=GRACE_S,
        )


@contextmanager
def _shared_metrics() -> Iterator[None]:
    """Give workers a folder where each counts and any of them adds up."""
    with tempfile.TemporaryDirectory(prefix="rondo-metrics-") as folder:
        os.environ.setdefault(MULTIPROCESS, folder)
        yield
