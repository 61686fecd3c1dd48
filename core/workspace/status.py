"""Where each stage of a cycle stands: done, stale, next or blocked."""

from core.wording import counted
from core.workspace.cycles import Cycles
from core.workspace.data import Data
from core.workspace.evaluation import Evaluations
from core.workspace.monitoring import Monitoring
from core.workspace.records import STAGES, Cycle, StageState, StageStatus
from core.workspace.training import Training

_Found = tuple[bool, bool, str]
"""Done, stale, and the words for it."""


class Status:
    """Read the state of a cycle's stages off what they made."""

    def __init__(
        self,
        cycles: Cycles,
        data: Data,
        training: Training,
        evaluation: Evaluations,
        monitoring: Monitoring,
    ) -> None:
        self._cycles = cycles
        self._data = data
        self._training = training
        self._evaluation = evaluation
        self._monitoring = monitoring

    def of(self, cycle_id: str) -> tuple[StageStatus, ...]:
        """Return the status of every stage, in the order of the wheel.

        The first stage that is not done is "next"; what comes after it is
        "blocked", or "stale" where something old is there.
        """
        cycle = self._cycles.get(cycle_id)
        found = {
            "explore": self._explore(cycle),
            "train": self._train(cycle),
            "evaluate": self._evaluate(cycle),
            "deploy": self._deploy(cycle),
            "predict": self._predict(cycle),
            "monitor": self._monitor(cycle),
            "retrain": self._retrain(cycle),
        }
        statuses, open_so_far = [], True
        for stage in STAGES:
            done, stale, words = found[stage]
            state = _state(done=done, stale=stale, reachable=open_so_far)
            statuses.append(StageStatus(stage, state, words))
            open_so_far = open_so_far and state == "done"
        return tuple(statuses)

    def _explore(self, cycle: Cycle) -> _Found:
        if cycle.dataset_id is None:
            return False, False, "Bring a table in"
        if cycle.target is None:
            return False, False, "Choose the target"
        split = self._data.split_of(cycle.id)
        if split is None:
            return False, False, "Split the table"
        fresh = split.sources == cycle.sources
        words = (
            f"{counted('row', split.n_rows)} split"
            if fresh
            else "Changed since the split"
        )
        return fresh, not fresh, words

    def _train(self, cycle: Cycle) -> _Found:
        run = self._training.run(cycle.id)
        if self._training.active(cycle.id) is not None:
            return False, False, "Training is under way"
        if run is None:
            return False, False, "Train the first models"
        fresh = run.split_id == cycle.split_id
        words = run.chosen if fresh else "Trained on an older split"
        return fresh, not fresh, words

    def _evaluate(self, cycle: Cycle) -> _Found:
        found = self._evaluation.latest(cycle.id)
        if found is None:
            return False, False, "Open the test set"
        fresh = self._evaluation.is_fresh(cycle.id)
        words = (
            f"On {counted('test row', found.champion.n_rows)}"
            if fresh
            else "Of another candidate"
        )
        return fresh, not fresh, words

    def _deploy(self, cycle: Cycle) -> _Found:
        champion = self._monitoring.registry.champion(cycle.project_id)
        if cycle.version_number is None:
            return False, False, "Save a version and make it champion"
        if champion != cycle.version_number:
            return False, champion is not None, f"Version {cycle.version_number} waits"
        return True, False, f"Version {champion} is live"

    def _predict(self, cycle: Cycle) -> _Found:
        if cycle.version_number is None:
            return False, False, "Ask the model"
        count = self._monitoring.n_predictions(cycle.project_id, cycle.version_number)
        words = counted("prediction", count) if count else "Ask the model"
        return count > 0, False, words

    def _monitor(self, cycle: Cycle) -> _Found:
        if cycle.version_number is None:
            return False, False, "Compare with the training data"
        count = self._monitoring.n_outcomes(cycle.project_id, cycle.version_number)
        words = counted("outcome", count) if count else "Bring outcomes in"
        return count > 0, False, words

    def _retrain(self, cycle: Cycle) -> _Found:
        newest = self._cycles.current(cycle.project_id)
        if newest.number > cycle.number:
            return True, False, f"Cycle {cycle.number + 1} has begun"
        return False, False, "Start the next cycle"


def _state(*, done: bool, stale: bool, reachable: bool) -> StageState:
    if done and reachable:
        return "done"
    if stale or done:
        return "stale"
    return "next" if reachable else "blocked"
