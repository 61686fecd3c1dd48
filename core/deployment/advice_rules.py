"""What the adviser asks, and the rules that lead from answers to options.

The factors are those that decide how a model is deployed: relation to other
applications, retraining, predictions, history, input, business needs, enterprise
infrastructure, and where it may run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from core.deployment.advice_options import Question

_OUT: Final = -100.0
_MUST: Final = 10.0
_STRONG: Final = 3.0
_SOME: Final = 2.0
_WEAK: Final = 1.0
_SMALL_MB: Final = 5.0
_BIG_MB: Final = 200.0
_MANY_ROWS: Final = 2_000_000
_FEW_ROWS: Final = 10_000
_FEW_CALLS: Final = 20.0
_MANY_CALLS: Final = 100_000.0
_SWINGS: Final = 4.0
_WIDE: Final = 1_000


@dataclass(frozen=True)
class Answers:
    """What the person knows about the use, and what the version says of itself.

    Attributes
    ----------
    caller : {"one", "several", "people"}
        Who asks: one program, several programs, or people.
    language : {"python", "javascript", "other"}
        Of the program that asks.
    delay : {"instant", "hours"}
        How long an answer may take to come: real time, or in batch.
    calls_per_hour : float, default=1000
        Expected number of requests.
    rows_a_call : float, default=1
    goal_ms : float, default=200
        Response time allowed.
    swing : float, default=2
        Calls of the busiest hour over those of the mean hour.
    data : {"stay", "answers", "anywhere"}
        Must data stay on own machines, may rows without names leave, or all.
    machines : {"none", "servers", "containers", "mlflow"}
        What there is to run it on already: nothing, servers with room, a cluster for
        containers, an MLflow installation.
    changes : {"years", "months", "days"}
        How soon what is learned becomes outdated.
    outcomes : {"never", "weeks", "days"}
        When the true answers become known.
    replaces : bool, default=False
        Whether a system that does the same is replaced.
    n_rows, n_columns : int
        Rows that were trained on, and columns of a row.
    size_mb : float
        Of the model file.
    row_ms : float
        Processor time of one row, as measured at training.
    learns_online : bool, default=False
        Whether the model can learn from single later rows.
    """

    caller: Literal["one", "several", "people"] = "several"
    language: Literal["python", "javascript", "other"] = "python"
    delay: Literal["instant", "hours"] = "instant"
    calls_per_hour: float = 1000.0
    rows_a_call: float = 1.0
    goal_ms: float = 200.0
    swing: float = 2.0
    data: Literal["stay", "answers", "anywhere"] = "answers"
    machines: Literal["none", "servers", "containers", "mlflow"] = "servers"
    changes: Literal["years", "months", "days"] = "months"
    outcomes: Literal["never", "weeks", "days"] = "weeks"
    replaces: bool = False
    n_rows: int = 10_000
    n_columns: int = 20
    size_mb: float = 1.0
    row_ms: float = 0.1
    learns_online: bool = False


@dataclass(frozen=True)
class Rule:
    """When it applies, which option it speaks for, how strongly, and why.

    A negative weight speaks against the option; `because` may name answers.
    """

    question: Question
    option: str
    weight: float
    applies: Callable[[Answers], bool]
    because: str


def online_is_possible(answers: Answers) -> bool:
    """Say whether outcomes come soon enough to learn from them as they come."""
    return answers.outcomes == "days"


def _can_embed(answers: Answers) -> bool:
    return answers.caller == "one" and answers.language != "other"


RULES: Final[tuple[Rule, ...]] = (
    Rule("form", "batch", _MUST, lambda a: a.delay == "hours",
         "Answers may come hours later, so rows can be answered together."),
    Rule("form", "embedded", _OUT, lambda a: a.language == "other",
         "The program's language is neither Python nor JavaScript: the model would "
         "have to be written anew inside it."),
    Rule("form", "embedded", _OUT, lambda a: a.caller != "one",
         "More than one caller asks: embedded, each would carry its own copy."),
    Rule("form", "embedded", _OUT,
         lambda a: a.language == "javascript" and a.size_mb > _SMALL_MB,
         "The model file has {size_mb:,.1f} MB, too much for a page or a script."),
    Rule("form", "embedded", _STRONG, _can_embed,
         "One program alone asks, in a language that can hold the model."),
    Rule("form", "embedded", _SOME, lambda a: _can_embed(a) and a.goal_ms < 10,
         "Within {goal_ms:,.0f} ms a call over the network is hardly possible."),
    Rule("form", "embedded", _WEAK, lambda a: _can_embed(a) and a.data == "stay",
         "Rows never leave the program."),
    Rule("form", "service", _STRONG, lambda a: a.caller == "several",
         "Several programs ask, and one service answers them all."),
    Rule("form", "service", _STRONG, lambda a: a.caller == "people",
         "People ask, and a form needs something that answers."),
    Rule("form", "service", _STRONG,
         lambda a: a.delay == "instant" and a.language == "other",
         "HTTP is spoken by every language."),
    Rule("form", "service", _SOME, lambda a: a.changes == "days",
         "The model will change often; a service changes it without a new release."),
    Rule("form", "service", _SOME, lambda a: a.size_mb > _BIG_MB,
         "The model file has {size_mb:,.0f} MB: better loaded once than in each "
         "program."),
    Rule("form", "service", _WEAK, lambda a: a.swing >= _SWINGS,
         "The busiest hour has {swing:,.1f} times the mean: a service grows alone."),
    Rule("form", "service", _WEAK, lambda a: a.replaces,
         "A service can run in the shadow of the old system first."),
    Rule("form", "batch", _SOME, lambda a: a.rows_a_call * a.row_ms > a.goal_ms,
         "A call of {rows_a_call:,.0f} rows takes longer than {goal_ms:,.0f} ms."),
    Rule("form", "batch", _WEAK, lambda a: a.rows_a_call > 1_000,
         "{rows_a_call:,.0f} rows come together."),
    Rule("form", "batch", _WEAK, lambda a: a.rows_a_call * a.n_columns > 10 * _WIDE,
         "A call carries {n_columns:,} columns times {rows_a_call:,.0f} rows."),
    Rule("place", "own", _MUST, lambda a: a.data == "stay",
         "Data must stay on your own machines."),
    Rule("place", "cloud", _OUT, lambda a: a.data == "stay",
         "Data that must stay cannot be sent to a cloud."),
    Rule("place", "hybrid", _OUT, lambda a: a.data == "stay",
         "Nothing of the data may leave, not even without names."),
    Rule("place", "own", _STRONG, lambda a: a.machines != "none",
         "There are machines already that can serve it; a cloud would be one more "
         "cost."),
    Rule("place", "cloud", _STRONG, lambda a: a.machines == "none",
         "There are no machines yet, and a cloud needs no investment."),
    Rule("place", "hybrid", _STRONG, lambda a: a.data == "answers"
         and (a.machines == "none" or a.swing >= _SWINGS),
         "Data may leave only without names: keep it here, compute there."),
    Rule("place", "cloud", _STRONG,
         lambda a: a.data == "anywhere" and a.swing >= _SWINGS,
         "Demand swings {swing:,.1f}-fold: own capacity would mostly stand idle."),
    Rule("place", "hybrid", _WEAK,
         lambda a: a.data == "answers" and a.machines == "none",
         "The data needs a home of its own in any case."),
    Rule("place", "cloud", _WEAK, lambda a: a.calls_per_hour < _FEW_CALLS
         and a.machines == "none",
         "With {calls_per_hour:,.0f} calls an hour, paying by use costs least."),
    Rule("place", "own", _SOME, lambda a: a.calls_per_hour * a.rows_a_call
         > _MANY_CALLS and a.swing < _SWINGS,
         "Many calls that come evenly keep own machines busy."),
    Rule("place", "own", _WEAK, lambda a: a.caller == "one" and a.delay == "instant"
         and a.language != "other",
         "The model runs where the one program runs."),
    Rule("retraining", "online", _OUT, lambda a: a.outcomes == "never",
         "No outcomes come back, so nothing can be learned from them."),
    Rule("retraining", "online", _OUT, lambda a: a.outcomes == "weeks",
         "Outcomes arrive weeks later: learning from each as it comes is no sooner "
         "than a new version."),
    Rule("retraining", "offline", _STRONG, lambda a: a.changes == "years",
         "What it learned stays true for years."),
    Rule("retraining", "offline", _SOME, lambda a: a.changes == "months",
         "What it learned stays true for months: retrain when performance falls."),
    Rule("retraining", "online", _STRONG, lambda a: a.changes == "days",
         "What it learned is outdated within days."),
    Rule("retraining", "online", _WEAK, online_is_possible,
         "Outcomes are known within days."),
    Rule("retraining", "online", _WEAK, lambda a: a.learns_online,
         "This model can learn from single rows."),
    Rule("retraining", "online", _WEAK, lambda a: a.n_rows > _MANY_ROWS,
         "Training anew on {n_rows:,} rows takes long."),
    Rule("retraining", "offline", _SOME, lambda a: a.n_rows < _FEW_ROWS,
         "With {n_rows:,} rows, training anew is quick."),
)  # fmt: skip
"""Every rule; texts name the answers that they rest on."""
