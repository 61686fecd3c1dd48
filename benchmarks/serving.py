"""How fast a live version answers over HTTP, with every answer captured.

    python -m benchmarks.serving                 one and two workers, 1 and 16 clients
    python -m benchmarks.serving --promote       promotions under 200 calls a second
    python -m benchmarks.serving --capture       predictions a second into the log
    python -m benchmarks.serving --peers FOLDER  beside MLflow and BentoML as well

The server is the one of ``make serve``; CPU times come from the system's account of
its processes, so that other work on the machine counts little. Beside it stands the
plain way: FastAPI, a DataFrame for each call, and scikit-learn's pipeline, without
capture. The clients are one process, whose own CPU time is printed, too.
"""

import argparse
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving_peers import Peer, peers
from core.data import churn_sample, coerce
from core.deployment.callers import call_for, free_port, post_request
from core.modeling import train
from core.registry import Registry
from core.registry.json_values import json_ready
from core.serving import PredictionLog, Service
from core.settings import Settings
from core.storage import open_database

PROJECT = "churn"
PREDICT = f"/api/projects/{PROJECT}/predict"
READY = "/api/health/ready"
SECONDS, TICKS = 6.0, os.sysconf("SC_CLK_TCK")
PLAIN = """
import json, pickle, sys
import pandas as pd
from fastapi import FastAPI, Request
model = pickle.load(open(sys.argv[1], "rb"))
app = FastAPI()
@app.post("/api/projects/churn/predict")
async def predict(request: Request):
    frame = pd.DataFrame(json.loads(await request.body()))
    return {"predictions": model.predict_proba(frame).tolist()}
@app.get("/api/health/ready")
def ready():
    return {}
import uvicorn
uvicorn.run(app, port=int(sys.argv[2]), log_level="error", access_log=False)
"""


@dataclass(frozen=True)
class Load:
    """What a number of clients saw, and what it cost the server."""

    n_calls: int
    n_failed: int
    seconds: float
    latencies_ms: tuple[float, ...]
    cpu_s: float
    client_s: float

    def line(self) -> str:
        """Return the figures as one line."""
        ordered = sorted(self.latencies_ms)
        p50, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
        return (
            f"{self.n_calls / self.seconds:7.0f}/s   p50 {p50:6.2f}   p99 {p99:7.2f} "
            f"({p99 / p50:4.1f}x)   CPU {self.cpu_ms:6.3f} ms a call "
            f"(clients {self.client_s / self.n_calls * 1000:.3f})   "
            f"failed {self.n_failed}"
        )

    @property
    def cpu_ms(self) -> float:
        """CPU time of the server for one call, in milliseconds."""
        return self.cpu_s / self.n_calls * 1000


def make_project(home: Path) -> tuple[Settings, bytes]:
    """Train one version, make it live, and return a call for it."""
    sample = churn_sample(0)
    settings = Settings(home=home / "workspace", models=home / "models")
    database = open_database(settings)
    run = train(
        sample.table, sample.target, budget_s=15, families=("lightgbm",), n_jobs=1
    )
    registry = Registry.of(settings, database)
    for _ in range(2):
        registry.add(PROJECT, run.champion, who="benchmark", reference=sample.table)
    registry.set_alias(PROJECT, "champion", 1, who="benchmark")
    database.close()
    row = sample.table.drop(columns=sample.target).iloc[0].to_dict()
    return settings, json.dumps([json_ready(row)]).encode()


@contextmanager
def server(
    command: list[str], port: int, settings: Settings, ready: str = READY
) -> Iterator[int]:
    """Run a server until the block ends; its process id comes out when it is ready."""
    environment = {
        **os.environ,
        "RONDO_HOME": str(settings.home),
        "RONDO_MODELS": str(settings.models),
        "OMP_NUM_THREADS": "1",
    }
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            try:
                address = f"http://localhost:{port}{ready}"
                with urllib.request.urlopen(address, timeout=2):
                    break
            except OSError:
                time.sleep(0.2)
        else:
            raise TimeoutError(f"{command[0]} does not answer at {ready}")
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def cpu_seconds(first: int) -> float:
    """Return the CPU time of a process, of what it has started, and of its session."""
    ours, total = {first}, 0
    for stat in sorted(
        Path("/proc").glob("[0-9]*/stat"), key=lambda p: int(p.parts[2])
    ):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid, parent, session = int(stat.parts[2]), int(fields[1]), int(fields[3])
        if pid == first or parent in ours or session == first:
            ours.add(pid)
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def load(
    port: int,
    request: bytes,
    session: int,
    n_clients: int,
    *,
    seconds: float = SECONDS,
    pause_s: float = 0.0,
) -> Load:
    """Let clients call for some seconds."""
    call_for(port, [request], n_clients, 1.0, pause_s=pause_s)  # warm
    cpu, start, own = cpu_seconds(session), time.monotonic(), own_seconds()
    seen = call_for(port, [request], n_clients, seconds, pause_s=pause_s)
    took, spent = time.monotonic() - start, cpu_seconds(session) - cpu
    good = tuple(x for x in seen if x >= 0)
    failed = len(seen) - len(good)
    return Load(len(seen), failed, took, good, spent, own_seconds() - own)


def own_seconds() -> float:
    """Return the CPU time of this process, which holds the clients."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def rondo(port: int, workers: int) -> list[str]:
    more = ["--port", str(port), "--workers", str(workers)]
    return [sys.executable, "-m", "core.serving", *more]


def measure_calls(
    settings: Settings, body: bytes, home: Path, others: Path | None
) -> None:
    """Print what a call costs, by workers and clients, and in the plain way."""
    found: dict[tuple[str, int], Load] = {}
    port = free_port()
    model = settings.models / PROJECT / "1" / "model.pkl"
    script = home / "plain.py"
    script.write_text(PLAIN)
    environment = [sys.executable, str(script), str(model), str(port)]
    plain = ["env", f"PYTHONPATH={Path.cwd()}", *environment]
    for name, command in (
        ("plain", plain),
        ("rondo, 1 worker", rondo(port, 1)),
        ("rondo, 2 workers", rondo(port, 2)),
    ):
        with server(command, port, settings) as session:
            for n_clients in (1, 16):
                seen = load(port, post_request(PREDICT, body), session, n_clients)
                found[name, n_clients] = seen
                print(f"{name:18s}{n_clients:3d} clients {seen.line()}", flush=True)
    one, two = found["rondo, 1 worker", 16], found["rondo, 2 workers", 16]
    cost = found["plain", 1].cpu_ms / found["rondo, 1 worker", 1].cpu_ms
    gain = (two.n_calls / two.seconds) / (one.n_calls / one.seconds)
    print(f"CPU of the plain way (without capture): {cost:.1f} times Rondo's")
    print(f"two workers: {gain:.2f} times the calls of one (clients share the cores)")
    if others is not None:
        for peer in peers(others, model.parent, body, home, port):
            compare(peer, port, settings, found)


def compare(
    peer: Peer, port: int, settings: Settings, found: dict[tuple[str, int], Load]
) -> None:
    """Print what a call costs another server."""
    asked = post_request(peer.path, peer.body)
    with server(peer.command, port, settings, peer.ready) as session:
        for n_clients in (1, 16):
            seen = load(port, asked, session, n_clients)
            times = seen.cpu_ms / found["rondo, 1 worker", n_clients].cpu_ms
            print(f"{peer.name:18s}{n_clients:3d} clients {seen.line()}")
            print(f"    CPU: {times:.1f} times Rondo's", flush=True)


def measure_promotions(settings: Settings, body: bytes) -> None:
    """Promote back and forth under load; print how long it takes and what failed."""
    port = free_port()
    registry = Registry.of(settings, open_database(settings))
    address = f"http://localhost:{port}/api/projects/{PROJECT}/schema"
    waits = []
    with server(rondo(port, 1), port, settings) as session:
        command = [sys.executable, "-m", "benchmarks.serving", "--calls", str(port)]
        calls = subprocess.Popen([*command, body.decode()], stdout=subprocess.PIPE)
        time.sleep(2)
        for number in (2, 1, 2, 1):
            start = time.monotonic()
            registry.set_alias(PROJECT, "champion", number, who="benchmark")
            seen = None
            while seen != number:
                with urllib.request.urlopen(address) as answer:
                    seen = json.load(answer)["version"]
            waits.append(time.monotonic() - start)
            time.sleep(1)
        told = json.loads(calls.communicate()[0])
        del session
    print(
        f"promotion to first answer: median {statistics.median(waits):.2f} s, longest "
        f"{max(waits):.2f} s; {told['calls']} calls meanwhile at "
        f"{told['calls'] / told['seconds']:.0f}/s, failed: {told['failed']}"
    )


def measure_capture(settings: Settings) -> None:
    """Print how many predictions a second become durable in the log."""
    log = PredictionLog(open_database(settings))
    registry = Registry.of(settings, log.database)
    service = Service(registry.load(PROJECT, 1))
    frame = coerce(churn_sample(0).table, service.version.schema)
    rows = [json_ready(row) for row in frame.head(200).to_dict("records")]
    answers = service.predict(rows)
    for size in (1, 200):
        start, kept = time.monotonic(), 0
        while time.monotonic() < start + SECONDS:
            answered = rows[:size], answers[:size]
            log.append(PROJECT, 1, *answered, latency_ms=1.0, source="api")
            kept += size
        rate = kept / (time.monotonic() - start)
        print(f"capture, {size:3d} rows a call: {rate:8.0f} predictions a second")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--promote", action="store_true")
    parser.add_argument("--capture", action="store_true")
    parser.add_argument("--peers", type=Path, help="folder of their environments")
    parser.add_argument("--calls", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.calls:
        port, body = int(given.calls[0]), given.calls[1].encode()
        asked = post_request(PREDICT, body)
        seen = load(port, asked, os.getsid(0), 4, seconds=14.0, pause_s=0.016)
        figures = {"calls": seen.n_calls, "failed": seen.n_failed}
        print(json.dumps({**figures, "seconds": seen.seconds}))
        return
    with tempfile.TemporaryDirectory() as folder:
        settings, body = make_project(Path(folder))
        if given.promote:
            measure_promotions(settings, body)
        elif given.capture:
            measure_capture(settings)
        else:
            measure_calls(settings, body, Path(folder), given.peers)


if __name__ == "__main__":
    main()
