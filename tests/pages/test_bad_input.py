"""Every table that goes wrong, through the pages as a person would bring it."""

import io
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.data import Recipe, Step
from core.errors import RondoError
from core.modeling import TrainingPlan
from core.settings import Settings, get_settings
from core.workspace import Cycle, Workspace, open_workspace
from tests.bad_input import FAULTS, PROJECT_NAMES, table
from tests.fitted import enough

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"
PARTS = ("Table", "Findings", "Columns", "Relations", "Clean", "Split")
TABLES = [name for name, fault in FAULTS.items() if not fault.refused]
TELLING = (
    "one column", "three rows", "all-missing column", "target with one class",
    "target with missing values", "duplicate column names", "hostile column names",
    "numbers past every limit", "dates that never were", "quote never closed",
)  # fmt: skip
"""These go all the way in the quick tests; the others do in the slow ones."""


@dataclass(frozen=True)
class Site:
    """A workspace with one project, and its pages."""

    workspace: Workspace
    project_id: str

    @property
    def cycle(self) -> Cycle:
        return self.workspace.cycles.current(self.project_id)

    def open(self, name: str = "explore", /, **state: Any) -> AppTest:
        page = AppTest.from_file(str(ROUTER), default_timeout=120)
        page.session_state["project"] = self.project_id
        for key, value in state.items():
            page.session_state[key] = value
        page.switch_page(f"{name}.py").run()
        return whole(page)

    def upload(self, name: str) -> AppTest:
        fault = FAULTS[name]
        page = self.open()
        page.file_uploader[0].upload(fault.file_name, fault.make()).run()
        return whole(page)

    def look_everywhere(self) -> AppTest:
        return [self.open(**{"explore-part": part}) for part in PARTS][-1]

    def train(self, seed: int = 0) -> None:
        """Train as the job would; only a message with a next step may stop it."""
        cycle = self.cycle
        plan = TrainingPlan(
            target=cycle.target or "", task=cycle.task, budget_s=60,
            families=("linear",), random_state=seed, n_jobs=1,
        )  # fmt: skip
        with suppress(RondoError):  # it cannot be made without a next step
            self.workspace.training.execute(
                cycle.id,
                plan,
                split_id=cycle.split_id or "",
                run_id=f"run-{seed}",
                **enough(),
            )
        self.open("train")


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    workspace = open_workspace(settings)
    yield Site(workspace, workspace.projects.create("Who leaves?").id)
    workspace.close()


def whole(page: AppTest) -> AppTest:
    """Check that no fault reached the page, and that errors say what to do."""
    assert not page.exception, page.exception[0].stack_trace
    for error in page.error:
        assert any(words in error.value for words in ("Next step:", "Mend this"))
        assert "Traceback" not in error.value
    return page


def box(page: AppTest, label: str) -> Any:
    return next(item for item in page.selectbox if item.label == label)


def press(page: AppTest, label: str) -> AppTest:
    next(b for b in page.button if b.label == label).click().run()
    return whole(page)


def offered(page: AppTest, label: str) -> bool:
    return any(b.label == label and not b.disabled for b in page.button)


def slow(names: Sequence[str], quick: Sequence[str]) -> list[Any]:
    marks = [() if name in quick else pytest.mark.slow for name in names]
    return [pytest.param(n, marks=m) for n, m in zip(names, marks, strict=True)]


@pytest.mark.parametrize("name", FAULTS)
def test_an_upload_ends_in_a_table_or_a_message_with_a_next_step(
    site: Site, name: str
) -> None:
    page = site.upload(name)
    if site.cycle.dataset_id is None:
        assert FAULTS[name].refused is not False
        (error,) = page.error
        assert len(error.value) < 600
        assert list(site.workspace.data.list(site.project_id)) == []
    else:
        assert FAULTS[name].refused is not True
        assert not page.error
        assert offered(page, "Predict this") or "Column to predict" in {
            item.label for item in page.selectbox
        }


@pytest.mark.parametrize("name", slow(TABLES, TELLING))
def test_a_table_goes_on_to_training_or_says_why_not(site: Site, name: str) -> None:
    site.upload(name)
    if site.cycle.dataset_id is None:
        return
    columns = site.workspace.data.get(site.cycle.dataset_id).schema.names
    for seed, target in enumerate(dict.fromkeys((columns[-1], columns[0]))):
        page = site.open()
        box(page, "Column to predict").set_value(target).run()
        if not offered(whole(page), "Predict this"):
            assert page.error
            continue
        press(page, "Predict this")
        page = press(site.look_everywhere(), "Split")
        split = site.workspace.data.split_of(site.cycle.id)
        if split is None or split.sources != site.cycle.sources:
            assert page.error
        else:
            site.train(seed)


def people(**columns: Any) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {"age": rng.normal(40, 9, 60), "fee": rng.random(60), **columns}
    )


DAYS = pd.date_range("2025-01-01", periods=60).as_unit("us")
WORDS = pd.Series(["yes", "no"] * 30, dtype="str")


@pytest.mark.parametrize(
    ("frame", "task"),
    [
        pytest.param(people(y=["no"] * 60), "binary", id="one class"),
        pytest.param(people(y=[1.0] * 60), "regression", id="one number"),
        pytest.param(people(y=[np.nan] * 60), "regression", id="all missing"),
        pytest.param(
            people(y=pd.Series([None] * 60, dtype="str")), "binary", id="no words"
        ),
        pytest.param(people(y=DAYS), "regression", id="dates"),
        pytest.param(people(y=DAYS), "multiclass", id="dates as classes"),
        pytest.param(people(y=[f"n{i}" for i in range(60)]), "multiclass", id="ids"),
        pytest.param(people(y=["a"] * 59 + ["b"]), "binary", id="one row of a class"),
        pytest.param(people(y=WORDS.mask(WORDS.index > 40)), "binary", id="gaps"),
        pytest.param(
            pd.DataFrame({"a": [1] * 60, "b": ["x"] * 60, "y": WORDS}),
            "binary",
            id="constant columns",
        ),
        pytest.param(pd.DataFrame({"y": WORDS}), "binary", id="nothing but a target"),
        pytest.param(people(y=np.arange(60.0)), "binary", id="numbers as two classes"),
    ],
)
def test_a_target_nobody_can_learn_is_told_in_words(
    site: Site, frame: pd.DataFrame, task: Any
) -> None:
    """The cycle names such a target as one of an older release may."""
    frame = frame.astype({c: "str" for c in frame if frame[c].dtype == object})
    dataset = site.workspace.data.add_frame(site.project_id, frame, "made.csv")
    site.workspace.cycles.use_dataset(site.cycle.id, dataset.id)
    site.workspace.cycles.point(site.cycle.id, target="y", task=task)
    page = press(site.look_everywhere(), "Split")
    if site.cycle.split_id is None:
        assert page.error
        site.open("train")
    else:
        site.train()


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(Step("drop_columns", ("age", "fee")), id="no feature left"),
        pytest.param(Step("drop_columns", ("y",)), id="no target left"),
        pytest.param(
            Step("drop_rows", ("y",), {"operator": "is missing"}),
            id="rows without target",
        ),
        pytest.param(Step("set_type", ("y",), {"to": "date"}), id="target made a date"),
        pytest.param(
            Step("set_type", ("y",), {"to": "number"}), id="target made a number"
        ),
        pytest.param(
            Step("drop_rows", ("age",), {"operator": ">", "value": "-100"}),
            id="no row left",
        ),
    ],
)
def test_a_recipe_that_leaves_little_is_told_in_words(site: Site, step: Step) -> None:
    dataset = site.workspace.data.add_frame(site.project_id, people(y=WORDS), "a.csv")
    site.workspace.cycles.use_dataset(site.cycle.id, dataset.id)
    site.workspace.cycles.set_target(site.cycle.id, "y", "binary")
    try:
        site.workspace.cycles.save_recipe(site.cycle.id, Recipe((step,)))
    except RondoError:
        return
    page = site.look_everywhere()
    if offered(page, "Split"):
        page = press(page, "Split")
    if site.cycle.split_id is None:
        assert page.error
    else:
        site.train()


def test_another_table_without_the_target_asks_for_one_again(site: Site) -> None:
    site.upload("target with missing values")
    site.workspace.cycles.set_target(site.cycle.id, "churn", "binary")
    page = site.open()
    page.file_uploader[0].upload("b.csv", b"a,b\n1,2\n3,4\n5,6\n").run()
    assert "What do you want to predict?" in whole(page).markdown[0].value
    assert site.cycle.target is None
    site.look_everywhere()


@pytest.mark.parametrize("name", PROJECT_NAMES, ids=lambda name: ascii(name)[:30])
def test_any_project_name_makes_a_project_or_is_refused(site: Site, name: str) -> None:
    before = len(site.workspace.projects.list())
    page = whole(AppTest.from_file(str(ROUTER), default_timeout=60).run())
    page.text_input[0].input(name)
    page = press(page, "Create project")
    made = [p for p in site.workspace.projects.list() if p.id != site.project_id]
    if page.error:
        assert made == []
        return
    assert len(made) == before
    (project,) = made
    folder = site.workspace.settings.home / "projects" / project.id
    dataset = site.workspace.data.add_frame(project.id, people(), "a.csv")
    assert (
        folder.resolve().parent == (site.workspace.settings.home / "projects").resolve()
    )
    assert len(site.workspace.data.frame(dataset.id)) == 60
    whole(AppTest.from_file(str(ROUTER), default_timeout=60).run())


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A project with a champion that has answered."""
    folder = tmp_path_factory.mktemp("live")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RONDO_HOME", str(folder / "home"))
        patch.setenv("RONDO_MODELS", str(folder / "models"))
        get_settings.cache_clear()
        workspace = open_workspace(get_settings())
        built = Site(workspace, workspace.projects.create("Who leaves?").id)
        content = io.BytesIO(table(120))
        dataset = workspace.data.import_table(built.project_id, content, "a.csv")
        workspace.cycles.use_dataset(built.cycle.id, dataset.id)
        workspace.cycles.set_target(built.cycle.id, "churn", "binary")
        workspace.data.split(built.cycle.id)
        built.train()
        workspace.evaluation.open(built.cycle.id)
        info = workspace.evaluation.save_version(built.cycle.id, who="Ada")
        workspace.registry.set_alias(built.project_id, "champion", info.number, who="A")
        rows = workspace.data.frame(dataset.id).drop(columns="churn")
        answers = workspace.service(built.project_id).predict(rows)
        workspace.log.append(
            built.project_id, 1, rows, answers, latency_ms=1.0, source="batch"
        )
        yield built
        workspace.close()
    get_settings.cache_clear()
    shutil.rmtree(folder)


UPLOADERS = {
    "Predict": ("predict", "part", "A whole file"),
    "Monitor": ("monitor", "monitor-source-who-leaves", "A later table"),
    "Outcomes": ("monitor", "monitor-part", "Outcomes"),
}
BROUGHT = (
    "empty file", "header only", "duplicate column names", "hostile cells",
    "binary file called .csv", "gzip cut in the middle",
)  # fmt: skip
WITH_ENDING = [name for name in FAULTS if "without an ending" not in name]


@pytest.mark.parametrize("uploader", UPLOADERS)
@pytest.mark.parametrize("name", slow(WITH_ENDING, BROUGHT))
def test_what_is_brought_to_a_live_version_is_answered_or_refused_in_words(
    live: Site, uploader: str, name: str
) -> None:
    (at, key, value), fault = UPLOADERS[uploader], FAULTS[name]
    page = live.open(at, **{key: value})
    page.file_uploader[0].upload(fault.file_name, fault.make()).run()
    if uploader == "Outcomes" and not whole(page).error:
        press(page, "Take these outcomes")
    elif answer := [b.label for b in page.button if b.label.startswith("Answer ")]:
        press(page, answer[0])
    whole(page)
    assert not fault.refused or page.error
