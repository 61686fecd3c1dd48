"""Choosing captured rows to label next."""

import numpy as np
import pandas as pd

from core.monitoring.binning import Float
from core.monitoring.error_size import expected_errors
from core.monitoring.labelling import choose_rows, spread_of
from core.monitoring.pape import Labelled, resemble
from core.serving import CapturedPredictions, PredictionLog, Service
from core.workspace.material import Material

LOOKED_AT = 10_000


class Chooser:
    """Finds the rows of a version whose outcomes would say most.

    Parameters
    ----------
    material : Material
    log : PredictionLog
    """

    def __init__(self, material: Material, log: PredictionLog) -> None:
        self._material = material
        self._log = log

    def choose(self, project_id: str, number: int, n: int) -> pd.DataFrame:
        """Return at most n rows, as `Monitoring.to_label` promises."""
        captured = self._log.read(project_id, version=number, limit=LOOKED_AT)
        waiting = captured.meta["outcome"].isna().to_numpy()
        meta = captured.meta[waiting].reset_index(drop=True)
        inputs = captured.inputs[waiting].reset_index(drop=True)
        shown = meta[["id", "at", "prediction"]]
        if not len(meta):
            return shown.assign(why="", stands_for=0.0)
        service = self._material.service(project_id, number)
        known = self._material.usual_answers(project_id, number)
        now = service.cleaned(inputs)
        near = resemble(Labelled.of(known.inputs), now)
        choice = choose_rows(
            _spread(service, meta, known, now),
            n,
            novelty=None if near is None else near.novelty,
        )
        chosen = shown.iloc[choice.rows].assign(
            why=list(choice.why), stands_for=choice.weights
        )
        given = inputs.iloc[choice.rows].drop(columns=chosen.columns, errors="ignore")
        return pd.concat([chosen, given], axis="columns").reset_index(drop=True)


def _spread(
    service: Service,
    meta: pd.DataFrame,
    known: CapturedPredictions,
    now: pd.DataFrame,
) -> Float:
    version = service.version
    if version.task != "regression":
        return spread_of(meta)
    error = (known.meta["outcome"] - known.meta["prediction"]).abs()
    told = error.notna().to_numpy()
    size = error[told].to_numpy(np.float64)
    return expected_errors(known.inputs[told].reset_index(drop=True), size, now)[0]
