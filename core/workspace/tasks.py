"""What jobs do: one function for each kind of job."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from core.data import Cohort
from core.errors import JobError
from core.modeling import Progress, TrainingPlan
from core.workspace.records import Job
from core.workspace.rehearsing import Rehearsal
from core.workspace.report import Report
from core.workspace.samples import build_sample
from core.workspace.workspace import Workspace

Task = Callable[[Workspace, Job, Report], dict[str, Any]]


def train_candidates(workspace: Workspace, job: Job, report: Report) -> dict[str, Any]:
    """Train on the train and validation rows; the test rows are out of reach."""
    if job.cycle_id is None:
        raise JobError("A training job needs a cycle.", hint="Start it on Train.")

    def tell(progress: Progress) -> None:
        report.tell(
            progress.fraction,
            progress.message,
            leaderboard=list(progress.leaderboard),
            elapsed_s=progress.elapsed_s,
            remaining_s=progress.remaining_s,
        )

    record = workspace.training.execute(
        job.cycle_id,
        TrainingPlan.from_dict(job.arguments["plan"]),
        split_id=job.arguments["split_id"],
        run_id=job.arguments["run_id"],
        on_progress=tell,
        should_stop=report.should_stop,
    )
    return {"run_id": record.id, "champion": record.champion}


def make_sample(workspace: Workspace, job: Job, report: Report) -> dict[str, Any]:
    """Build a finished example in the job's project."""
    build_sample(
        workspace, job.project_id, job.arguments["sample"], on_progress=report.tell
    )
    return {"project_id": job.project_id}


def profile_table(workspace: Workspace, job: Job, report: Report) -> dict[str, Any]:
    """Profile a dataset; the result is kept on disk."""
    given = job.arguments
    cohort = given.get("cohort")
    workspace.data.profile(
        given["dataset_id"],
        given["target"],
        given["task"],
        None if cohort is None else Cohort.from_dict(cohort),
        on_progress=report.tell,
    )
    return {"dataset_id": given["dataset_id"]}


def split_rows(workspace: Workspace, job: Job, report: Report) -> dict[str, Any]:
    """Split a cycle's table and compare the sets; both are kept on disk."""
    if job.cycle_id is None:
        raise JobError("A split needs a cycle.", hint="Start it on Explore.")
    report.tell(0.05, "Dividing the rows and sealing the test set")
    given = {**job.arguments, "fractions": tuple(job.arguments["fractions"])}
    made = workspace.data.split(job.cycle_id, **given)

    def tell(share: float, message: str) -> None:
        report.tell(0.3 + 0.7 * share, message)

    workspace.data.diagnosis(job.cycle_id, made.id, on_progress=tell)
    return {"split_id": made.id}


def compare_sets(workspace: Workspace, job: Job, report: Report) -> dict[str, Any]:
    """Compare the sets of a split that is there already."""
    if job.cycle_id is None:
        raise JobError("A split needs a cycle.", hint="Start it on Explore.")
    split_id = job.arguments["split_id"]
    workspace.data.diagnosis(job.cycle_id, split_id, on_progress=report.tell)
    return {"split_id": split_id}


def carry_away(workspace: Workspace, job: Job, report: Report) -> dict[str, Any]:
    """Build a bundle of a version and try it; why it is not offered is a result."""
    given = job.arguments
    bundle = workspace.bundles.build(
        job.project_id, given["number"], given["kind"], report.tell
    )
    return {"kind": bundle.kind, "reason": bundle.reason}


def push_version(workspace: Workspace, job: Job, report: Report) -> dict[str, Any]:
    """Register a version with a tracking server of MLflow."""
    number = job.arguments["number"]
    return asdict(workspace.bundles.push(job.project_id, number, report.tell))


def measure_capacity(workspace: Workspace, job: Job, report: Report) -> dict[str, Any]:
    """Ask a version on this machine with more and more clients."""
    given = job.arguments
    found = workspace.capacity.test(
        job.project_id, given["number"], given["rows_a_call"], report.tell
    )
    return found.to_dict()


def write_script(workspace: Workspace, job: Job, report: Report) -> dict[str, Any]:
    """Write a candidate as code and prove it; why it does not hold is a result."""
    given = job.arguments
    record = workspace.scripts.execute(
        given["run_id"], given["candidate"], tell=report.tell
    )
    return {"candidate": record.candidate, "held": record.proof.held}


def summarise_windows(workspace: Workspace, job: Job, report: Report) -> dict[str, Any]:
    """Summarise the windows of a version that are due; alarms follow."""
    given = job.arguments
    n_windows = workspace.monitoring.windows.bring_up_to_date(
        job.project_id, given["number"], given["period"], on_progress=report.tell
    )
    workspace.alarms.judge(job.project_id, given["number"])
    return {"n_windows": n_windows}


def rehearse_monitoring(
    workspace: Workspace, job: Job, report: Report
) -> dict[str, Any]:
    """Cut a version's test rows into windows and summarise them as if captured."""
    given = job.arguments
    rehearsal = Rehearsal(
        workspace.monitoring.material, job.project_id, given["number"], given["n_rows"]
    )
    windows = rehearsal.history(report.tell)
    return {
        "history": [each.to_dict() for each in windows],
        "n_rows": rehearsal.n_rows,
    }


def break_stream(workspace: Workspace, job: Job, report: Report) -> dict[str, Any]:
    """Put faults into a copy of a version's test rows; say which rule catches them."""
    given = job.arguments
    rehearsal = Rehearsal(
        workspace.monitoring.material, job.project_id, given["number"], given["n_rows"]
    )
    rules = workspace.alarms.watch(job.project_id).active
    trials = rehearsal.break_it(rules, report.tell)
    return {"trials": [each.to_dict() for each in trials]}


def work_out_effects(workspace: Workspace, job: Job, report: Report) -> dict[str, Any]:
    """Work out what the columns of the evaluated model do; kept with its evaluation."""
    effects = workspace.explanations.work_out(job.cycle_id or "", report.tell)
    return {"n_answers": effects.n_answers}


def challenge_champion(
    workspace: Workspace, job: Job, report: Report
) -> dict[str, Any]:
    """Make a challenger of the champion, judge it, and let it in or not."""
    made = workspace.challenges.execute(
        job.project_id, job.arguments, report.tell, report.should_stop
    )
    return {"challenge_id": made.id, "challenger": made.challenger}


def answer_file(workspace: Workspace, job: Job, report: Report) -> dict[str, Any]:
    """Answer a large file with one version."""
    service = workspace.service(job.project_id, job.arguments["number"])
    return workspace.batches.execute(job, service, report.tell)


def take_outcomes_in(workspace: Workspace, job: Job, report: Report) -> dict[str, Any]:
    """Take a large file of outcomes in, piece by piece."""
    return workspace.outcome_files.execute(job, report.tell)


def follow_learning(workspace: Workspace, job: Job, report: Report) -> dict[str, Any]:
    """Fit the evaluated candidate on growing parts of its training rows."""
    curve = workspace.scrutiny.learn(job.cycle_id or "", report.tell)
    return {"n_fits": sum(len(point.scores) for point in curve.points)}


TASKS: dict[str, Task] = {
    "training": train_candidates,
    "effects": work_out_effects,
    "learning": follow_learning,
    "outcomes": take_outcomes_in,
    "script": write_script,
    "sample": make_sample,
    "profile": profile_table,
    "split": split_rows,
    "sets": compare_sets,
    "bundle": carry_away,
    "push": push_version,
    "capacity": measure_capacity,
    "batch": answer_file,
    "windows": summarise_windows,
    "rehearsal": rehearse_monitoring,
    "break": break_stream,
    "challenge": challenge_champion,
}
