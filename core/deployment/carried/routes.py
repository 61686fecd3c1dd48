"""What each address of the server answers."""

import json
import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.deployment.carried.contracts import LINES, Call, Refused, read_call
from core.deployment.carried.replies import datatype, write_reply
from core.deployment.runtime import BadRows, Predictor, load

HERE = Path(__file__).resolve().parent
_V1 = re.compile(r"/v1/models/(?P<model>[^/:]+)(?P<predict>:predict)?")
_V2 = re.compile(
    r"/v2/models/(?P<model>[^/]+)(/versions/(?P<version>[^/]+))?(?P<act>/infer|/ready)?"
)
_VERTEX = re.compile(r"/v1/endpoints/[^/]+/deployedModels/[^/]+:predict")
_WATSONX = re.compile(r"/ml/v4/deployments/[^/]+/predictions")
_SCORES = frozenset(("/invocations", "/score", "/"))

Reply = tuple[int, str, bytes]


def model_folder(environment: Mapping[str, str]) -> Path:
    """Return the first place that holds a model; one level down is looked at too."""
    named = [
        environment.get("MODEL_DIR"), "/opt/ml/model",
        environment.get("AZUREML_MODEL_DIR"), "/mnt/models", str(HERE / "model"),
    ]  # fmt: skip
    for place in (Path(name) for name in named if name):
        if place.is_dir():
            for folder in (place, *sorted(place.iterdir()), *sorted(place.glob("*/*"))):
                if (folder / "model.json").is_file():
                    return folder
    raise FileNotFoundError("set MODEL_DIR to the folder of model.json")


class Host:
    """The model with its state, and what each route does."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.predictor: Predictor | None = None
        self.draining = False
        self.busy = 0
        self.lock = threading.Lock()
        self.max_bytes = int(float(environment.get("MAX_BODY_MB", "25")) * 1e6)
        self.max_rows = int(environment.get("MAX_ROWS", "100000"))

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Count the requests that a server which ends has to wait for."""
        with self.lock:
            self.busy += 1
        try:
            yield
        finally:
            with self.lock:
                self.busy -= 1

    def start(self) -> None:
        """Load the model; the server answers that it lives meanwhile."""
        self.predictor = load(model_folder(self.environment))

    @property
    def ready(self) -> bool:
        """Whether rows can be answered."""
        return self.predictor is not None and not self.draining

    def get(self, path: str) -> Reply:
        """Answer a question about the server or its model."""
        if path in ("/ping", "/health", self.environment.get("AIP_HEALTH_ROUTE")):
            return (200 if self.ready else 503), "text/plain", b""
        if _VERTEX.fullmatch(path):
            return (200 if self.ready else 503), "text/plain", b""
        if path == "/":
            return 200, "text/plain", b"Healthy"
        if path == "/v2/health/live":
            return as_json({"live": True})
        if path == "/v2/health/ready":
            return as_json({"ready": self.ready}, 200 if self.ready else 503)
        return self._about(path)

    def _about(self, path: str) -> Reply:
        predictor = self._model()
        if path == "/version":
            return 200, "text/plain", predictor.model["version"].encode()
        if path == "/execution-parameters":
            threads, largest = os.cpu_count() or 1, max(1, self.max_bytes // 4_000_000)
            return as_json(
                {"MaxConcurrentTransforms": threads, "BatchStrategy": "MULTI_RECORD",
                 "MaxPayloadInMB": min(6, largest)}
            )  # fmt: skip
        if path == "/v2":
            told = {"name": predictor.name, "version": predictor.model["version"]}
            return as_json({**told, "extensions": []})
        if found := _V1.fullmatch(path):
            self._check_name(found["model"], found["model"])
            return as_json({"name": found["model"], "ready": self.ready})
        if found := _V2.fullmatch(path):
            self._check_name(found["model"], found["version"])
            if found["act"] == "/ready":
                return as_json({"name": found["model"], "ready": self.ready})
            return as_json(described(predictor, found["model"]))
        raise Refused(404, f"There is nothing at {path}.")

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Answer rows."""
        shape, name = self._shape(path)
        predictor = self._model()
        content_type = headers.get("Content-Type") or ""
        names = [column["name"] for column in predictor.inputs]
        call = read_call(body, content_type, names, shape)
        if len(call.rows) > self.max_rows:
            raise Refused(413, f"A request may have {self.max_rows:,} rows.")
        try:
            answers = predictor.predict(call.rows, strict=True)
        except BadRows as error:
            raise Refused(400, str(error)) from error
        answers = _decided(predictor, call, answers)
        accept = (headers.get("Accept") or "").strip()
        if accept in ("", "*/*"):
            sent = content_type.split(";")[0].strip().lower()
            batch = self.environment.get("SAGEMAKER_BATCH") == "true"
            accept = sent if batch and sent in (*LINES, "text/csv") else ""
        return 200, *write_reply(call, answers, accept, name)

    def _shape(self, path: str) -> tuple[str, str]:
        if path in _SCORES or path == self.environment.get("AIP_PREDICT_ROUTE"):
            return "predictions", ""
        if path == "/predict":
            return "full", ""
        if _VERTEX.fullmatch(path) or _WATSONX.fullmatch(path):
            return "predictions", ""
        found = _V1.fullmatch(path)
        if found and found["predict"]:
            self._check_name(found["model"], None)
            return "predictions", found["model"]
        found = _V2.fullmatch(path)
        if found and found["act"] == "/infer":
            self._check_name(found["model"], found["version"])
            return "tensors", found["model"]
        raise Refused(404, f"There is nothing at {path}.")

    def _check_name(self, name: str, version: str | None) -> None:
        model = self._model().model
        known = (model["name"], model["project"], self.environment.get("MODEL_NAME"))
        if name not in known:
            raise Refused(404, f"There is no model called {name!r}.")
        if version not in (None, name, model["version"]):
            raise Refused(404, f"The model {name!r} has no version {version!r}.")

    def _model(self) -> Predictor:
        if self.predictor is None:
            raise Refused(503, "The model is being loaded.")
        return self.predictor


def described(predictor: Predictor, name: str) -> dict[str, Any]:
    """Describe a model as the Open Inference Protocol does."""
    kinds = {"number": "FP64", "integer": "FP64", "boolean": "BOOL"}
    inputs = [
        {"name": c["name"], "datatype": kinds.get(c["kind"], "BYTES"), "shape": [-1]}
        for c in predictor.inputs
    ]
    classes = predictor.classes
    outputs = [
        {"name": "prediction", "datatype": datatype(classes or [0.5]), "shape": [-1]}
    ]
    if classes is not None:
        shape = [-1, len(classes)]
        outputs.append({"name": "probabilities", "datatype": "FP64", "shape": shape})
    return {
        "name": name, "versions": [predictor.model["version"]], "platform": "numpy",
        "inputs": inputs, "outputs": outputs,
    }  # fmt: skip


def _decided(
    predictor: Predictor, call: Call, answers: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Decide by the threshold of the call, where there is one."""
    if call.threshold is None:
        return answers
    if predictor.classes is None or len(predictor.classes) != 2:
        raise Refused(400, "Only a model of two classes has a threshold.")
    no, yes = predictor.classes
    return [
        {**a, "prediction": yes if a["probability"] >= call.threshold else no}
        for a in answers
    ]


def as_json(value: Any, status: int = 200) -> Reply:
    """Return a reply of JSON."""
    return status, "application/json", json.dumps(value).encode()
