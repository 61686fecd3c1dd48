"""Servers under test, whatever they serve."""

import time
import urllib.request


def wait_until_up(url: str, timeout_s: float = 60) -> None:
    """Wait until a server answers; raise its last error when it does not in time."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.2)
