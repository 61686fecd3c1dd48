"""The adviser: from what a person knows about the use to how a version is deployed.

Each rule says, when it applies, for which option it speaks and how strongly. The
option with the most weight is advised, and the rules that spoke are its reasons; so
the advice can be read, argued with, and changed in one table
(`core.deployment.advice_rules`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from core.deployment.advice_options import OPTIONS, Option, Question
from core.deployment.advice_rules import RULES, Answers

__all__ = ["Advice", "Answers", "Choice", "advise"]

_BUNDLES: Final[Mapping[str, str]] = MappingProxyType(
    {"service": "container", "batch": "embedded"}
)


_SCALES_FROM: Final = 4.0


@dataclass(frozen=True)
class Choice:
    """What is advised on one question, and why.

    Attributes
    ----------
    option : Option
        With its title, benefits and risks.
    reasons : tuple of str
        What speaks for it, strongest first; never empty.
    against : tuple of str
        What the answers say for another option.
    runner_up : Option
        The option with the second most weight.
    """

    option: Option
    reasons: tuple[str, ...]
    against: tuple[str, ...]
    runner_up: Option


@dataclass(frozen=True)
class Advice:
    """Form, place and retraining; the bundle that is such a deployment; first steps.

    Attributes
    ----------
    form, place, retraining : Choice
    bundle : str
        A key of `core.deployment.KINDS`.
    bundle_reason : str
    steps : tuple of str
        What to do first, in order.
    """

    form: Choice
    place: Choice
    retraining: Choice
    bundle: str
    bundle_reason: str
    steps: tuple[str, ...]


def advise(answers: Answers) -> Advice:
    """Advise how to deploy a version, with reasons, benefits and risks.

    Parameters
    ----------
    answers : Answers
        What the person and the version say; every combination gets an advice.

    Examples
    --------
    >>> advice = advise(Answers(delay="hours"))
    >>> advice.form.option.name, advice.place.option.name, advice.bundle
    ('batch', 'own', 'embedded')
    >>> advise(Answers(caller="one", language="javascript", size_mb=0.1)).bundle
    'plain'
    """
    form, place = _choice("form", answers), _choice("place", answers)
    retraining = _choice("retraining", answers)
    bundle, why = _bundle(form.option.name, answers)
    return Advice(
        form, place, retraining, bundle, why, _steps(answers, form, retraining)
    )


def _choice(question: Question, answers: Answers) -> Choice:
    spoken = [
        rule for rule in RULES if rule.question == question and rule.applies(answers)
    ]
    options = OPTIONS[question]
    weights = {
        option.name: sum(r.weight for r in spoken if r.option == option.name)
        for option in options
    }
    ranked = sorted(options, key=lambda option: -weights[option.name])
    best = ranked[0]
    ours = sorted(
        (rule for rule in spoken if rule.option == best.name and rule.weight > 0),
        key=lambda rule: -rule.weight,
    )
    theirs = [r for r in spoken if r.option != best.name and r.weight > 0]
    reasons = tuple(rule.because.format(**vars(answers)) for rule in ours)
    excluded = tuple(r.because.format(**vars(answers)) for r in spoken if r.weight < 0)
    return Choice(
        best,
        (*reasons, *excluded) or (best.default,),
        tuple(rule.because.format(**vars(answers)) for rule in theirs),
        ranked[1],
    )


def _bundle(form: str, answers: Answers) -> tuple[str, str]:
    """Return the bundle for a form, and why this one."""
    if form == "embedded" and answers.language == "javascript":
        return "plain", "A program in JavaScript takes the model as one plain function."
    if form == "embedded":
        return "embedded", "A Python program imports the folder as it is."
    if form == "service" and answers.machines == "mlflow":
        return "mlflow", "Your MLflow serves it with its own commands."
    if form == "batch" and answers.machines == "mlflow":
        return "mlflow", "Your MLflow's scheduled jobs load it as a model."
    if form == "batch" and answers.machines == "containers":
        return "container", "The image scores batches on the cluster you have."
    why = {
        "service": "One image runs on your servers and on every cloud.",
        "batch": "A scheduled command scores a file with it: predict.py rows answers.",
    }
    return _BUNDLES[form], why[form]


def _steps(answers: Answers, form: Choice, retraining: Choice) -> tuple[str, ...]:
    """Return what to do first: the change over, the load, the way back."""
    told = (
        _change_over(answers, form.option.name),
        *_load(answers, form.option.name),
        _way_back(answers, retraining.option.name),
    )
    return tuple(step for step in told if step)


def _change_over(answers: Answers, form: str) -> str:
    if not answers.replaces:
        return ""
    if form == "service":
        return (
            "Run it beside the old system first: score the same cases with both, and "
            "switch when the differences are explained."
        )
    return (
        "Score last month's cases with the old way and with this one, and compare "
        "before you switch."
    )


def _load(answers: Answers, form: str) -> tuple[str, ...]:
    if answers.delay == "hours":
        return ()
    call_ms = answers.row_ms * answers.rows_a_call
    cores = answers.calls_per_hour * answers.swing * call_ms / 3.6e6
    return (
        f"The model alone needs about {call_ms:,.1f} ms for a call, more than the "
        f"{answers.goal_ms:,.0f} ms you allow: take a faster candidate on Train, or "
        "send fewer rows in a call."
        if call_ms > answers.goal_ms
        else "",
        "Measure under load (Capacity) before you promise a response time."
        if form == "service"
        else "",
        f"In the busiest hour the model alone needs about {cores:,.1f} cores: plan "
        "several copies."
        if cores > 1
        else "",
        "Let the host add and remove copies with the load."
        if form == "service" and answers.swing >= _SCALES_FROM
        else "",
    )


def _way_back(answers: Answers, retraining: str) -> str:
    if answers.outcomes == "never":
        return (
            "Label a sample by hand now and then: without outcomes only drift is seen."
        )
    if retraining == "online" and not answers.learns_online:
        return (
            "Train the family “Online linear model”: this version cannot learn from "
            "single rows."
        )
    if answers.changes == "days" and retraining == "offline":
        return "Retrain on a schedule, as often as outcomes arrive."
    return ""


def titles(choices: Sequence[Choice]) -> str:
    """Say an advice in one line.

    Examples
    --------
    >>> advice = advise(Answers())
    >>> titles([advice.form, advice.place, advice.retraining])
    'As a service, on your own machines, retrained offline'
    """
    words = [choice.option.title for choice in choices]
    return ", ".join([words[0], *(word[0].lower() + word[1:] for word in words[1:])])
