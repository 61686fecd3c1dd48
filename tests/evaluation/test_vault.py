"""The test rows are sealed: one way in, and it is counted."""

import copy
import inspect
import pickle

import pandas as pd
import pytest

from core.errors import StorageError
from core.evaluation import SealedTest


class Log:
    def __init__(self):
        self.events = []

    def read(self):
        self.events.append("read")
        return pd.DataFrame({"a": [1, 2, 3]})

    def record(self):
        self.events.append("recorded")


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def sealed(log):
    return SealedTest(log.read, n_rows=3, record=log.record)


def test_every_opening_is_counted_before_a_row_is_read(sealed, log):
    assert len(sealed.open()) == 3
    sealed.open()
    assert log.events == ["recorded", "read"] * 2


def test_an_opening_that_cannot_be_counted_gives_no_rows(log):
    def full() -> None:
        raise StorageError("The disk is full.", hint="Make room.")

    sealed = SealedTest(log.read, n_rows=3, record=full)
    with pytest.raises(StorageError):
        sealed.open()
    assert log.events == []


def test_nothing_but_open_gives_rows(sealed, log):
    assert sealed.n_rows == 3
    public = [name for name in dir(sealed) if not name.startswith("_")]
    assert sorted(public) == ["n_rows", "open"]
    for attempt in (iter, len, list, lambda s: s[0], pd.DataFrame, vars):
        with pytest.raises((TypeError, ValueError)):
            attempt(sealed)
    assert "3" in repr(sealed)
    assert log.events == []


@pytest.mark.parametrize("attempt", [copy.copy, copy.deepcopy, pickle.dumps])
def test_it_cannot_be_copied_or_sent(sealed, attempt, log):
    with pytest.raises(TypeError):
        attempt(sealed)
    assert log.events == []


def test_its_recorder_cannot_be_exchanged(sealed):
    for name in ("record", "n_rows", "_SealedTest__open"):
        with pytest.raises(TypeError):
            setattr(sealed, name, lambda: None)


def test_even_its_hidden_function_counts(sealed, log):
    hidden = [
        value
        for name in SealedTest.__slots__
        if inspect.isfunction(value := getattr(sealed, f"_SealedTest{name}", None))
    ]
    for function in hidden:
        function()
    assert log.events == ["recorded", "read"] * len(hidden)
