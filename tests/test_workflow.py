"""The whole circle through the Python face alone, as docs/architecture.md gives it."""

from pathlib import Path

import pytest

from core.data import churn_sample, profile, read_table, split, suggest_recipe
from core.errors import RegistryError
from core.evaluation import evaluate
from core.modeling import train
from core.monitoring import check_drift, realised_performance
from core.registry import load_version, save_version
from core.retraining import next_table, verdict
from core.serving import PredictionLog, Service
from core.settings import Settings
from core.storage import Database
from tests.fitted import enough


def test_one_table_goes_all_the_way_round(
    tmp_path: Path, settings: Settings, database: Database
):
    sample = churn_sample()
    file = tmp_path / "churn.csv"
    sample.table.to_csv(file, index=False)

    table = read_table(file)
    assert table.report.n_rows == len(sample.table)
    found = profile(table.frame, target="churn")
    assert any(finding.code.startswith("DATA-") for finding in found.findings)

    recipe = suggest_recipe(table.frame, target="churn")
    clean = recipe.apply(table.frame)
    parts = split(clean, target="churn", strategy="stratified", random_state=0)
    rows = {
        name: clean.iloc[getattr(parts, name)].reset_index(drop=True)
        for name in ("train", "validation", "test")
    }

    run = train(
        rows["train"],
        target="churn",
        validation=rows["validation"],
        budget_s=60,
        families=("linear", "lightgbm"),
        n_jobs=1,
        **enough(3),
    )
    report = evaluate(run.champion, rows["test"], target="churn", n_repeats=2)
    auc = report.metrics["roc_auc"]
    assert 0.7 < auc.low < auc.value < auc.high < 0.97

    version = save_version(
        run.champion, settings.models / "churn" / "1", reference=rows["train"]
    )
    version = load_version(version.directory)
    service, log = Service(version), PredictionLog(database)
    drifted = _use(service, log, sample)
    assert drifted == [False, False, True]

    captured = log.read("churn", with_outcomes=True)
    realised = realised_performance(
        captured.meta, task="binary", pos_label="yes", window="month"
    )
    assert [window.enough for window in realised.windows] == [True, True]

    grown = next_table(clean, captured, "churn", version.schema)
    assert grown.n_added > 1_500
    again = train(
        grown.frame,
        target="churn",
        budget_s=60,
        families=("linear",),
        n_jobs=1,
        **enough(),
    )
    judged = verdict(run.champion, again.champion, rows["test"], "churn")
    assert judged.decision in ("promote", "not proven", "worse")


def _use(service: Service, log: PredictionLog, sample) -> list[bool]:
    """Predict each later month, bring outcomes in, and say which months drifted."""
    drifted = []
    for month in sample.months:
        answers = service.predict(month.frame)
        ids = log.append(
            "churn",
            1,
            month.frame,
            answers,
            latency_ms=1.0,
            source="batch",
            at=month.start,
        )
        if month.outcomes is not None:
            log.add_outcomes("churn", zip(ids, month.outcomes.tolist(), strict=True))
        names = list(service.version.schema.names)
        drift = check_drift(service.version.reference[names], month.frame[names])
        drifted.append(drift.drifted)
    return drifted


def test_a_changed_version_is_refused(tmp_path: Path, settings: Settings):
    sample = churn_sample()
    run = train(
        sample.table.head(600),
        target="churn",
        budget_s=60,
        families=("linear",),
        n_jobs=1,
        **enough(),
    )
    version = save_version(run.champion, settings.models / "churn" / "1")
    pickle_file = Path(version.directory) / "model.pkl"
    content = bytearray(pickle_file.read_bytes())
    content[len(content) // 2] ^= 1
    pickle_file.chmod(0o644)
    pickle_file.write_bytes(bytes(content))
    with pytest.raises(RegistryError):
        load_version(version.directory)
