"""A fitted model without the tool that fitted it.

This package is copied, word for word, into every bundle that Rondo writes. It needs
numpy (and pandas where rows are cleaned first), reads JSON and arrays, and never
unpickles anything.
"""

from .predictor import BadRows, Predictor, load

__all__ = ["BadRows", "Predictor", "load"]
