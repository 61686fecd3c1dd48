"""Processes of jobs and what they leave to the server."""

import subprocess
import sys
from pathlib import Path

import pytest

AUTOGROUP = Path("/proc/self/autogroup")
TOLD = (
    "import os; from core.workspace.processes import give_way; give_way(); "
    f"print(os.nice(0)); print(open({str(AUTOGROUP)!r}).read())"
)


def said(*, own_session: bool) -> list[str]:
    command = [sys.executable, "-c", TOLD]
    found = subprocess.run(
        command, check=True, capture_output=True, text=True,
        start_new_session=own_session, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    return found.stdout.split()


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="no scheduling by session here")
def test_a_job_steps_back_with_its_whole_session() -> None:
    nice, *group = said(own_session=True)
    assert int(nice) >= 10
    assert group[-2:] == ["nice", "10"]


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="no scheduling by session here")
def test_the_session_of_another_program_is_left_as_it_is() -> None:
    before = AUTOGROUP.read_text().split()[-1]
    nice, *group = said(own_session=False)
    assert int(nice) >= 10
    assert group[-1] == before
