"""Where candidates run when a Dask cluster is named: on its workers.

A worker gets the material once, keeps the matrices it makes in a folder of its own,
and sends back entry, model and output; the process that trains writes the checkpoint.
So no folder is shared, a killed run goes on from its finished candidates, and limits
and stop hold as they do in local processes. Joblib's Dask backend is not used: its
calls return together, and a run starts one candidate whenever a place is free.
"""

import tempfile
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Final

from core.errors import ModelingError
from core.modeling.checkpoint import Checkpoint
from core.modeling.entry import Candidate, Entry
from core.modeling.execution import Pool
from core.modeling.family import Interrupted
from core.modeling.fitting import fit_candidate
from core.modeling.material import Material
from core.modeling.metrics import Floats
from core.modeling.model import Model
from core.settings import get_settings

Outcome = tuple[Entry, Model | None, Floats | None]

_CONNECT_S: Final = 10.0
_ASK_S: Final = 0.5


def cluster_address() -> str | None:
    """Return the address of the Dask scheduler in the settings, or None."""
    return get_settings().dask_scheduler or None


def start_pool(
    material: Material, checkpoint: Checkpoint, n_jobs: int
) -> "Pool | Cluster":
    """Return where candidates run: the cluster of the settings, or local processes."""
    address = cluster_address()
    if address is None:
        return Pool(material, checkpoint, n_jobs)
    return Cluster(material, checkpoint, address)


def cluster_places(address: str) -> int:
    """Return how many candidates the cluster runs at a time: its workers' threads.

    Raises
    ------
    ModelingError
        It does not answer, has no workers, or Dask is not installed.
    """
    client = connect(address)
    try:
        return count_places(client, address)
    finally:
        client.close()


def connect(address: str) -> Any:
    """Return a client of the cluster; close it.

    Raises
    ------
    ModelingError
        It does not answer, or Dask is not installed.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ModelingError(
            "RONDO_DASK_SCHEDULER is set, and Dask is not installed.",
            hint="Install requirements-dask.txt, or take the setting away.",
        ) from error
    try:
        return Client(address, timeout=_CONNECT_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise ModelingError(
            f"The Dask scheduler at {address} does not answer.",
            hint="Start it, or correct or take away RONDO_DASK_SCHEDULER.",
        ) from error


def count_places(client: Any, address: str) -> int:
    """Return how many calls the cluster's workers take at a time.

    Raises
    ------
    ModelingError
        It has no workers.
    """
    places = sum(client.nthreads().values())
    if not places:
        raise ModelingError(
            f"The Dask scheduler at {address} has no workers.",
            hint="Start workers that can import Rondo, for example with dask worker.",
        )
    return int(places)


class Cluster:
    """Runs candidates on the workers of a Dask cluster; a `Runner`.

    Parameters
    ----------
    material : Material
    checkpoint : Checkpoint
    address : str
        Of the scheduler, such as "tcp://10.0.0.4:8786".
    """

    def __init__(
        self, material: Material, checkpoint: Checkpoint, address: str
    ) -> None:
        self._checkpoint = checkpoint
        self._client = connect(address)
        self._token = f"rondo-{uuid.uuid4().hex}"
        self._futures: dict[Any, Candidate] = {}
        self._done: SimpleQueue[Any] = SimpleQueue()
        try:
            self._n_places = count_places(self._client, address)
            self._stop = _event(self._token, self._client)
            self._material = self._client.scatter(material, broadcast=True)
        except BaseException:
            self._client.close()
            raise

    @property
    def ready(self) -> bool:
        """Whether a worker is there; it is, else this would not exist."""
        return True

    @property
    def running(self) -> tuple[Candidate, ...]:
        """Candidates whose result is not out yet."""
        return tuple(self._futures.values())

    @property
    def has_room(self) -> bool:
        """Whether a worker is free."""
        return len(self._futures) < self._n_places

    def submit(self, candidate: Candidate, limit_s: float) -> None:
        """Hand the candidate to the cluster."""
        future = self._client.submit(
            fit_on_worker, self._material, self._token, candidate, limit_s, pure=False
        )
        self._futures[future] = candidate
        future.add_done_callback(self._done.put)

    def poll(self, wait_s: float) -> list[Entry]:
        """Return results; a worker that died makes its candidate fail."""
        try:
            done = [self._done.get(timeout=wait_s)] if self._futures else []
        except Empty:
            return []
        while not self._done.empty():
            done.append(self._done.get())
        ordered = sorted(done, key=lambda future: self._futures[future].index)
        return [self._take(future) for future in ordered]

    def _take(self, future: Any) -> Entry:
        from distributed import CancelledError, KilledWorker

        candidate = self._futures.pop(future)
        try:
            entry, model, output = future.result()
        except (KilledWorker, CancelledError, Interrupted, OSError) as error:
            failed = Entry(
                candidate.name, candidate.family, candidate.index,
                dict(candidate.params), state="failed",
                message=f"Its worker was lost ({type(error).__name__}).",
            )  # fmt: skip
            return self._checkpoint.write(failed, None, None)
        return self._checkpoint.write(entry, model, output)

    def close(self) -> None:
        """Let candidates at work end within a second, and leave the cluster."""
        self._stop.set()
        self._client.cancel(list(self._futures), force=True)
        self._client.close()


def fit_on_worker(
    material: Material, token: str, candidate: Candidate, limit_s: float
) -> Outcome:
    """Fit one candidate on a worker of the cluster; nothing is left there but a cache.

    Parameters
    ----------
    material : Material
    token : str
        Of the run; an event of this name says stop.
    candidate : Candidate
    limit_s : float

    Returns
    -------
    entry, model, output
        The last two are None when the candidate came to nothing.
    """
    own = replace(material, directory=Path(_folder(token).name))
    with tempfile.TemporaryDirectory(prefix="rondo-") as name:
        store = Checkpoint(Path(name))
        entry = fit_candidate(own, store, candidate, limit_s, _stop_asked(token))
        if entry.state != "done":
            return entry, None, None
        return entry, store.model(entry.index), store.output(entry.index)


@lru_cache(maxsize=2)
def _folder(token: str) -> "tempfile.TemporaryDirectory[str]":
    """Return this process's folder for the matrices of a run.

    It goes when the process ends, or when two newer runs have come.
    """
    del token
    return tempfile.TemporaryDirectory(prefix="rondo-matrices-")


def _event(name: str, client: Any) -> Any:
    from distributed import Event

    return Event(name, client=client)  # type: ignore[no-untyped-call]


def _stop_asked(token: str) -> Callable[[], bool]:
    """Return what asks the cluster, at most twice a second, whether to stop.

    A scheduler that is too busy to answer has not asked to stop: a fit goes on rather
    than being lost with the question.
    """
    last, stop = monotonic(), False

    def asked() -> bool:
        nonlocal last, stop
        if not stop and monotonic() - last > _ASK_S:
            stop = _is_set(token)
            last = monotonic()
        return stop

    return asked


def _is_set(token: str) -> bool:
    from distributed import get_client

    try:
        return bool(_event(token, get_client()).is_set())
    except OSError:  # no connection, or no answer in time
        return False
