"""Rondo: the pages and the API in one server.

Start it with ``streamlit run app.py`` or with ``uvicorn app:app``.
"""

import gc
import importlib
import logging
import secrets
import socket
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Mount

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:  # Streamlit puts only the router's folder there
    sys.path.insert(0, str(ROOT))

from pages.shared.server import LazyApi, SecurityHeaders, listening_sockets  # noqa: E402

log = logging.getLogger("rondo")
HEAVY = (
    "pandas",
    "plotly.graph_objects",
    "scipy.stats",
    "sklearn.ensemble",
    "sklearn.pipeline",
    "core.workspace",
    "core.plots.data",
    "core.plots.evaluation",
    "core.plots.monitoring",
    "core.plots.windows",
)


def warm_up() -> None:
    """Import what the pages will need, then exempt it from garbage collection.

    Streamlit collects all generations after every rerun. Frozen, the modules
    cost nothing there, and a rerun is three times faster.
    """
    for name in HEAVY:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def answer_at_once() -> None:
    """Switch Nagle's algorithm off; it adds 40 ms to every small answer."""
    for listener in listening_sockets():
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Warm up, mend what a killed server has left behind, look after what is live."""
    answer_at_once()
    ending = threading.Event()
    threading.Thread(
        target=_prepare, args=(ending,), daemon=True, name="warm-up"
    ).start()
    yield {}
    ending.set()
    api.close()


def _prepare(ending: threading.Event) -> None:
    warm_up()
    from core.workspace import open_workspace, recover
    from core.workspace.watching import start_watching

    recover(open_workspace())
    start_watching(open_workspace(), ending)


def report_fault(error: Exception) -> bool:
    """Log a fault of Rondo under a reference and show the person only that."""
    reference = secrets.token_hex(4)
    log.error("unhandled [%s]", reference, exc_info=error)
    st.error(
        f"What happened is in the server's log under **{reference}**. "
        "Nothing that was saved is lost: reload the page and try again.",
        title="This step met a fault in Rondo",
        icon=":material/error:",
    )
    return True


api = LazyApi()
app = st.App(
    ROOT / "pages" / "router.py",
    routes=[Mount("/api", app=api)],
    middleware=[Middleware(SecurityHeaders)],
    lifespan=lifespan,
    on_script_error=report_fault,
)
