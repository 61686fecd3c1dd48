"""Captured predictions that are older than they may be."""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, delete, select

from core.storage import Database
from core.storage.tables import outcomes, predictions, shadows

_PIECE: Final = 500


def delete_before(
    database: Database, moment: datetime, which: ColumnElement[bool] | None = None
) -> int:
    """Delete predictions older than a moment, with their outcomes and shadows.

    It is done in pieces, so that calls never wait long for the write lock.

    Parameters
    ----------
    database : Database
    moment : datetime
        Aware.
    which : condition on predictions, default=None
        Of which projects; of all when None.

    Returns
    -------
    int
        Predictions that are gone.
    """
    old = select(predictions.c.id).where(predictions.c.at < moment).limit(_PIECE)
    if which is not None:
        old = old.where(which)
    n_gone = 0
    while True:
        with database.begin() as connection:
            ids = list(connection.execute(old).scalars())
            for column in (
                outcomes.c.prediction_id,
                shadows.c.prediction_id,
                predictions.c.id,
            ):
                connection.execute(delete(column.table).where(column.in_(ids)))
        n_gone += len(ids)
        if len(ids) < _PIECE:
            return n_gone
