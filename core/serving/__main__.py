"""Serve the API alone: ``python -m core.serving --port 8600 --workers 2``."""

import argparse

from core.serving.alone import serve


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port: it is 1 to 65535")
    return port


def _workers(text: str) -> int:
    workers = int(text)
    if workers < 1:
        raise argparse.ArgumentTypeError("at least one worker is needed")
    return workers


def main() -> None:
    """Read the command line and serve until ended."""
    parser = argparse.ArgumentParser(
        prog="python -m core.serving",
        description="Answer API calls without the pages. Settings come from the "
        "environment; docs/settings.md lists them.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=_port, default=8600)
    parser.add_argument("--workers", type=_workers, default=1, help="processes")
    given = parser.parse_args()
    serve(given.host, given.port, given.workers)


if __name__ == "__main__":
    main()
