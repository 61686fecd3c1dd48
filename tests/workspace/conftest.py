import io
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from core.settings import Settings
from core.workspace import Cycle, Workspace, open_workspace
from tests.fitted import enough
from tests.rounds import QUICK


@pytest.fixture
def workspace(settings: Settings) -> Iterator[Workspace]:
    """An empty workspace in the test's own folder."""
    opened = open_workspace(settings)
    yield opened
    opened.close()


def customers(n_rows: int = 240, random_state: int = 0) -> pd.DataFrame:
    """A small table with a signal: who calls often leaves."""
    rng = np.random.default_rng(random_state)
    calls = rng.poisson(2, n_rows)
    plan = rng.choice(["basic", "plus", "pro"], n_rows)
    chance = 1 / (1 + np.exp(2.2 - 0.9 * calls - 0.8 * (plan == "basic")))
    return pd.DataFrame(
        {
            "age": rng.integers(18, 80, n_rows),
            "fee": rng.normal(40, 9, n_rows).round(2),
            "plan": plan,
            "calls": calls,
            "left": np.where(rng.random(n_rows) < chance, "yes", "no"),
        }
    )


@pytest.fixture
def csv() -> bytes:
    return customers().to_csv(index=False).encode()


@pytest.fixture
def split_cycle(workspace: Workspace, csv: bytes) -> Cycle:
    """A cycle whose table is brought in, targeted and split."""
    project = workspace.projects.create("Who leaves")
    cycle = workspace.cycles.current(project.id)
    dataset = workspace.data.import_table(project.id, io.BytesIO(csv), "customers.csv")
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, "left", "binary")
    workspace.data.split(cycle.id)
    return workspace.cycles.get(cycle.id)


@pytest.fixture
def trained_cycle(workspace: Workspace, split_cycle: Cycle) -> Cycle:
    """The same, with a quick run on it."""
    workspace.training.execute(
        split_cycle.id,
        QUICK,
        split_id=split_cycle.split_id or "",
        run_id="run-test",
        **enough(),
    )
    return workspace.cycles.get(split_cycle.id)
