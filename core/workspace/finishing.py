"""What becomes of a candidate when a person prefers it to the champion."""

from core.errors import WorkspaceError
from core.modeling import Judged, Model
from core.modeling.finishing import finish_candidate
from core.workspace.data import Data
from core.workspace.records import RunRecord, SplitRecord


def kept_together(split: SplitRecord) -> dict[str, str | None]:
    """Return the columns by which a split kept rows together, or in order."""
    if split.strategy == "group":
        return {"groups": split.column}
    if split.strategy == "time":
        return {"time": split.column}
    if split.strategy == "time and group":
        return {"time": split.column, "groups": split.group}
    return {}


def finished(
    data: Data, run: RunRecord, model: Model, judged: Judged | None = None
) -> Model:
    """Calibrate a first fit and fit it on all rows, as the run did its champion.

    Returns
    -------
    Model
        The same one when the rows it was judged by are not known any more.
    """
    split = data.get_split(run.split_id)
    output, kept = None, kept_together(split)
    if split.in_folds:
        if judged is None or model.name not in judged.outputs:
            return model
        output = judged.outputs[model.name]
    return finish_candidate(
        data.part(split.id, "train"),
        run.plan,
        run.entries,
        model,
        validation=None if split.in_folds else data.part(split.id, "validation"),
        output=output,
        groups=kept.get("groups"),
        time=kept.get("time"),
    )


def unknown_candidate(candidate: str) -> WorkspaceError:
    """Return the error about a candidate that the run has not finished."""
    return WorkspaceError(
        f"This cycle's run has no finished candidate “{candidate}”.",
        hint="Choose one from the leaderboard.",
    )
