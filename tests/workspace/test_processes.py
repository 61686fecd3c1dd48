"""Processes of jobs and what they leave to the server."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.workspace import processes

AUTOGROUP = Path("/proc/self/autogroup")
TOLD = (
    "import os; from core.workspace.processes import give_way; give_way(); "
    f"print(os.nice(0)); print(open({str(AUTOGROUP)!r}).read())"
)
BY_A_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {TOLD!r}])"


def said_in_a_new_session(*command: str) -> list[str]:
    found = subprocess.run(
        command, check=True, capture_output=True, text=True,
        start_new_session=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    return found.stdout.split()


@pytest.fixture(scope="module", autouse=True)
def _scheduling_by_session() -> None:
    # The file is empty where the kernel was told to make no groups.
    if not AUTOGROUP.exists() or not said_in_a_new_session("cat", str(AUTOGROUP)):
        pytest.skip("no scheduling by session here")


def test_a_job_steps_back_with_its_whole_session() -> None:
    nice, *group = said_in_a_new_session(sys.executable, "-c", TOLD)
    assert int(nice) >= 10
    assert group[-2:] == ["nice", "10"]


def test_the_session_of_another_program_is_left_as_it_is() -> None:
    nice, *group = said_in_a_new_session(sys.executable, "-c", BY_A_CHILD)
    assert int(nice) >= 10
    assert group[-2:] == ["nice", "0"]


def test_a_kernel_that_takes_no_more_for_now_is_asked_again() -> None:
    class Busy:
        asked = 0

        def write_text(self, text: str, encoding: str) -> None:
            self.asked += 1
            if self.asked < 3:
                raise BlockingIOError
            self.said = (text, encoding)

    group = Busy()
    processes._step_back(group)
    assert group.said == ("10", "ascii")
