"""Calls made up from the API's own description; none may end in a fault (5xx).

    python -m benchmarks.fuzz                    some hundred calls
    python -m benchmarks.fuzz --examples 5000    20,000 calls and more

The description of the one project has its real address, so most calls are made from
it; that of the whole API also makes up projects. Schemathesis makes up bodies,
addresses and headers that fit the description, and such that do not; Rondo answers in
this process, with a version of a small model live. It needs requirements-dev.txt.
"""

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, cast

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from core.data import churn_sample
from core.modeling import train
from core.registry import Registry
from core.serving import PredictionLog
from core.serving.api import create_api
from core.settings import Settings
from core.storage import open_database

PROJECT = "churn"


def make_app(home: Path) -> object:
    """Return the API with one version live."""
    place = Settings(home=home / "workspace", models=home / "models", api_key="fuzz")
    database = open_database(place)
    registry = Registry.of(place, database)
    sample = churn_sample(0)
    run = train(sample.table, sample.target, budget_s=5, families=("linear",), n_jobs=1)
    registry.add(PROJECT, run.champion, who="fuzz", reference=sample.table)
    registry.set_alias(PROJECT, "champion", 1, who="fuzz")
    return create_api(registry, PredictionLog(database), place)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=60, help="of each call")
    wanted = parser.parse_args().examples
    seen: Counter[int] = Counter()
    faults: list[str] = []
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(Path(folder))
        own = f"/projects/{PROJECT}/openapi.json"
        for path, n_examples in (("/openapi.json", wanted // 4), (own, wanted)):
            schema = schemathesis.openapi.from_asgi(
                path, app, headers={"X-API-Key": "fuzz"}
            )
            for result in schema.get_all_operations():
                operation = cast(Any, result).ok()

                @given(case=operation.as_strategy())
                @settings(
                    max_examples=n_examples,
                    deadline=None,
                    database=None,
                    phases=(Phase.generate,),
                    suppress_health_check=list(HealthCheck),
                )
                def call(case: Any) -> None:
                    answer = case.call(headers={"X-API-Key": "fuzz"})
                    seen[answer.status_code] += 1
                    if answer.status_code >= 500:
                        faults.append(f"{case.method} {case.path}: {answer.text[:200]}")

                call()
    counts = ", ".join(f"{status}: {n:,}" for status, n in sorted(seen.items()))
    print(f"{seen.total():,} calls in {time.monotonic() - start:.0f} s; {counts}")
    for fault in faults[:10]:
        print(fault)
    assert not faults, f"{len(faults)} calls ended in a fault"


if __name__ == "__main__":
    main()
