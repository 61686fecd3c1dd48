"""Charts: one module per stage; a result goes in, a `Chart` comes out."""

from core.plots.theme import Chart

__all__ = ["Chart"]
