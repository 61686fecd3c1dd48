"""Figures of the running service, in the text format of Prometheus."""

import os

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder in which the workers of one server add up their figures."""

_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class ServiceMetrics:
    """Counts since the start, of all workers where there are several.

    Examples
    --------
    >>> metrics = ServiceMetrics()
    >>> metrics.predictions.labels("churn", "3").inc(2)
    >>> b'rondo_predictions_total{project="churn",version="3"} 2.0' in metrics.text()
    True
    """

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.predictions = Counter(
            "rondo_predictions",
            "Rows answered.",
            ("project", "version"),
            registry=self._registry,
        )
        self.warnings = Counter(
            "rondo_predictions_with_warnings",
            "Rows answered with at least one warning.",
            ("project", "version"),
            registry=self._registry,
        )
        self.seconds = Histogram(
            "rondo_predict_seconds",
            "Time of a predict call, from parsed body to kept answers.",
            ("project",),
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        self.outcomes = Counter(
            "rondo_outcomes",
            "Outcomes added or replaced.",
            ("project",),
            registry=self._registry,
        )
        self.refused = Counter(
            "rondo_refused_calls",
            "Calls that were not answered, by HTTP status.",
            ("status",),
            registry=self._registry,
        )

    def text(self) -> bytes:
        """Return all figures as Prometheus reads them."""
        if MULTIPROCESS not in os.environ:
            return generate_latest(self._registry)
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
        return generate_latest(shared)
