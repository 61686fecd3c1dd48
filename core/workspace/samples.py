"""A finished example: one sample table taken all the way round the wheel."""

from collections.abc import Callable
from datetime import timedelta

from core.data import Recipe, Sample, bundled_sample, churn_sample, suggest_recipe
from core.modeling import TrainingPlan
from core.monitoring.watch import Watch
from core.workspace.records import Cycle
from core.workspace.store import new_id
from core.workspace.workspace import Workspace

Tell = Callable[[float, str], None]

BUDGET_S = 8.0
FAMILIES = ("linear", "lightgbm", "extra_trees")
WHO = "sample"
APPROVER = "sample, second person"


def start_sample(workspace: Workspace, sample: str) -> str:
    """Create a project for a sample and build it in a job; return the job's id."""
    project = workspace.projects.create(load_sample(sample).title)
    job = workspace.jobs.submit("sample", project.id, {"sample": sample})
    return job.id


def load_sample(sample: str) -> Sample:
    """Return a sample table by its name.

    Raises
    ------
    DataError
        When there is none of this name.
    """
    return churn_sample() if sample == "churn" else bundled_sample(sample)


def build_sample(
    workspace: Workspace,
    project_id: str,
    sample: str,
    *,
    on_progress: Tell,
    budget_s: float = BUDGET_S,
) -> Cycle:
    """Take a sample round the wheel: import, clean, split, train, evaluate, deploy.

    A sample with later months is also used for them: every row is predicted at a
    moment of its month, outcomes are brought in where they are known, and its weeks
    are judged, so that Monitor shows the alarm that the last month raises.
    """
    source = load_sample(sample)
    cycle = workspace.cycles.current(project_id)
    on_progress(0.02, "Bringing the table in")
    _bring_in(workspace, cycle, source)
    on_progress(0.10, "Cleaning and splitting")
    recipe: Recipe = suggest_recipe(source.table, source.target)
    workspace.cycles.save_recipe(cycle.id, recipe)
    split = workspace.data.split(cycle.id)
    workspace.training.execute(
        cycle.id,
        TrainingPlan(
            target=source.target,
            task=source.task,
            budget_s=budget_s,
            families=FAMILIES,
        ),
        split_id=split.id,
        run_id=new_id("run"),
        on_progress=lambda p: on_progress(0.15 + 0.45 * p.fraction, p.message),
    )
    on_progress(0.62, "Opening the test set once")
    workspace.evaluation.open(cycle.id, why="The sample's first look")
    version = workspace.evaluation.save_version(
        cycle.id, note="Trained with the sample", who=WHO
    )
    if workspace.registry.four_eyes:
        workspace.registry.set_state(
            project_id, version.number, "approved", who=APPROVER, why="A sample"
        )
    workspace.registry.set_alias(
        project_id, "champion", version.number, who=WHO, why="First version"
    )
    for position, month in enumerate(source.months):
        share = 0.75 + 0.25 * position / len(source.months)
        on_progress(share, f"Predicting the rows of {month.name}")
        _use(workspace, project_id, source, position)
    if source.months:
        on_progress(0.95, "Looking at each week")
        _watch(workspace, project_id, version.number)
    return workspace.cycles.get(cycle.id)


def _bring_in(workspace: Workspace, cycle: Cycle, source: Sample) -> None:
    dataset = workspace.data.add_frame(
        cycle.project_id, source.table, f"{source.name}.csv"
    )
    workspace.cycles.use_dataset(cycle.id, dataset.id)
    workspace.cycles.set_target(cycle.id, source.target, source.task)


def _use(workspace: Workspace, project_id: str, source: Sample, position: int) -> None:
    """Predict a month's rows in 28 daily calls and bring in known outcomes."""
    month = source.months[position]
    service = workspace.service(project_id)
    n_days = 28
    for day in range(n_days):
        rows = range(day, len(month.frame), n_days)
        records = month.frame.iloc[list(rows)][list(service.version.schema.names)]
        answers = service.predict(records, strict=False)
        ids = workspace.log.append(
            project_id,
            service.version.number,
            records,
            answers,
            latency_ms=None,
            source="batch",
            at=month.start + timedelta(days=day, hours=9),
        )
        if month.outcomes is not None:
            known = month.outcomes.iloc[list(rows)].tolist()
            workspace.log.add_outcomes(
                project_id,
                zip(ids, known, strict=True),
                at=month.start + timedelta(days=day + 20),
            )


def _watch(workspace: Workspace, project_id: str, number: int) -> None:
    """Watch the project by weeks, and look at those that are over."""
    workspace.alarms.save_watch(project_id, Watch(period="week"))
    workspace.monitoring.windows.bring_up_to_date(project_id, number, "week")
    workspace.alarms.judge(project_id, number)
