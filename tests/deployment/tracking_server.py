"""A tracking server in memory that keeps the contract of MLflow's REST API."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class Store:
    """What the server has, and how it was called."""

    artifacts: str = "mlflow-artifacts:/1"
    authorization: str | None = None
    fails_at: str = ""
    experiments: dict[str, str] = field(default_factory=dict)
    runs: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    models: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    url: str = ""


class RefusalError(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class Handler(BaseHTTPRequestHandler):
    store: Store

    def do_GET(self) -> None:
        query = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
        self._answer(query)

    def do_POST(self) -> None:
        self._answer(json.loads(self._body()))

    def do_PUT(self) -> None:
        content = self._body()
        place = unquote(urlsplit(self.path).path)
        prefix = "/api/2.0/mlflow-artifacts/artifacts/"
        assert place.startswith(prefix)
        self.store.files[place.removeprefix(prefix)] = content
        self._answer({})

    def log_message(self, *_: Any) -> None:
        """Keep the output of tests clean."""

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _answer(self, told: dict[str, Any]) -> None:
        call = urlsplit(self.path).path.removeprefix("/api/2.0/mlflow/")
        status, found = 200, {}
        try:
            expected = self.store.authorization
            if expected and self.headers.get("Authorization") != expected:
                raise RefusalError(401, "UNAUTHENTICATED")
            if self.store.fails_at and self.store.fails_at in self.path:
                raise RefusalError(500, "INTERNAL_ERROR")
            if not call.startswith("/api"):
                found = CALLS[call](self.store, told)
        except RefusalError as refusal:
            status = refusal.status
            found = {"error_code": refusal.code, "message": f"No: {refusal.code}"}
        body = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def make_model(store: Store, told: dict[str, Any]) -> dict[str, Any]:
    if told["name"] in store.models:
        raise RefusalError(400, "RESOURCE_ALREADY_EXISTS")
    store.models[told["name"]] = []
    return {"registered_model": {"name": told["name"]}}


def find_versions(store: Store, told: dict[str, Any]) -> dict[str, Any]:
    name = told["filter"].removeprefix("name='").removesuffix("'")
    return {"model_versions": store.models[name]} if store.models[name] else {}


def find_experiment(store: Store, told: dict[str, Any]) -> dict[str, Any]:
    if told["experiment_name"] not in store.experiments:
        raise RefusalError(404, "RESOURCE_DOES_NOT_EXIST")
    return {"experiment": {"experiment_id": store.experiments[told["experiment_name"]]}}


def make_experiment(store: Store, told: dict[str, Any]) -> dict[str, Any]:
    store.experiments[told["name"]] = str(len(store.experiments) + 1)
    return {"experiment_id": store.experiments[told["name"]]}


def make_run(store: Store, told: dict[str, Any]) -> dict[str, Any]:
    assert told["experiment_id"] in store.experiments.values()
    run_id = f"run{len(store.runs)}"
    info = {"run_id": run_id, "artifact_uri": f"{store.artifacts}/{run_id}/artifacts"}
    store.runs.append({**info, "tags": told["tags"], "status": "RUNNING"})
    return {"run": {"info": info}}


def end_run(store: Store, told: dict[str, Any]) -> dict[str, Any]:
    run = next(run for run in store.runs if run["run_id"] == told["run_id"])
    run["status"] = told["status"]
    return {"run_info": {"status": told["status"]}}


def make_version(store: Store, told: dict[str, Any]) -> dict[str, Any]:
    versions = store.models[told["name"]]
    version = {**told, "version": str(len(versions) + 1), "status": "READY"}
    versions.append(version)
    return {"model_version": version}


def set_alias(store: Store, told: dict[str, Any]) -> dict[str, Any]:
    store.aliases[f"{told['name']}@{told['alias']}"] = told["version"]
    return {}


CALLS = {
    "registered-models/create": make_model,
    "registered-models/alias": set_alias,
    "model-versions/search": find_versions,
    "model-versions/create": make_version,
    "experiments/get-by-name": find_experiment,
    "experiments/create": make_experiment,
    "runs/create": make_run,
    "runs/update": end_run,
}


@contextmanager
def serving(**settings: Any) -> Iterator[Store]:
    """Run a server on a free port of this machine."""
    store = Store(**settings)
    handler = type("Own", (Handler,), {"store": store})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        store.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield store
        finally:
            server.shutdown()
            thread.join()
