"""The files around the server, and what it says while it loads."""

import json
import re
import shlex
import zipfile

import pytest

from core.deployment import PLATFORMS, build_bundle, commands, container
from core.deployment.carried.contracts import Refused
from core.deployment.carried.routes import Host


@pytest.fixture
def texts(save, tmp_path) -> dict[str, str]:
    bundle = build_bundle(save(), "container", tmp_path / "out")
    with zipfile.ZipFile(bundle.path) as archive:
        wanted = [name for name in archive.namelist() if "/" not in name]
        return {name: archive.read(name).decode() for name in wanted}


def test_the_image_is_locked_not_root_checked_and_tests_itself(texts):
    lines = texts["Dockerfile"].splitlines()
    assert "ARG RUN_AS=10001" in lines
    assert "USER ${RUN_AS}" in lines
    assert "RUN python selftest.py" in lines
    check = texts["Dockerfile"].split("HEALTHCHECK")[1].split("CMD ")[1].splitlines()[0]
    code = json.loads(check)[2]
    compile(code, "check", "exec")
    assert all("==" in line for line in texts["requirements.txt"].splitlines())


def test_every_platform_has_its_commands_and_the_way_back(texts):
    for platform in PLATFORMS:
        told = commands(platform, "churn-1")
        assert told.deploy in texts["DEPLOY.md"]
        assert told.tear_down in texts["DEPLOY.md"]
        assert "churn-1" in told.deploy + told.tear_down
        assert "{name}" not in told.deploy + told.tear_down
        shlex.split(re.sub(r"<<'END'.*?\nEND", "", told.deploy, flags=re.DOTALL))


def test_manifest_and_compose_are_yaml_that_scales(texts):
    yaml = pytest.importorskip("yaml")
    deployment, service, scaler = yaml.safe_load_all(texts["kubernetes.yaml"])
    assert scaler["spec"]["maxReplicas"] > scaler["spec"]["minReplicas"] > 1
    assert scaler["spec"]["scaleTargetRef"]["name"] == deployment["metadata"]["name"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"] == labels
    assert yaml.safe_load(texts["compose.yaml"])["services"]["model"]["read_only"]


def test_until_the_model_is_loaded_it_lives_but_is_not_ready():
    host = Host({})
    assert host.get("/")[0] == 200
    assert host.get("/v2/health/live")[0] == 200
    assert host.get("/ping")[0] == 503
    assert host.get("/v2/health/ready")[0] == 503
    with pytest.raises(Refused, match="being loaded"):
        host.post("/invocations", b"{}", {})


def test_a_container_whose_server_does_not_start_is_not_offered(
    save, tmp_path, monkeypatch
):
    broken = b"raise SystemExit(3)"
    monkeypatch.setattr(container, "carried", lambda _: broken)
    bundle = build_bundle(save(), "container", tmp_path / "out")
    assert "its server does not start" in bundle.reason
