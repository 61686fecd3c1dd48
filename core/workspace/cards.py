"""The model card of an evaluated model, as it would be written if it were saved now."""

from core.errors import WorkspaceError
from core.registry.card import Judgement
from core.registry.draft import draft_card
from core.workspace.provenance import provenance
from core.workspace.workspace import Workspace


def preview_card(
    workspace: Workspace, cycle_id: str, judgement: Judgement, note: str = ""
) -> str:
    """Return the card as Markdown; nothing is written.

    Parameters
    ----------
    workspace : Workspace
    cycle_id : str
    judgement : Judgement
        What a person says of the model's use, and the limits that were found.
    note : str

    Raises
    ------
    WorkspaceError
        Nothing was evaluated.
    """
    cycle, found = workspace.cycles.get(cycle_id), workspace.evaluation.latest(cycle_id)
    run = workspace.training.run(cycle_id)
    if found is None or run is None:
        raise WorkspaceError(
            "A card is written of a model that was evaluated.",
            hint="Open the test set on the Evaluate page first.",
        )
    model = workspace.training.model(run.id, run.chosen)
    decided = workspace.decisions.present(run)
    known = [info.number for info in workspace.registry.versions(cycle.project_id)]
    return draft_card(
        model,
        cycle.project_id,
        max(known, default=0) + 1,
        evaluation=found.champion.to_dict(),
        lineage=provenance(workspace.data, cycle, run, found, model, decided),
        note=note,
        judgement=judgement,
    )
