"""A champion as one Python script that needs no Rondo, proven by running it."""

from core.modeling.script.proof import Proof, prove
from core.modeling.script.writing import Story, write_training_script

__all__ = ["Proof", "Story", "prove", "write_training_script"]
