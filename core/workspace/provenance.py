"""Where a version comes from, as it is written into its folder."""

from collections.abc import Mapping
from typing import Any

from core.data import replay_of
from core.errors import WorkspaceError
from core.modeling import Model
from core.registry import ModelVersion
from core.workspace.data import Data
from core.workspace.deciding import Decision
from core.workspace.records import Cycle, EvaluationRecord, RunRecord


def provenance(
    data: Data,
    cycle: Cycle,
    run: RunRecord,
    found: EvaluationRecord,
    model: Model,
    decided: Decision | None,
) -> dict[str, Any]:
    """Return table, recipe, split, run and decisions that a version was made from."""
    dataset = data.get(cycle.dataset_id or "")
    recipe = data.recipe(cycle.id)
    raw = data.frame(dataset.id)
    replay = replay_of(recipe, raw, dataset.schema, model.schema)
    split = data.get_split(run.split_id)
    return {
        "project": cycle.project_id,
        "cycle": cycle.number,
        "cycle_id": cycle.id,
        "dataset": dataset.name,
        "dataset_id": dataset.id,
        "dataset_hash": dataset.content_hash,
        "raw_sha256": dataset.raw_sha256,
        "recipe": recipe.to_json(),
        "replay": replay.to_dict(),
        "split": {
            "id": split.id,
            "strategy": split.strategy,
            "random_state": split.random_state,
            "n_train": split.n_train,
            "n_validation": split.n_validation,
            "n_test": split.n_test,
        },
        "run": run.id,
        "candidate": run.chosen,
        "chosen_because": run.why,
        "decided_because": "" if decided is None else decided.words,
        "evaluation": found.id,
        "test_openings": found.n_openings,
    }


def require_origin(version: ModelVersion) -> Mapping[str, Any]:
    """Return where a version came from; refuse one that no cycle has made.

    Raises
    ------
    WorkspaceError
        Its cycle, table or run is not known: it was brought in or saved by a script.
    """
    if not {"cycle_id", "dataset_id", "run"} <= version.lineage.keys():
        raise WorkspaceError(
            f"Version {version.number} came from no cycle of this project, so there is "
            "no table, recipe or split to train a challenger by.",
            hint="Let it learn from the new rows where its model can, or go round "
            "once from Explore and make that version the champion.",
        )
    return version.lineage
