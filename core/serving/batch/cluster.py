"""Where the pieces of a batch are answered: here, or on the workers of a Dask cluster.

Each worker gets the version's files once, checks them against the manifest that was
verified here, and answers pieces. What it says comes back in the order of the file;
this process alone keeps it in the log and writes it. Only so many pieces are under
way that memory stays flat, however large the file is.
"""

import threading
import uuid
from collections import deque
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, TypeVar

import pandas as pd

from core.errors import ServingError
from core.modeling.cluster import cluster_address, connect, count_places
from core.registry.copies import VersionCopy, copy_version, open_copy
from core.serving.batch.columns import BatchOptions, Scorer, Worked
from core.serving.overrides import Override
from core.serving.service import Service

Item = TypeVar("Item")
Answered = Generator[tuple[Item, pd.DataFrame], None, None]

_LOOK_S: Final = 1.0
_TRIES: Final = 3
_MOST_UNDER_WAY: Final = 32
_GRAPH_LIMIT: Final = "distributed.admin.large-graph-warning-threshold"


@dataclass(frozen=True)
class Parcel:
    """What a worker needs to answer the pieces of one batch.

    Attributes
    ----------
    token : str
        Names the batch; parcels of one batch are equal.
    copy : VersionCopy
    options : BatchOptions
    overrides : tuple of Override
        In force when the batch began.
    """

    token: str
    copy: VersionCopy = field(compare=False)
    options: BatchOptions = field(compare=False)
    overrides: tuple[Override, ...] = field(compare=False)


def answer_all(
    scorer: Scorer, pieces: Iterable[tuple[Item, pd.DataFrame]]
) -> Answered[Item]:
    """Answer tables one after another, on the cluster of the settings if there is one.

    Parameters
    ----------
    scorer : Scorer
    pieces : iterable of (item, DataFrame)
        The item is anything that the caller wants back beside the answers.

    Yields
    ------
    item : as given
    answers : DataFrame
        What `Scorer.answer` returns; in the order of the pieces.

    Raises
    ------
    ModelingError
        The scheduler does not answer, has no workers, or Dask is not installed.
    ServingError
        The cluster was lost while it worked.
    RegistryError
        A worker has other libraries than the version was saved with.
    """
    address = cluster_address()
    if address is None:
        yield from answer_here(scorer, pieces)
    else:
        yield from _answer_there(scorer, pieces, address)


def answer_here(
    scorer: Scorer, pieces: Iterable[tuple[Item, pd.DataFrame]]
) -> Answered[Item]:
    """Answer tables one after another in this process; see `answer_all`."""
    for item, frame in pieces:
        yield item, scorer.answer(frame)


def _answer_there(
    scorer: Scorer, pieces: Iterable[tuple[Item, pd.DataFrame]], address: str
) -> Answered[Item]:
    line = _Line(scorer, address)
    under_way: deque[tuple[Item, pd.DataFrame, Any]] = deque()

    def first() -> tuple[Item, pd.DataFrame]:
        item, frame, future = under_way.popleft()
        return item, scorer.told(frame, line.wait(future, frame))

    try:
        for item, frame in pieces:
            under_way.append((item, frame, line.submit(frame)))
            if len(under_way) >= line.n_most:
                yield first()
        while under_way:
            yield first()
    finally:
        line.close()


class _Line:
    """The way to the workers and back."""

    def __init__(self, scorer: Scorer, address: str) -> None:
        self._contents = Parcel(
            f"rondo-batch-{uuid.uuid4().hex}",
            copy_version(scorer.service.version),
            scorer.options,
            tuple(scorer.ruled.overrides),
        )
        self._client = connect(address)
        try:
            # Two for each place, so that none waits while the next piece is read.
            places = count_places(self._client, address)
            self.n_most = min(2 * places, _MOST_UNDER_WAY)
            self._parcel = self._scatter()
        except BaseException:
            self._client.close()
            raise

    def _scatter(self) -> Any:
        """Give the parcel to all workers, under a name that none has forgotten yet."""
        return self._client.scatter(self._contents, broadcast=True, hash=False)

    def submit(self, frame: pd.DataFrame) -> Any:
        """Hand a piece over; another worker takes it when the first one dies."""
        import dask
        from distributed.client import ClosedClientError

        # A piece goes with its call, so that it is not lost with a worker: of wide
        # tables that is more than Dask thinks usual.
        with dask.config.set({_GRAPH_LIMIT: "1GB"}):
            try:
                return self._client.submit(
                    work_on_worker, self._parcel, frame, pure=False
                )
            except (OSError, ClosedClientError) as error:
                raise _lost() from error

    def wait(self, future: Any, frame: pd.DataFrame) -> Worked:
        """Return what became of a piece; an error of Rondo's own comes through.

        One that was dropped together with a worker is handed over once more.
        """
        from distributed import CancelledError, KilledWorker

        try:
            for _ in range(_TRIES):
                try:
                    return self._result(future)
                except CancelledError:
                    self._check_workers()
                    if self._parcel.cancelled():
                        self._parcel = self._scatter()
                    future = self.submit(frame)
            return self._result(future)
        except (CancelledError, KilledWorker, OSError) as error:
            raise _lost() from error
        except ImportError as error:
            raise ServingError(
                f"A worker of the Dask cluster cannot import what it needs: {error}.",
                hint="Give the workers the same Rondo and the same libraries.",
            ) from error

    def _result(self, future: Any) -> Worked:
        is_done = threading.Event()
        future.add_done_callback(lambda _: is_done.set())
        while not is_done.wait(_LOOK_S):
            self._check_workers()
        worked: Worked = future.result()
        return worked

    def _check_workers(self) -> None:
        """Without workers a piece would wait for ever, and the version is gone."""
        if self._client.status != "running" or not self._client.nthreads():
            raise _lost()

    def close(self) -> None:
        """Leave the cluster; what is under way there is dropped."""
        self._client.close()


def _lost() -> ServingError:
    return ServingError(
        "The Dask cluster was lost while it answered the rows.",
        hint="See that its scheduler and workers run, then answer the file again; or "
        "take RONDO_DASK_SCHEDULER away to answer it on this machine.",
    )


_opening = threading.Lock()


def work_on_worker(parcel: Parcel, frame: pd.DataFrame) -> Worked:
    """Answer a piece on a worker of the cluster.

    Raises
    ------
    RegistryError
        The version cannot be opened there.
    ServingError, EvaluationError
        As `Scorer.work`.
    """
    with _opening:  # the threads of a worker open the version once
        scorer = _scorer(parcel)
    return scorer.work(frame)


@lru_cache(maxsize=2)
def _scorer(parcel: Parcel) -> Scorer:
    service = Service(open_copy(parcel.copy), lambda: parcel.overrides)
    return Scorer(service, None, parcel.options)
