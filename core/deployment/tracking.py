"""A tracking server of MLflow: where it is, and how a model is registered there.

MLflow itself is not needed: its REST API takes JSON, and files through its artifact
proxy (``mlflow server --serve-artifacts``, which is its default). Secrets come from
the environment, by the names that MLflow's own client reads, and are neither shown
nor kept.

References
----------
MLflow's REST API, https://mlflow.org/docs/latest/rest-api.html, version 2.0.
"""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from core.deployment.tracking_calls import Caller, RefusalError
from core.errors import DeploymentError

OnProgress = Callable[[float, str], None]

EXPERIMENT: Final = "rondo"
_ARTIFACTS: Final = "mlflow-artifacts"
_EXISTS: Final = "RESOURCE_ALREADY_EXISTS"
_ABSENT: Final = "RESOURCE_DOES_NOT_EXIST"
DIGEST: Final = "rondo.sha256"
"""The tag by which the same files are known again."""


@dataclass(frozen=True)
class Pushed:
    """A model that a tracking server has.

    Attributes
    ----------
    name, version : str
        As the server's registry has it: ``models:/<name>/<version>``.
    address : str
        Of its page there.
    was_there : bool
        Whether the same files had been pushed before, so that nothing was sent.
    """

    name: str
    version: str
    address: str
    was_there: bool

    @property
    def uri(self) -> str:
        """What MLflow loads it by."""
        return f"models:/{self.name}/{self.version}"


def tracking_server(environment: Mapping[str, str] | None = None) -> Caller | None:
    """Return the server that the environment names, or None when it names none.

    Parameters
    ----------
    environment : mapping, default=None
        ``MLFLOW_TRACKING_URI``, and ``MLFLOW_TRACKING_TOKEN`` or
        ``MLFLOW_TRACKING_USERNAME`` with ``MLFLOW_TRACKING_PASSWORD``; this
        process's own when None.

    Raises
    ------
    DeploymentError
        The address is none of the web: a file, a database, a hosted service.

    Examples
    --------
    >>> tracking_server({}) is None
    True
    >>> tracking_server({"MLFLOW_TRACKING_URI": "https://me:pw@models.example/"}).url
    'https://models.example'
    """
    known = os.environ if environment is None else environment
    given = known.get("MLFLOW_TRACKING_URI", "").strip()
    if not given:
        return None
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise DeploymentError(
            "MLFLOW_TRACKING_URI names no server of the web, but "
            f"{parts.scheme or 'a place'!r}.",
            hint="Set it to an address such as https://mlflow.example.org.",
        )
    place = parts.netloc.rpartition("@")[2]
    url = urlunsplit((parts.scheme, place, parts.path.rstrip("/"), "", ""))
    user = known.get("MLFLOW_TRACKING_USERNAME") or unquote(parts.username or "")
    password = known.get("MLFLOW_TRACKING_PASSWORD") or unquote(parts.password or "")
    return Caller(url, user, password, known.get("MLFLOW_TRACKING_TOKEN", ""))


def push_model(
    server: Caller,
    name: str,
    files: Mapping[str, bytes],
    *,
    tags: Mapping[str, str],
    alias: str | None = None,
    on_progress: OnProgress | None = None,
) -> Pushed:
    """Register a model folder with a tracking server.

    A run in the experiment "rondo" holds the files; the registered model's new version
    points at it. Pushing the same files again changes nothing but the alias.

    Parameters
    ----------
    server : Caller
        See `tracking_server`.
    name : str
        Of the registered model; made when it is not there.
    files : mapping of str to bytes
        A valid model folder of MLflow, by path within it.
    tags : mapping of str to str
        Kept with the run and the version.
    alias : str, default=None
        Moved to this version, such as "champion".
    on_progress : callable(share, message), default=None

    Raises
    ------
    DeploymentError
        The server cannot be reached, refuses, or keeps files where only its own
        clients can write.
    """
    tell = on_progress or (lambda _share, _message: None)
    tell(0.0, f"Asking {server.host}")
    _make(server, "registered-models/create", {"name": name})
    found = _already_there(server, name, tags.get(DIGEST))
    version = found or _add(server, name, files, tags, tell)
    if alias:
        told = {"name": name, "alias": alias, "version": version}
        server.ask("POST", "registered-models/alias", told)
    address = f"{server.url}/#/models/{quote(name, safe='')}/versions/{version}"
    return Pushed(name, version, address, found is not None)


def _already_there(server: Caller, name: str, digest: str | None) -> str | None:
    if digest is None:
        return None
    wanted = {"filter": f"name='{name}'", "max_results": 1000}
    told = server.ask("GET", "model-versions/search", wanted)
    for version in told.get("model_versions", []):
        tags = {tag["key"]: tag.get("value") for tag in version.get("tags", [])}
        if tags.get(DIGEST) == digest and version.get("status") == "READY":
            return str(version["version"])
    return None


def _add(
    server: Caller,
    name: str,
    files: Mapping[str, bytes],
    tags: Mapping[str, str],
    tell: OnProgress,
) -> str:
    """Upload the files to a new run, and make a version of them."""
    listed = [{"key": key, "value": value} for key, value in tags.items()]
    opening = {
        "experiment_id": _experiment(server), "run_name": name,
        "start_time": _now_ms(), "tags": listed,
    }  # fmt: skip
    info = server.ask("POST", "runs/create", opening)["run"]["info"]
    run_id, uri = str(info["run_id"]), str(info["artifact_uri"])
    closing = {"run_id": run_id, "status": "FAILED"}
    try:
        place = _place(server, uri)
        for number, (path, content) in enumerate(sorted(files.items())):
            tell(0.1 + 0.8 * number / len(files), f"Sending {path}")
            server.send(f"{place}/model/{quote(path)}", content)
        told = server.ask("POST", "model-versions/create", {
            "name": name, "source": f"{uri}/model", "run_id": run_id, "tags": listed,
        })  # fmt: skip
        closing["status"] = "FINISHED"
    finally:
        server.ask("POST", "runs/update", {**closing, "end_time": _now_ms()})
    return str(told["model_version"]["version"])


def _place(server: Caller, uri: str) -> str:
    """Return where the artifact proxy takes a run's files."""
    parts = urlsplit(uri)
    if parts.scheme != _ARTIFACTS:
        raise DeploymentError(
            f"{server.host} keeps files in {parts.scheme or 'a folder'!r}, where only "
            "MLflow's own client can write.",
            hint="Start it with --serve-artifacts, or log the unpacked bundle with "
            "MLflow: the README has the lines.",
        )
    return f"{_ARTIFACTS}/artifacts/{quote(parts.path.lstrip('/'))}"


def _experiment(server: Caller) -> str:
    wanted = {"experiment_name": EXPERIMENT}
    try:
        told = server.ask("GET", "experiments/get-by-name", wanted)
    except RefusalError as error:
        if error.code != _ABSENT:
            raise
        _make(server, "experiments/create", {"name": EXPERIMENT})
        told = server.ask("GET", "experiments/get-by-name", wanted)
    return str(told["experiment"]["experiment_id"])


def _make(server: Caller, call: str, body: Mapping[str, Any]) -> None:
    """Create something, unless it is there already."""
    try:
        server.ask("POST", call, body)
    except RefusalError as error:
        if error.code != _EXISTS:
            raise


def _now_ms() -> int:
    return int(time.time() * 1000)
