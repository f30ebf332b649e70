"""Results as plain data for JSON: the same keys in CLI, API and exports, in no language unless one is asked for."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from funnelpact.core.plan.demand import Demand
from funnelpact.core.plan.mix import Mix, TypeLine
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.problem import Problem, Problems
from funnelpact.core.terms.quantity import Rate, Ratio
from funnelpact.core.view.language import Language


def plain(*, value: Value | None, language: Language) -> Any:
    """This returns a value as JSON holds it: numbers as numbers (nearest double), days as ISO, durations in seconds,
    sentences as text.
    """
    match value:
        case Money():
            return _number(value.amount)
        case Rate() | Ratio():
            return _number(value.value)
        case Fraction() | Decimal():
            return _number(Fraction(value))
        case timedelta():
            return _number(Fraction(value // timedelta.resolution, 1_000_000))
        case datetime() | date():
            return value.isoformat()
        case Message():
            return language.say(value)
        case tuple():
            return [plain(value=part, language=language) for part in value]
        case _:
            return value


def _number(exact: Fraction) -> int | float:
    return exact.numerator if exact.denominator == 1 else float(exact)


def derivation_data(*, tree: Derivation, language: Language) -> dict[str, Any]:
    """This returns the tree with `name`, `label`, `value`, `rule` and `inputs` at each node."""
    return {
        "name": tree.name,
        "label": language.say(tree.label),
        "value": plain(value=tree.value, language=language),
        "rule": language.say(tree.rule),
        "inputs": [derivation_data(tree=part, language=language) for part in tree.inputs],
    }


def demand_data(*, demand: Demand, language: Language) -> dict[str, Any]:
    """This returns a demand of one lead type: counts as whole numbers, money in `currency`, unrounded."""
    return {
        "quota": _number(demand.quota.amount),
        "currency": demand.quota.currency or None,
        "rounding": demand.rounding.value,
        "deals": demand.deals,
        "stages": dict(demand.stages),
        "leads": demand.leads,
        "value_per_lead": _number(demand.value_per_lead.amount),
        "quota_per_lead": _number(demand.quota_per_lead.amount),
        "derivation": derivation_data(tree=demand.derivation, language=language),
    }


def mix_data(*, mix: Mix, language: Language) -> dict[str, Any]:
    """This returns a mix with one entry for each type, its demand where a chain was given."""
    return {
        "quota": _number(mix.quota.amount),
        "currency": mix.quota.currency or None,
        "rounding": mix.rounding.value,
        "leads": mix.leads,
        "worth": _number(mix.worth.amount),
        "types": [_line_data(line) for line in mix.lines],
        "derivation": derivation_data(tree=mix.derivation, language=language),
    }


def _line_data(line: TypeLine) -> dict[str, Any]:
    chain = {"deals": line.demand.deals, "stages": dict(line.demand.stages)} if line.demand else {}
    return {
        "stream": line.stream,
        "type": line.lead_type,
        "quota": None if line.quota is None else _number(line.quota.amount),
        **chain,
        "leads": line.leads,
        "value_per_lead": _number(line.value_per_lead.amount),
        "worth": _number(line.worth.amount),
    }


def problem_data(*, problem: Problem, language: Language) -> list[dict[str, Any]]:
    """This returns one entry for each problem: its code, the three parts of its sentence, whether to try again."""
    parts = problem.problems if isinstance(problem, Problems) else (problem,)
    return [
        {
            "code": part.code,
            "found": language.say(part.found),
            "why": language.say(part.why),
            "next": language.say(part.next),
            "retry": part.retry.value,
        }
        for part in parts
    ]
