"""A table is streamed from an address, within limits, and no password is told."""

import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import fsspec
import pytest

from core.data.reading.addresses import open_address
from core.errors import DataError

TABLE = b"a,b\n1,x\n2,y\n"
SEEN: list[tuple[str, str | None]] = []


class Answers(BaseHTTPRequestHandler):
    """A web server with one table, and several ways not to give it."""

    def do_GET(self):
        path = self.path.partition("?")[0]
        SEEN.append((self.path, self.headers.get("Authorization")))
        moved = {
            "/moved": "/table.csv",
            "/to-file": "file:///etc/hostname",
            "/to-ftp": "ftp://127.0.0.1/x",
            "/round": "/round",
        }
        if path in moved:
            self.answer(302, b"", Location=moved[path])
        elif path == "/secret" and "Authorization" not in self.headers:
            self.answer(401, b"")
        elif path in ("/table.csv", "/secret"):
            self.answer(200, TABLE)
        elif path == "/cut":
            self.answer(200, TABLE, length=500)
        elif path == "/large":
            self.answer(200, b"", length=10**9)
        else:
            self.answer(404 if path != "/broken" else 500, b"")

    def answer(self, code, body, length=None, **headers):
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def host():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with closing(server.socket):
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def fetch(address, **options):
    with open_address(address, **{"most_bytes": 10**6, **options}) as opened:
        stream, name, origin = opened
        content = b""
        while piece := stream.read(5):
            content += piece
        return content, name, origin


@pytest.mark.parametrize("path", ["/table.csv", "/moved"])
def test_a_table_of_the_web_is_read(host, path):
    content, name, origin = fetch(f"http://{host}{path}?token=s3cret")
    assert content == TABLE
    assert name == path[1:]
    assert origin == f"http://{host}{path}"


def test_the_password_goes_to_the_server_and_nowhere_else(host):
    content, _, origin = fetch(f"http://me:s3cret@{host}/secret")
    assert content == TABLE
    assert "s3cret" not in origin
    assert SEEN[-1][1] == "Basic bWU6czNjcmV0"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/none", "no such page"),
        ("/secret", "asks for a password"),
        ("/broken", "fault of its own"),
        ("/to-file", "not of the web"),
        ("/to-ftp", "not of the web"),
        ("/round", "in a circle"),
        ("/cut", "ended too early"),
        ("/large", "1,000 MB; at most 1 MB"),
    ],
)
def test_what_goes_wrong_is_told_in_words(host, path, told):
    with pytest.raises(DataError, match=told) as caught:
        fetch(f"http://{host}{path}?token=s3cret")
    assert "s3cret" not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/hostname",
        "/etc/hostname",
        "local://etc/hostname",
        "simplecache::file:///etc/hostname",
        "zip://a.csv::file:///x.zip",
        "nothing://a",
        "https://",
        "http://[::1",
        "a b c",
        "memory://not-there.csv",
        "http://me:s3cret@127.0.0.1:1/x",
        "s3://bucket/x.csv",
    ],
)
def test_addresses_that_cannot_be_read_are_refused_in_words(address, monkeypatch):
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(DataError) as caught:
        fetch(address)
    assert caught.value.hint
    assert "s3cret" not in str(caught.value)


def test_any_place_that_fsspec_knows_is_read(tmp_path):
    with fsspec.open("memory://folder/t.csv", "wb") as file:
        file.write(TABLE)
    assert fetch("memory://folder/t.csv")[:2] == (TABLE, "t.csv")
    (tmp_path / "t.csv").write_bytes(TABLE)
    assert fetch(f"file://{tmp_path}/t.csv", from_disk=True)[0] == TABLE
