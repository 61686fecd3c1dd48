"""Decisions about a trained model: its threshold and the truth of its probabilities.

Both are taken on validation rows (or out-of-fold answers), before or after the test
rows were opened, and never read those. What is decided becomes the run's model of that
candidate, so that the report, the saved version, the API and the form all follow it.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.errors import WorkspaceError
from core.evaluation.deciding import ThresholdCurve, threshold_curve
from core.evaluation.recalibrating import Recalibration, moved_threshold, recalibration
from core.modeling import Judged, Model
from core.modeling.calibration import Calibration
from core.modeling.metrics import Floats
from core.modeling.prediction_sets import learn_sets
from core.workspace.data import Data
from core.workspace.records import RunRecord
from core.workspace.store import RecordStore
from core.workspace.training import Training


@dataclass(frozen=True)
class Decision:
    """What a person decided about the chosen candidate.

    Attributes
    ----------
    at : datetime
    threshold : float or None
        None for more than two classes.
    words : str
        Why, for example "most F1 on 1,000 validation rows".
    calibration : {"isotonic", "sigmoid", "none"}
    """

    at: datetime
    threshold: float | None
    words: str
    calibration: str


class Decisions:
    """Choose threshold and calibration of a run's chosen candidate."""

    def __init__(self, store: RecordStore, data: Data, training: Training) -> None:
        self._store = store
        self._data = data
        self._training = training

    def present(self, run: RunRecord) -> Decision | None:
        """Return the newest decision about the chosen candidate, or None."""
        for record in self._store.list(run.project_id, "choice"):
            values = record.payload
            mine = (values["run_id"], values["candidate"]) == (run.id, run.chosen)
            if mine and "decision" in values:
                return Decision(record.created_at, **values["decision"])
        return None

    def model(self, run: RunRecord) -> Model:
        """Return the chosen candidate's model as decided."""
        return self._training.model(run.id, run.chosen)

    def curve(self, run: RunRecord) -> ThresholdCurve:
        """Return what every threshold does to the validation rows; kept once made.

        Raises
        ------
        WorkspaceError
            There are not two classes, or the answers were not kept.
        EvaluationError
            The validation rows are of one class.
        """
        model = self.model(run)
        if model.task != "binary":
            raise WorkspaceError(
                "Only a target of two classes has a decision threshold.",
                hint="Of more classes the likeliest one is answered.",
            )
        key = _curve_key(run, model.calibration)
        if self._data.files.exists(key):
            return ThresholdCurve.from_dict(json.loads(self._data.files.read(key)))
        judged, output = self._answers(run)
        shown = model.calibrated(output)
        positive = (judged.y == 1).astype(float)
        found = threshold_curve(positive, shown[:, 1], model.pos_label, judged.weight)
        self._data.files.write(key, json.dumps(found.to_dict()).encode())
        return found

    def recalibration(self, run: RunRecord) -> Recalibration:
        """Return what making the probabilities true anew would do.

        Raises
        ------
        WorkspaceError
            The target is a number, or the answers were not kept.
        EvaluationError
            There are too few validation rows.
        """
        judged, output = self._answers(run)
        if output.ndim == 1:
            raise WorkspaceError(
                "A predicted number has no probability to correct.",
                hint="Look at its residuals instead.",
            )
        return recalibration(
            judged.y,
            output,
            judged.weight,
            together=judged.together,
            in_order=judged.in_order,
        )

    def take_threshold(
        self, run: RunRecord, threshold: float, words: str = "by hand"
    ) -> RunRecord:
        """Let the chosen candidate decide from this probability on.

        Raises
        ------
        ModelingError
            There are not two classes, or it is not in [0, 1].
        """
        model = self.model(run).with_threshold(threshold)
        return self._keep(run, model, words)

    def take_calibration(
        self, run: RunRecord, calibration: Calibration | None
    ) -> RunRecord:
        """Let the probabilities go through other curves, or through none.

        The threshold moves along, so that the same rows are called positive;
        prediction sets are learned anew.
        """
        model, (judged, output) = self.model(run), self._answers(run)
        moved = output if calibration is None else calibration.apply(output)
        decided = replace(
            model,
            calibration=calibration,
            uncertainty=learn_sets(judged.y, moved, judged.weight),
        )
        if model.threshold is not None:
            threshold = moved_threshold(model.threshold, model.calibration, calibration)
            decided = decided.with_threshold(threshold)
        present = self.present(run)
        return self._keep(run, decided, "" if present is None else present.words)

    def _answers(self, run: RunRecord) -> tuple[Judged, Floats]:
        """Return truth and uncalibrated answers; of a fit that never saw the rows."""
        judged = self._training.judged(run.id)
        return judged, judged.of(run.chosen)

    def _keep(self, run: RunRecord, model: Model, words: str) -> RunRecord:
        digest = self._training.keep_model(run.project_id, run.id, model)
        found = model.calibration
        decision: dict[str, Any] = {
            "threshold": model.threshold,
            "words": words,
            "calibration": "none" if found is None else found.method,
        }
        payload = {
            "run_id": run.id,
            "candidate": run.chosen,
            "why": run.why,
            "models": {run.chosen: digest},
            "decision": decision,
        }
        self._store.save(run.project_id, "choice", payload)
        return self._training.get(run.id)


def _curve_key(run: RunRecord, calibration: Calibration | None) -> str:
    named = hashlib.sha256(run.chosen.encode())
    for curve in () if calibration is None else calibration.curves:
        for part in curve:
            named.update(part.tobytes())
    name = named.hexdigest()[:24]
    return f"projects/{run.project_id}/runs/{run.id}/curves/{name}.json"
