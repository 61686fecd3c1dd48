"""The container's server, started as each platform starts it, asked over HTTP."""

import http.client
import json
import shlex
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from core.data import describe_schema
from core.deployment import build_bundle
from core.deployment.callers import free_port
from core.modeling.encoder import FrameEncoder
from core.modeling.model import Model
from core.registry import save_version


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Server:
    port: int
    process: "subprocess.Popen[bytes]"

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        content_type: str | None = "application/json",
        **headers: str,
    ) -> Reply:
        sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if content_type and sent is not None:
            headers["Content-Type"] = content_type
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, sent, headers)
            reply = connection.getresponse()
            return Reply(reply.status, dict(reply.getheaders()), reply.read())
        finally:
            connection.close()

    def get(self, path: str) -> Reply:
        return self.ask("GET", path)

    def post(self, path: str, body: Any, *rest: Any, **headers: str) -> Reply:
        return self.ask("POST", path, body, *rest, **headers)


Start = Callable[..., Server]


def small_model() -> Model:
    """Two columns, age and plan; the target is 0 or 1."""
    rng = np.random.default_rng(0)
    plan = rng.choice(["a", "b"], 80)
    frame = pd.DataFrame({"age": rng.uniform(18, 70, 80), "plan": plan})
    y = ((frame["age"] > 40) ^ (rng.random(80) < 0.1)).astype(int).to_numpy()
    schema = describe_schema(frame)
    encoder = FrameEncoder(schema, "linear").fit(frame)
    estimator = LogisticRegression().fit(encoder.transform(frame).astype(float), y)
    return Model(
        name="Linear model", family="linear", task="binary", target="left",
        metric="log_loss", schema=schema, pipeline=make_pipeline(encoder, estimator),
        classes_=np.array([0, 1]), threshold=0.5,
    )  # fmt: skip


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What lies in the image's /app: the container bundle, unpacked."""
    place = tmp_path_factory.mktemp("image")
    version = save_version(
        small_model(), place / "churn" / "3", key_path=place / "signing.key"
    )
    bundle = build_bundle(version, "container", place / "out")
    assert bundle.offered, bundle.reason
    with zipfile.ZipFile(bundle.path) as archive:
        archive.extractall(place / "app")
    return place / "app"


@pytest.fixture(scope="session")
def start(image: Path) -> Iterator[Start]:
    """Start the image's entry point with a platform's words and variables."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(
        *words: str, port_in: str = "PORT", wait: bool = True, **env: str
    ) -> Server:
        port = free_port()
        command = [sys.executable, *entry_point(image)[1:], *words]
        if port_in == "--port":
            command += ["--port", str(port)]
        else:
            env[port_in] = str(port)
        process = subprocess.Popen(command, cwd=image, env=env)
        started.append(process)
        server = Server(port, process)
        if wait:
            wait_until_ready(server)
        return server

    yield begin
    for process in started:
        process.terminate()
    for process in started:
        process.wait(10)


@pytest.fixture(scope="session")
def server(start: Start) -> Server:
    """The image as Docker starts it, with no variables but the port."""
    return start()


def entry_point(image: Path) -> list[str]:
    line = (image / "Dockerfile").read_text("utf-8").split("ENTRYPOINT ")[1]
    return list(json.loads(line.splitlines()[0]))


def wait_until_ready(server: Server) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if server.get("/ping").status == 200:
                return
        except OSError:
            assert server.process.poll() is None, "the server ended"
        time.sleep(0.02)
    raise AssertionError(f"not ready: {shlex.join(map(str, server.process.args))}")
