"""Steps on many rows of few words do what they do on few rows."""

import numpy as np
import pandas as pd
import pytest

from core.data import Recipe, Step
from core.data.by_word import by_word
from core.data.frames import canonical, is_canonical

WORDS = [" a", "A  b", "31/12/2024", "12", "€ 1.234,50", "yes", "", "(7)", "2024-05-01"]
STEPS = (
    ("trim_text", {"case": "title"}),
    ("merge_levels", {"mapping": {" a": "A", "12": "13"}}),
    ("parse_number", {"decimal": ","}),
    ("parse_date", {"format": "%d/%m/%Y"}),
    ("set_type", {"to": "number"}),
    ("set_type", {"to": "integer"}),
    ("set_type", {"to": "boolean"}),
    ("set_type", {"to": "date"}),
    ("set_type", {"to": "id"}),
)


@pytest.mark.parametrize(("kind", "options"), STEPS, ids=str)
@pytest.mark.parametrize("words", [WORDS, [*WORDS, None], ["3", "4"], ["yes", "no"]])
def test_a_million_words_are_changed_as_a_few_are(kind, options, words):
    few = canonical(pd.DataFrame({"x": pd.Series(words, dtype="str")}))
    recipe = Recipe((Step(kind, ("x",), options),))
    rows = np.arange(12_000) % len(words)
    many = recipe.apply(canonical(few.take(rows).reset_index(drop=True)))
    expected = recipe.apply(few).take(rows).reset_index(drop=True)
    assert is_canonical(many)
    pd.testing.assert_frame_equal(many, expected)


def test_each_different_word_is_changed_once():
    seen = []

    def change(values):
        seen.append(len(values))
        return values

    by_word(pd.Series(["a", "b"] * 10_000, dtype="str"), change)
    assert seen == [2]
