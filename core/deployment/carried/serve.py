"""One server for every host; it needs what the model needs, and nothing else.

    python serve.py [serve] [--port 8080]

Which platform it stands on it learns from the environment:

    PORT, AIP_HTTP_PORT                   where it listens (8080)
    MODEL_DIR, /opt/ml/model, AZUREML_MODEL_DIR, /mnt/models
                                          where the model lies (else beside this file)
    MODEL_NAME                            another name for it in /v1/ and /v2/
    AIP_HEALTH_ROUTE, AIP_PREDICT_ROUTE   two more routes (Vertex AI)
    SAGEMAKER_BATCH                       replies are of the type that was sent
    MAX_BODY_MB (25), MAX_ROWS (100000), REQUEST_TIMEOUT (60 s)
"""

import argparse
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from core.deployment.carried.contracts import Refused
from core.deployment.carried.routes import Host, Reply, as_json

DRAIN_S = 20.0
log = logging.getLogger("serve")


class Server(ThreadingHTTPServer):
    """Listens, with a thread for each connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, host: Host) -> None:
        self.host = host
        super().__init__(("0.0.0.0", port), Handler)  # noqa: S104  a container's inside


class Handler(BaseHTTPRequestHandler):
    """Carries requests to the host, and its replies back."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "model", ""
    timeout = float(os.environ.get("REQUEST_TIMEOUT", "60"))
    wbufsize = -1  # one packet an answer
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer a question about the server or its model."""
        self._answer(self.server.host.get)

    def do_POST(self) -> None:
        """Answer rows."""
        host = self.server.host
        self._answer(lambda path: host.post(path, self._body(), self._headers()))

    def _headers(self) -> dict[str, str]:
        return {
            name: self.headers.get(name) or "" for name in ("Content-Type", "Accept")
        }

    def _answer(self, act: Callable[[str], Reply]) -> None:
        host = self.server.host
        with host.at_work():
            status, kind, body = self._tried(act)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if host.draining or status in (411, 413):
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

    def _tried(self, act: Callable[[str], Reply]) -> Reply:
        try:
            return act(self.path.split("?")[0])
        except Refused as error:
            code = "BAD_REQUEST" if error.status < 500 else "UNAVAILABLE"
            told = {"error": str(error), "error_code": code, "message": str(error)}
            return as_json(told, error.status)
        except Exception:
            log.exception("fault at %s", self.path)
            return as_json({"error": "The server met a fault; see its log."}, 500)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return self._chunks()
        length, most = (
            self.headers.get("Content-Length") or "",
            self.server.host.max_bytes,
        )
        if not (length.isascii() and length.isdigit()):
            raise Refused(411, "The request does not say how long its body is.")
        if int(length) > most:
            raise Refused(413, f"A body may have {most:,} bytes.")
        return self.rfile.read(int(length))

    def _chunks(self) -> bytes:
        body, most = bytearray(), self.server.host.max_bytes
        while True:
            size = self.rfile.readline(20).split(b";")[0].strip()
            if not size or set(size) - set(b"0123456789abcdefABCDEF"):
                raise Refused(411, "The body is not in chunks as it says.")
            if len(body) + int(size, 16) > most:
                raise Refused(413, f"A body may have {most:,} bytes.")
            body += self.rfile.read(int(size, 16))
            self.rfile.readline(3)
            if not int(size, 16):
                return bytes(body)

    def log_message(self, *_: Any) -> None:
        """Keep the log for faults; hosts count requests themselves."""


def main(arguments: Sequence[str]) -> int:
    """Listen at once, load the model meanwhile, and end well on SIGTERM."""
    parser = argparse.ArgumentParser(prog="serve.py", description="Serve the model.")
    parser.add_argument("word", nargs="?", choices=["serve"], help="as SageMaker says")
    parser.add_argument("--port", type=int)
    given = parser.parse_args(arguments)
    told = os.environ.get("AIP_HTTP_PORT") or os.environ.get("PORT") or "8080"
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    host = Host(os.environ)
    server = Server(int(told) if given.port is None else given.port, host)

    def end(*_: Any) -> None:
        host.draining = True
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    threading.Thread(target=_load, args=(host,), daemon=True).start()
    log.info("listening on port %d", server.server_port)
    server.serve_forever(poll_interval=0.1)
    deadline = time.monotonic() + DRAIN_S
    while host.busy and time.monotonic() < deadline:
        time.sleep(0.05)
    return 0


def _load(host: Host) -> None:
    try:
        host.start()
    except (OSError, ValueError, KeyError) as error:
        log.error("the model cannot be loaded: %s", error)
        os._exit(1)  # a server that never gets ready must not look alive


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
