import ast
import json
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from core.deployment import snippets

NASTY = {
    "it's": "$(touch owned) `x` \"quoted\" \\ 'single'",
    "</script>": "<b>é 😀</b>",
    "line\nend": None,
    "number": 41.5,
    "flag": True,
}
RUNNERS = {
    "curl": ["bash", "-c"],
    "Python": [sys.executable, "-c"],
    "JavaScript": ["node", "--input-type=module", "-e"],
}
NEEDS = {"curl": "curl", "Python": sys.executable, "JavaScript": "node"}


class Echo(BaseHTTPRequestHandler):
    """Answers with what was sent and the key it came with."""

    def do_POST(self):
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        told = {
            "body": sent,
            "key": self.headers["X-API-Key"],
            "type": self.headers["Content-Type"],
        }
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Keep quiet."""


@pytest.fixture
def address():
    server = HTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/projects/churn/predict"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("with_key", [False, True], ids=["open", "with key"])
@pytest.mark.parametrize("body", [NASTY, [NASTY, {}]], ids=["a row", "two rows"])
@pytest.mark.parametrize("title", list(RUNNERS))
def test_each_call_runs_as_it_stands_and_sends_the_rows_untouched(
    address, title, with_key, body, monkeypatch
):
    if shutil.which(NEEDS[title]) is None:
        pytest.skip(f"{NEEDS[title]} is not installed")
    monkeypatch.setenv("RONDO_API_KEY", "sesame")
    (code,) = [
        snippet.code
        for snippet in snippets(address, body, with_key=with_key)
        if snippet.title == title
    ]
    done = subprocess.run(
        [*RUNNERS[title], code], capture_output=True, text=True, timeout=30, check=True
    )
    printed = done.stdout.strip()
    told = json.loads(printed) if title != "Python" else ast.literal_eval(printed)
    assert told["body"] == body
    assert told["key"] == ("sesame" if with_key else None)
    assert told["type"] == "application/json"


def test_what_json_cannot_hold_is_sent_as_missing():
    codes = [s.code for s in snippets("http://x/", {"age": float("nan")})]
    assert all("nan" not in code.lower() for code in codes)
