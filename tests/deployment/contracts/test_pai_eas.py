"""PAI-EAS: a port of its own by argument, and any path below the service."""

import json

from core.deployment.platforms import PLATFORMS


def test_it_listens_where_the_service_says(start, image):
    eas = next(p for p in PLATFORMS if p.name == "eas")
    service = json.loads(eas.deploy.split("<<'END'\n")[1].split("\nEND")[0])
    command = service["containers"][0]["command"].split()
    assert command[:2] == ["python", "serve.py"]
    assert command[2:] == ["--port", str(service["containers"][0]["port"])]
    assert service["containers"][0]["port"] not in (8080, 9090)
    server = start(port_in="--port")
    rows = {"instances": [{"age": 41}]}
    for path in ("/", "/predict", "/invocations"):
        assert server.post(path, rows).status == 200
