"""Many rows at once: a table or a file in, the same rows with answers out."""

from core.serving.batch.columns import BatchOptions
from core.serving.batch.file import BatchReport, score_file
from core.serving.batch.formulas import neutralise_formulas
from core.serving.batch.mapping import propose_mapping
from core.serving.batch.table import score_table

__all__ = [
    "BatchOptions",
    "BatchReport",
    "neutralise_formulas",
    "propose_mapping",
    "score_file",
    "score_table",
]
