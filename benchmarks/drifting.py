"""How often drift reports alarm for nothing, and what they find."""

from collections import Counter

import numpy as np
import pandas as pd

from benchmarks.changes import CHANGES, draw_table, wandered
from benchmarks.goals import judge_share
from core.data.frames import ColumnKind
from core.monitoring import DriftReport, check_drift, summarise_reference
from core.monitoring.reference import guess_kind

SIZES = (
    (300, 300),
    (1_000, 1_000),
    (3_000, 3_000),
    (30_000, 1_000),
    (20_000, 60),
    (1_000, 30_000),
    (30_000, 30_000),
    (300_000, 300_000),
)
POWER_SIZE = (3_000, 3_000)
BATCHES = ((30, 100, 3_000), (30, 1_000, 3_000), (12, 1_000, 1_000), (6, 3_000, 3_000))
AT_LEAST: dict[str, float | None] = {
    "shift 0.1 sd": None,  # below the effect of interest
    "scale x 1.1": 0.8,
    "same, frequent levels": None,  # not in the table of the design
}
"""Share of draws that must find a change; .95 for all others."""


def _kinds() -> dict[str, ColumnKind]:
    table = draw_table(np.random.default_rng(0), 2_000)
    return {str(name): guess_kind(table[name]) for name in table}


def _causes(report: DriftReport) -> list[str]:
    joint = report.multivariate
    named = list(report.drifted_names)
    named += ["<dependence>"] * joint.dependence_drifted
    return named + ["<domain>"] * joint.domain_drifted


def false_alarms(n_draws: int, n_large: int, seed: int) -> None:
    """Print the share of reports, and of columns, that alarm for nothing.

    Parameters
    ----------
    n_draws, n_large : int
        Draws of each size, and of those with over 100,000 rows.
    seed : int
    """
    print("False alarms: reference and window of one law, 20 columns")
    kinds = _kinds()
    for size in SIZES:
        causes: Counter[str] = Counter()
        reports = columns = n_columns = 0
        draws = n_large if max(size) > 100_000 else n_draws
        for draw in range(draws):
            rng = np.random.default_rng([seed, *size, draw])
            before, now = (draw_table(rng, n_rows) for n_rows in size)
            report = check_drift(before, now, kinds=kinds)
            causes.update(_causes(report))
            reports += report.drifted
            columns += len(report.drifted_names)
            n_columns += len(report.columns)
        title = f"{size[0]:,} : {size[1]:,}"
        judge_share(f"{title}, reports", reports, draws, most=0.02)
        judge_share(f"{title}, columns", columns, n_columns)
        if causes:
            print(f"    {dict(causes)}")


def variation(n_draws: int, seed: int, size: float = 0.05) -> None:
    """Print false alarms where batches wander, and power against a true shift.

    The reference is made of batches whose columns wander by 0.05 standard deviations;
    the window is one batch more. Beside it the same without telling of the batches.
    """
    print(f"False alarms: batches that wander by {size} sd")
    kinds = _kinds()
    for n_batches, n_each, n_current in BATCHES:
        batches = pd.Series(np.repeat(np.arange(n_batches), n_each))
        told, causes = Counter[str](), Counter[str]()
        for draw in range(n_draws):
            rng = np.random.default_rng([seed, 5, n_batches, n_each, draw])
            parts = [
                wandered(rng, draw_table(rng, n_each), size) for _ in range(n_batches)
            ]
            before = pd.concat(parts, ignore_index=True)
            now = wandered(rng, draw_table(rng, n_current), size)
            known = summarise_reference(before, kinds=kinds, batches=batches)
            report = check_drift(known, now)
            causes.update(_causes(report))
            told["reports"] += report.drifted
            found = check_drift(known, now.assign(bell=now["bell"] + 0.3))
            told["found"] += found.columns["bell"].drifted
            told["untold"] += check_drift(before, now, kinds=kinds).drifted
        title = f"{n_batches} x {n_each:,} : {n_current:,}"
        judge_share(f"{title}, reports", told["reports"], n_draws, most=0.05)
        judge_share("    without telling of batches", told["untold"], n_draws)
        judge_share("    a shift of 0.3 sd is found", told["found"], n_draws)
        if causes:
            print(f"    {dict(causes)}")


def power(n_draws: int, seed: int) -> None:
    """Print how often each change is found in the column that changed."""
    n_reference, n_current = POWER_SIZE
    print(
        f"Power: share of draws that name the change, {n_reference:,} : {n_current:,}"
    )
    kinds = _kinds()
    for place, (title, change) in enumerate(CHANGES.items()):
        found = 0
        for draw in range(n_draws):
            rng = np.random.default_rng([seed, 77, place, draw])
            before, now = draw_table(rng, n_reference), draw_table(rng, n_current)
            changed, where = change(rng, now)
            report = check_drift(before, changed, kinds=kinds)
            joint = report.multivariate
            if "+" in where:
                pairs = ["+".join(p.columns) for p in joint.dependence.pairs]
                found += joint.dependence_drifted and where in pairs
            else:
                found += report.columns[where].drifted
        judge_share(title, found, n_draws, least=AT_LEAST.get(title, 0.95))
