"""Calls made up from the API's own description; none may end in a fault (5xx).

    python -m benchmarks.fuzz                      3,000 calls, under a minute
    python -m benchmarks.fuzz --requests 20000     the goal, some minutes
    python -m benchmarks.fuzz --seed 7             other calls

Three kinds of calls take turns: schemathesis makes up what fits the description and
what breaks it, of one project at its real address and of the whole API; and bodies
are damaged that a version could answer (JSON, CSV, Arrow; NaN, deep nesting, other
content types, bytes at random). Each goes as an ASGI message to Rondo in this process,
with a version of a small model live, so that nothing is spent on sockets. A call that
raises, or is not answered within a minute, counts as a fault, too. It needs
requirements-dev.txt.
"""

import argparse
import asyncio
import json
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import unquote, urlsplit

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode

from benchmarks.damaged import JSON, PROJECT, Call, as_bytes, damaged_calls
from core.data import churn_sample
from core.modeling import train
from core.registry import Registry
from core.serving import PredictionLog
from core.serving.api import create_api
from core.settings import Settings
from core.storage import open_database

ROUND: Final = 100
"""Calls that one kind of calls makes at its turn."""
LONGEST_S: Final = 60.0


@dataclass
class Fuzz:
    """Sends calls to the application, and counts what became of them."""

    app: Any
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    seen: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest_s: float = 0.0

    def send(self, call: Call) -> None:
        """Send a call and note its answer."""
        start = time.monotonic()
        waited = asyncio.wait_for(answer_of(self.app, call), LONGEST_S)
        try:
            status, said = self.loop.run_until_complete(waited)
        except Exception:  # noqa: BLE001  what a call raises is what is looked for
            status, said = 599, traceback.format_exc().encode()[-2_000:]
        self.seen[status] += 1
        self.slowest_s = max(self.slowest_s, time.monotonic() - start)
        if status >= 500:
            told = said.decode(errors="replace")
            shown = repr(call.body[:400])
            self.faults.append(
                f"{call.method} {call.url} {call.headers}\n{shown}\n{status} {told}"
            )


async def answer_of(app: Any, call: Call) -> tuple[int, bytes]:
    """Put a call to an ASGI application; return status and body of the answer."""
    parts = urlsplit(call.url)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": call.method,
        "scheme": "http",
        "path": unquote(parts.path),
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(b"host", b"localhost"), *call.headers],
        "client": ("127.0.0.1", 50_000),
        "server": ("localhost", 8000),
    }
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": call.body}]
    status, said = 0, bytearray()

    async def receive() -> dict[str, Any]:
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)
        said.extend(message.get("body", b""))

    await app(scope, receive, send)
    return status, bytes(said)


def make_app(home: Path) -> tuple[Any, dict[str, Any]]:
    """Return the API with one version live, and a row that it answers."""
    place = Settings(home=home / "workspace", models=home / "models", api_key="fuzz")
    database = open_database(place)
    registry = Registry.of(place, database)
    sample = churn_sample(0)
    run = train(sample.table, sample.target, budget_s=5, families=("linear",), n_jobs=1)
    registry.add(PROJECT, run.champion, who="fuzz", reference=sample.table)
    registry.set_alias(PROJECT, "champion", 1, who="fuzz")
    row = sample.table.drop(columns=sample.target).iloc[0]
    return create_api(registry, PredictionLog(database), place), json.loads(
        row.to_json(date_format="iso")
    )


def first_id(fuzz: Fuzz, row: dict[str, Any]) -> str:
    """Ask for one answer, and return its id."""
    headers = ((b"content-type", JSON.encode()), (b"x-api-key", b"fuzz"))
    call = Call(
        "POST", f"/projects/{PROJECT}/predict", headers, json.dumps(row).encode()
    )
    status, said = fuzz.loop.run_until_complete(answer_of(fuzz.app, call))
    assert status == 200, said
    return str(json.loads(said)["predictions"][0]["id"])


def call_of(case: Any) -> Call:
    """Return a case of schemathesis as a call."""
    given_parts = case.as_transport_kwargs(
        base_url="http://localhost", headers={"X-API-Key": "fuzz"}
    )
    known = ("method", "url", "headers", "files", "data", "params", "cookies", "json")
    made = requests.Request(**{k: v for k, v in given_parts.items() if k in known})
    ready = made.prepare()
    body = ready.body or b""
    return Call(
        str(ready.method),
        str(ready.url),
        tuple((as_bytes(k).lower(), as_bytes(v)) for k, v in ready.headers.items()),
        body.encode() if isinstance(body, str) else bytes(cast(bytes, body)),
    )


def described_calls(app: Any) -> dict[str, Any]:
    """Return strategies of calls that fit the description, and that break it.

    Most projects that the description of the whole API makes up are none, so its calls
    share one turn.
    """
    found = {}
    for operation, mode in _operations(app, f"/projects/{PROJECT}/openapi.json"):
        name = f"{operation.method} {operation.path}, {mode.value}"
        found[name] = operation.as_strategy(generation_mode=mode).map(call_of)
    whole = [
        operation.as_strategy(generation_mode=mode).map(call_of)
        for operation, mode in _operations(app, "/openapi.json")
    ]
    return {**found, "the whole API": st.one_of(whole)}


def _operations(app: Any, path: str) -> Iterator[tuple[Any, GenerationMode]]:
    schema = schemathesis.openapi.from_asgi(path, app, headers={"X-API-Key": "fuzz"})
    for result in schema.get_all_operations():
        operation = cast(Any, result).ok()
        yield operation, GenerationMode.POSITIVE
        if operation.method.upper() == "POST":  # a GET has nothing to break
            yield operation, GenerationMode.NEGATIVE


def take_turns(
    fuzz: Fuzz, kinds: dict[str, Any], n_requests: int, first_seed: int
) -> Counter[str]:
    """Let all kinds of calls take turns until so many are made; return the counts.

    A kind that has no more calls to make, such as a GET without parameters, drops out.
    """
    made: Counter[str] = Counter()
    turn, left = first_seed, dict(kinds)
    while fuzz.seen.total() < n_requests and left:
        share = max(2, min(ROUND, (n_requests - fuzz.seen.total()) // len(left)))
        for name, strategy in list(left.items()):
            before = fuzz.seen.total()
            play(fuzz, strategy, share, turn)
            made[name] += fuzz.seen.total() - before
            if fuzz.seen.total() - before < share:
                del left[name]
        turn += 1
    return made


def play(fuzz: Fuzz, strategy: Any, n_calls: int, turn: int) -> None:
    """Draw calls and send them."""

    @seed(turn)
    @given(call=strategy)
    @settings(
        max_examples=n_calls,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    def one(call: Call) -> None:
        fuzz.send(call)

    try:
        one()
    except Unsatisfiable:  # nothing of this call can be broken
        return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", action="store_true", help="say how many of each")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app, row = make_app(Path(folder))
        fuzz = Fuzz(app)
        start = time.monotonic()
        known_id = first_id(fuzz, row)
        kinds = {**described_calls(app), **damaged_calls(row, known_id)}
        made = take_turns(fuzz, kinds, wanted.requests, wanted.seed)
        took = time.monotonic() - start
        fuzz.loop.run_until_complete(fuzz.loop.shutdown_default_executor())
        fuzz.loop.close()
    if wanted.kinds:
        for name, n_made in made.most_common():
            print(f"{n_made:7,}  {name}")
    counts = ", ".join(f"{status}: {n:,}" for status, n in sorted(fuzz.seen.items()))
    print(
        f"{fuzz.seen.total():,} calls in {took:.0f} s, the slowest "
        f"{fuzz.slowest_s:.2f} s; {counts}"
    )
    for fault in fuzz.faults[:10]:
        print(fault)
    assert not fuzz.faults, f"{len(fuzz.faults)} calls ended in a fault"


if __name__ == "__main__":
    main()
