"""Limits of keys, counted by several processes."""

import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from core.serving.call_limits import CallLimits

ASK = """
import sys
from pathlib import Path
from core.serving.call_limits import CallLimits
limits = CallLimits(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
said = [limits.allows("a", 1_000, now_s=30.0) for _ in range(900)]
print(sum(said), flush=True)
sys.stdin.readline()
"""
ROOT = Path(__file__).parents[2]


def worker(folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", ASK, str(folder)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def told(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def go_on(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_workers_that_count_at_once_let_no_more_through_than_the_limit(tmp_path):
    with worker(tmp_path) as one, worker(tmp_path) as two:
        assert (told(one), told(two)) == ("ready", "ready")
        go_on(one)
        go_on(two)
        allowed = int(told(one)) + int(told(two))
        assert 950 <= allowed <= 1_000  # at the limit both may refuse each other
        assert not CallLimits(tmp_path).allows("a", 1_000, now_s=59.0)
        go_on(one)
        go_on(two)


def test_what_an_ended_worker_counted_counts_on_in_its_minute(tmp_path):
    with worker(tmp_path) as ended:
        assert told(ended) == "ready"
        go_on(ended)
        assert told(ended) == "900"
        ended.kill()
    limits = CallLimits(tmp_path)
    assert sum(limits.allows("a", 1_000, now_s=50.0) for _ in range(200)) == 100
    assert limits.allows("a", 1_000, now_s=61.0)
    assert limits.allows("b", 1, now_s=50.0)


def test_without_a_folder_that_can_be_written_each_worker_counts(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    limits = CallLimits(tmp_path / "file")
    assert [limits.allows("a", 1, now_s=1.0) for _ in range(2)] == [True, False]
    assert "counted by worker" in caplog.text


@given(st.lists(st.integers(0, 3), max_size=40), st.integers(1, 5))
def test_a_minute_lets_the_limit_through_and_the_next_begins_anew(minutes, most):
    limits, seen = CallLimits(None), dict.fromkeys(range(4), 0)
    for minute in sorted(minutes):
        seen[minute] += 1
        assert limits.allows("a", most, now_s=60 * minute + 5) == (seen[minute] <= most)
