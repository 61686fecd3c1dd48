"""The ways to deploy that the adviser chooses from: their benefits and risks."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Question = Literal["form", "place", "retraining"]


@dataclass(frozen=True)
class Option:
    """One way to answer a question of deployment.

    Attributes
    ----------
    name, title : str
    default : str
        The reason when no rule speaks.
    benefits, risks : tuple of str
    """

    name: str
    title: str
    default: str
    benefits: tuple[str, ...]
    risks: tuple[str, ...]


OPTIONS: Final[Mapping[Question, tuple[Option, ...]]] = MappingProxyType({
    "form": (
        Option(
            "service", "As a service", "Whatever asks, a service can answer it.",
            (
                "One place to monitor, update and roll back; callers change nothing.",
                "A new version can answer a share of calls before it answers all.",
                "Any language can call it.",
            ),
            (
                "It must be up whenever somebody asks; the network adds time.",
                "A key or a network border must guard it.",
            ),
        ),
        Option(
            "embedded", "Embedded in the program", "The program can hold the model.",
            (
                "No network between program and model; it answers offline too.",
                "Rows never leave the program.",
            ),
            (
                "A new version means a new release of that program.",
                "Predictions are captured only if the program keeps them.",
            ),
        ),
        Option(
            "batch", "In batch", "Rows can wait and be answered together.",
            (
                "Most rows per second and least cost; nothing runs in between.",
                "A failed run is simply repeated.",
            ),
            (
                "Answers are as old as the last run.",
                "Cases that come in between have no answer.",
            ),
        ),
    ),
    "place": (
        Option(
            "own", "On your own machines", "Nothing asks for another place.",
            ("Data and model stay in your hands.", "No cost for each call."),
            (
                "Capacity is bought in steps: above demand it is wasted, below demand "
                "callers are not served.",
                "Availability and repairs are your own work.",
            ),
        ),
        Option(
            "hybrid", "Hybrid", "Part of it may leave, part of it must not.",
            (
                "Data stays where it is; only what the model needs is sent.",
                "Peaks are answered in the cloud, the base on own machines.",
            ),
            (
                "Two places to run, to guard and to pay.",
                "What leaves must be checked to name nobody.",
            ),
        ),
        Option(
            "cloud", "In the cloud", "Capacity that follows demand.",
            (
                "Small investment, cost in proportion to use.",
                "Capacity follows demand.", "Availability is the provider's work.",
            ),
            (
                "More exposure, less control over operations.",
                "Moving to another provider is work.",
                "Law and compliance differ between regions.",
            ),
        ),
    ),
    "retraining": (
        Option(
            "offline", "Retrained offline", "A version is made, tested, then promoted.",
            (
                "Every version is evaluated before it answers.",
                "A version can be rolled back to.",
            ),
            ("Between two versions the model ages.",),
        ),
        Option(
            "online", "Retrained online", "It learns as outcomes arrive.",
            ("It follows a world that changes quickly.", "An update takes seconds."),
            (
                "Bad outcomes teach bad answers at once: watch each update.",
                "Only families that learn row by row can do it.",
            ),
        ),
    ),
})  # fmt: skip
"""The options of each question; the first wins a tie."""
