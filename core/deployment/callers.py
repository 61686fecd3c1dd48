"""Clients that call a server as fast as it answers, and cost little themselves.

All of them live in one thread that waits on their connections, so that a server on
the same machine is slowed down by its clients as little as may be: a call costs them
some 20 microseconds, a hundredth of an event loop's with a task for each client.
"""

import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

ANSWER_S: Final = 30.0
"""A call that takes longer has failed, and its client gives up."""
FAILED: Final = -1.0
"""Stands for the time of a call that failed."""
_PIECE: Final = 1 << 16
_LOOK_S: Final = 0.5
_HEAD_END: Final = b"\r\n\r\n"


def post_request(path: str, body: bytes, kind: str = "application/json") -> bytes:
    r"""Write a POST request that keeps the connection.

    Examples
    --------
    >>> post_request("/predict", b"{}").splitlines()[0]
    b'POST /predict HTTP/1.1'
    """
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def call_for(
    port: int,
    requests: Sequence[bytes],
    n_clients: int,
    seconds: float,
    *,
    most_calls: int | None = None,
    pause_s: float = 0.0,
) -> list[float]:
    """Let clients call a server of this machine, each on a connection of its own.

    Parameters
    ----------
    port : int
        On 127.0.0.1.
    requests : sequence of bytes
        Whole HTTP requests, such as `post_request` writes; each client sends them in
        turn, beginning at another one.
    n_clients : int
    seconds : float
        No call is begun after this time.
    most_calls : int or None
        Nor after so many calls of all clients together.
    pause_s : float, default=0
        Time between an answer and the client's next call.

    Returns
    -------
    list of float
        Milliseconds of each call, in the order of the answers; `FAILED` for one that
        was not answered with status 200.
    """
    with selectors.DefaultSelector() as selector:
        crowd = _Crowd(selector, requests, time.perf_counter() + seconds, pause_s)
        crowd.left = most_calls
        for place in range(n_clients):
            crowd.join(port, place)
        while crowd.n_open:
            crowd.step()
        return crowd.found


@dataclass
class _Client:
    """One connection, and the call that is under way on it."""

    connection: socket.socket
    turn: int
    began: float = 0.0
    next_at: float | None = None
    answer: bytearray = field(default_factory=bytearray)
    whole: int | None = None


@dataclass
class _Crowd:
    """All clients, and what they have found so far."""

    selector: selectors.BaseSelector
    requests: Sequence[bytes]
    until: float
    pause_s: float
    left: int | None = None
    clients: list[_Client] = field(default_factory=list)
    found: list[float] = field(default_factory=list)

    @property
    def n_open(self) -> int:
        return len(self.clients)

    def join(self, port: int, place: int) -> None:
        try:
            connection = socket.create_connection(("127.0.0.1", port), ANSWER_S)
        except OSError:
            self.found.append(FAILED)
            return
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client = _Client(connection, place)
        self.clients.append(client)
        self.selector.register(connection, selectors.EVENT_READ, client)
        self._call(client)

    def step(self) -> None:
        """Read what has come, and begin the calls whose time it is."""
        for key, _ in self.selector.select(self._patience()):
            self._read(key.data)
        now = time.perf_counter()
        for client in [c for c in self.clients if c.next_at is not None]:
            if client.next_at is not None and client.next_at <= now:
                self._call(client)
        late = [
            c for c in self.clients if c.next_at is None and now - c.began > ANSWER_S
        ]
        for client in late:
            self._lose(client)

    def _patience(self) -> float:
        waiting = [c.next_at for c in self.clients if c.next_at is not None]
        if not self.pause_s or not waiting:
            return _LOOK_S
        return min(_LOOK_S, max(0.0, min(waiting) - time.perf_counter()))

    def _call(self, client: _Client) -> None:
        client.began, client.next_at, client.whole = time.perf_counter(), None, None
        client.answer.clear()
        if client.began >= self.until or self.left == 0:
            self._leave(client)
            return
        if self.left is not None:
            self.left -= 1
        request = self.requests[client.turn % len(self.requests)]
        client.turn += 1
        try:
            client.connection.sendall(request)
        except OSError:
            self._lose(client)

    def _read(self, client: _Client) -> None:
        try:
            piece = client.connection.recv(_PIECE)
        except OSError:
            piece = b""
        if not piece:
            self._lose(client)
            return
        client.answer += piece
        if client.whole is None:
            client.whole = _length(client.answer)
        if client.whole is None or len(client.answer) < client.whole:
            return
        now = time.perf_counter()
        good = client.answer.startswith(b"HTTP/1.1 200")
        self.found.append((now - client.began) * 1000 if good else FAILED)
        if self.pause_s:
            client.next_at = now + self.pause_s
        else:
            self._call(client)

    def _lose(self, client: _Client) -> None:
        """Count the call as failed; its connection is of no more use."""
        self.found.append(FAILED)
        self._leave(client)

    def _leave(self, client: _Client) -> None:
        self.selector.unregister(client.connection)
        client.connection.close()
        self.clients.remove(client)


def _length(answer: bytearray) -> int | None:
    """Return the bytes of a whole answer, once its head is there."""
    end = answer.find(_HEAD_END)
    if end < 0:
        return None
    head = bytes(answer[:end]).lower()
    told = head.partition(b"content-length:")[2].partition(b"\r\n")[0].strip()
    return end + len(_HEAD_END) + (int(told) if told.isdigit() else 0)


def free_port() -> int:
    """Return a port of this machine that nobody listens on just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
