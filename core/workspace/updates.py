"""New versions that have learned from later rows, each tested on them first."""

from datetime import datetime

import pandas as pd

from core.data import content_hash
from core.errors import WorkspaceError
from core.evaluation import evaluate
from core.registry import Registry, VersionInfo
from core.workspace.monitoring import Monitoring


class Updates:
    """Let a version learn from a batch of rows, and save what comes of it."""

    def __init__(self, monitoring: Monitoring, registry: Registry) -> None:
        self._monitoring = monitoring
        self._registry = registry

    def rows_with_outcomes(
        self,
        project_id: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> pd.DataFrame:
        """Return captured rows whose outcome is known, as the champion takes them.

        Raises
        ------
        WorkspaceError
            There are none in this period, or the project has no champion.
        """
        service = self._monitoring.service(project_id)
        captured = self._monitoring.log.read(
            project_id, since=since, until=until, with_outcomes=True
        )
        if not len(captured.meta):
            raise WorkspaceError(
                "No captured prediction of this period has an outcome yet.",
                hint="Bring outcomes in first, or choose a longer period.",
            )
        rows = service.cleaned(captured.inputs).reset_index(drop=True)
        outcome = captured.meta["outcome"].reset_index(drop=True)
        return rows.assign(**{service.version.target: outcome})

    def make_version(
        self,
        project_id: str,
        frame: pd.DataFrame,
        *,
        who: str,
        number: int | None = None,
        note: str = "",
    ) -> VersionInfo:
        """Test a version on later rows, let it learn from them, and save the result.

        The new version's evaluation is the old one's on these rows, from before it
        learned from them (test, then train): the only honest number that the rows
        can give. The version is a draft; nothing goes live.

        Parameters
        ----------
        project_id : str
        frame : DataFrame of shape (n_rows, n_columns)
            Cleaned as the model takes it, the target among the columns.
        who : str
        number : int, default=None
            The version that learns; None: the champion.
        note : str, default=""

        Raises
        ------
        WorkspaceError
            The version cannot learn on.
        ModelingError, EvaluationError
            No row has a usable target, or nothing can be measured on them.
        """
        version = self._monitoring.service(project_id, number).version
        model = version.model
        if not model.updatable:
            raise WorkspaceError(
                f"Version {version.label} cannot learn from later rows.",
                hint="Train the family “Online linear model”, or begin a new cycle.",
            )
        tested = evaluate(model, frame, model.target)
        updated = model.update(frame)
        learned = {
            "updated_from": version.number,
            "updated_on": content_hash(frame),
            "updated_rows": len(frame),
            "updates": int(version.lineage.get("updates", 0)) + 1,
        }
        return self._registry.add(
            project_id,
            updated,
            who=who,
            note=note or f"Version {version.number}, after {len(frame):,} more rows",
            reference=version.reference,
            evaluation=tested.to_dict(),
            lineage={**version.lineage, **learned},
        )
