import pytest

from core.plots.theme import BAD, GOOD, NEUTRAL, WARN, short, text


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", [GOOD, BAD, WARN, NEUTRAL])
@pytest.mark.parametrize("background", ["#ffffff", "#0e1117"])
def test_colours_with_a_meaning_are_legible_on_light_and_dark(colour, background):
    assert _contrast(colour, background) >= 3


def test_names_are_shown_literally():
    assert "<" not in text("<script>alert(1)</script>")


def test_long_names_are_cut_before_they_are_escaped():
    assert short("<" * 40, 5) == "&lt;" * 4 + "…"
