"""The workspace: all stages of all projects, tied together and kept on disk."""

from functools import lru_cache, partial

from core.registry import Registry
from core.serving import PredictionLog, Service
from core.serving.overrides import Overrides
from core.settings import Settings, get_settings
from core.storage import open_database
from core.workspace.alarms import Alarms
from core.workspace.batches import Batches
from core.workspace.bundles import Bundles
from core.workspace.capacity import Capacity
from core.workspace.challenge import Challenges
from core.workspace.cohorts import Cohorts
from core.workspace.cycles import Cycles
from core.workspace.data import Data
from core.workspace.deciding import Decisions
from core.workspace.evaluation import Evaluations
from core.workspace.explanations import Explanations
from core.workspace.jobs import Jobs
from core.workspace.known_rows import KnownRows
from core.workspace.lineage import Lineage
from core.workspace.monitoring import Monitoring
from core.workspace.next_cycle import NextCycle
from core.workspace.notices import Notices
from core.workspace.opened import Opened
from core.workspace.outcome_files import OutcomeFiles
from core.workspace.policies import Policies
from core.workspace.projects import Projects
from core.workspace.scripts import Scripts
from core.workspace.scrutiny import Scrutiny
from core.workspace.status import Status
from core.workspace.store import RecordStore
from core.workspace.training import Training
from core.workspace.turning import Turning
from core.workspace.updates import Updates


class Workspace:
    """Everything that Rondo keeps, by what it is about.

    Every change is on disk before the call that made it returns.

    Attributes
    ----------
    projects : Projects
    cycles : Cycles
    cohorts : Cohorts
        Named groups of rows, by project.
    data : Data
        Tables, recipes, splits.
    training : Training
    scripts : Scripts
        Candidates written as code.
    decisions : Decisions
        Threshold and calibration of the chosen candidate.
    evaluation : Evaluations
        The only way to the sealed test rows.
    explanations : Explanations
        Why the evaluated model answers as it does.
    opened : Opened
        The rows of the last opening, one by one and against other versions.
    known_rows : KnownRows
        Rows of a version's split, to start a form from.
    scrutiny : Scrutiny
        Where the evaluated model errs, and whether its numbers can be believed.
    registry : Registry
    bundles : Bundles
        Versions to carry away.
    capacity : Capacity
        How much a version answers on this machine.
    log : PredictionLog
    batches : Batches
        Large files, answered by jobs.
    monitoring : Monitoring
    outcome_files : OutcomeFiles
        Files of outcomes, taken in by jobs.
    alarms : Alarms
    notices : Notices
        Alarms told outside.
    next_cycle : NextCycle
        The way back from what was captured.
    overrides : Overrides
        Rules above the model.
    challenges : Challenges
        New versions that are judged against the champion.
    lineage : Lineage
        All cycles of a project, side by side.
    policies : Policies
        When projects retrain by themselves.
    updates : Updates
        New versions that have learned from later rows.
    jobs : Jobs
    status : Status
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = database = open_database(settings)
        store = RecordStore(database)
        self.projects = Projects(database)
        self.cycles = Cycles(database, store)
        self.cohorts = Cohorts(store)
        self.jobs = Jobs(settings, database)
        self.data = Data(settings, store, self.cycles)
        self.training = Training(settings, store, self.cycles, self.data, self.jobs)
        self.decisions = Decisions(store, self.data, self.training)
        self.scripts = Scripts(store, self.data, self.training, self.jobs)
        self.registry = Registry.of(settings, database)
        self.bundles = Bundles(settings, self.registry, self.jobs)
        self.capacity = Capacity(self.registry, self.jobs)
        self.log = PredictionLog.of(settings, database)
        self.batches = Batches(settings, self.log, self.jobs)
        self.overrides = Overrides(database)
        self._ruled = lru_cache(maxsize=8)(self._rule)
        self.evaluation = Evaluations(
            database, store, self.cycles, self.data, self.training, self.registry
        )
        self.explanations = Explanations(
            store, self.data, self.training, self.evaluation, self.jobs
        )
        self.opened = Opened(
            self.data, self.training, self.evaluation, self.explanations, self.registry
        )
        self.known_rows = KnownRows(self.data, store)
        self.scrutiny = Scrutiny(
            store,
            self.data,
            self.training,
            self.explanations,
            self.cohorts,
            self.jobs,
        )
        self.monitoring = Monitoring(database, self.data, self.registry, self.log)
        self.outcome_files = OutcomeFiles(
            database, self.batches, self.monitoring.material, self.jobs
        )
        self.alarms = Alarms(settings, database, self.monitoring)
        self.notices = Notices(settings, database, self.alarms)
        self.updates = Updates(self.monitoring, self.registry)
        self.next_cycle = NextCycle(
            store, self.cycles, self.data, self.training, self.monitoring
        )
        turning = Turning(
            store,
            self.cycles,
            self.data,
            self.training,
            self.evaluation,
            self.monitoring,
            self.next_cycle,
        )
        self.challenges = Challenges(turning, self.updates, self.cohorts, self.jobs)
        self.lineage = Lineage(
            self.data,
            self.training,
            self.evaluation,
            self.registry,
            self.next_cycle,
            self.cycles,
        )
        self.policies = Policies(
            store, self.monitoring, self.alarms, self.next_cycle, self.challenges
        )
        self.status = Status(
            self.cycles, self.data, self.training, self.evaluation, self.monitoring
        )

    def close(self) -> None:
        """Let go of the database and of ended processes; jobs at work go on."""
        self.jobs.close()
        self.log.close()
        self.database.close()

    def service(self, project_id: str, number: int | None = None) -> Service:
        """Return what answers for a project: its champion, or the version named.

        Raises
        ------
        RegistryError
            When there is no champion, or the version cannot be trusted.
        """
        return self._ruled(self.monitoring.service(project_id, number))

    def _rule(self, plain: Service) -> Service:
        version = plain.version
        return Service(version, partial(self.overrides.of, version.project))


@lru_cache(maxsize=8)
def _opened(settings: Settings) -> Workspace:
    return Workspace(settings)


def open_workspace(settings: Settings | None = None) -> Workspace:
    """Open the workspace of these settings; one for the whole process.

    Parameters
    ----------
    settings : Settings, default=None
        Those of the environment when not given.

    Raises
    ------
    StorageError
        When its folder or its database cannot be opened.
    """
    return _opened(settings or get_settings())
