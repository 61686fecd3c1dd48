"""Whatever is sent, the server answers it or refuses it with a sentence."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.deployment.carried.contracts import FORMS, Refused
from core.deployment.carried.routes import Host

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
KEYS = st.sampled_from(
    [*FORMS, "columns", "data", "fields", "values", "age", "plan", "params", "id",
     "parameters", "name", "shape", "datatype", "outputs", "threshold", "proba"]
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)
TENSOR = st.fixed_dictionaries(
    {"name": st.sampled_from(["age", "plan"]) | SCALARS, "datatype": SCALARS,
     "shape": VALUES, "data": VALUES}
)  # fmt: skip
BODIES = st.one_of(
    st.dictionaries(KEYS, VALUES, max_size=2),
    st.fixed_dictionaries({"inputs": st.lists(TENSOR, min_size=1, max_size=2)}),
    VALUES,
)
PATHS = ("/invocations", "/predict", "/v2/models/churn/infer")


@pytest.fixture(scope="module")
def host(image):
    found = Host({"MODEL_DIR": str(image / "model")})
    found.start()
    return found


def status_of(host, path, sent, **headers):
    """Return the status; a fault would raise anything else than Refused."""
    try:
        return host.post(path, sent, headers)[0]
    except Refused as refusal:
        return refusal.status if str(refusal) else 0


@pytest.mark.parametrize("path", PATHS)
@given(body=BODIES, accept=st.sampled_from(["", "text/csv", "application/jsonlines"]))
@settings(max_examples=150)
def test_any_json_is_answered_or_refused(host, path, body, accept):
    sent = json.dumps(body).encode()
    assert status_of(host, path, sent, Accept=accept) in (200, 400)


@given(
    body=st.binary(max_size=60) | st.text("a,\"'\n\r1\x00", max_size=30).map(str.encode)
)
@settings(max_examples=100)
def test_any_csv_is_answered_or_refused(host, body):
    headers = {"Content-Type": "text/csv"}
    assert status_of(host, "/invocations", body, **headers) in (200, 400)
