"""`funnelpact calc`: the quota back to leads, from an order value and rates; no CRM, no engine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from funnelpact.apps.cli.shared import (
    AsJson,
    Lang,
    Why,
    failing_in_words,
    help_text,
    print_json,
    print_sentences,
    print_table,
    print_why,
)
from funnelpact.apps.language import language
from funnelpact.apps.typed import AOV, QUOTA, Typed
from funnelpact.core.plan.demand import Demand, lead_demand
from funnelpact.core.plan.mix import Mix, mixed_demand
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.problem import Problem
from funnelpact.core.terms.quantity import Rounding
from funnelpact.core.view.calculation import chain_lines, demand_sentences, mix_rows, mix_sentences
from funnelpact.core.view.data import demand_data, mix_data
from funnelpact.core.view.language import Language

RULES = "|".join(rule.value for rule in Rounding)


class InputMissing(Problem):
    """The calculator got neither a file nor all of quota, order value and rates."""

    code = "input-missing"


class InputTwice(Problem):
    """The calculator got a file and single numbers beside it, which could contradict each other."""

    code = "input-twice"


def calc(
    quota: Annotated[str, typer.Option(help=help_text("calc.quota"))] = "",
    aov: Annotated[str, typer.Option(help=help_text("calc.aov"))] = "",
    rate: Annotated[list[str] | None, typer.Option(help=help_text("calc.rate"))] = None,
    source: Annotated[Path | None, typer.Option("--from", help=help_text("calc.from"))] = None,
    rounding: Annotated[str, typer.Option("--round", help=help_text("calc.round"), metavar=RULES)] = "",
    xlsx: Annotated[Path | None, typer.Option(help=help_text("calc.xlsx"))] = None,
    why: Why = False,
    as_json: AsJson = False,
    lang: Lang = "",
) -> None:
    """Work a quota back to leads, line by line."""
    spoken = language(lang)
    with failing_in_words(spoken, as_json=as_json):
        if source is None:
            result: Demand | Mix = _from_options(quota, aov, rate or [], rounding=rounding, spoken=spoken)
        else:
            result = _from_file(source, beside=[quota, aov, *(rate or [])], rounding=rounding, spoken=spoken)
        if xlsx is not None:
            from funnelpact.apps.wiring import write_calculation

            write_calculation(path=xlsx, result=result, language=spoken)
    if as_json:
        print_json(_data(result, spoken))
        return
    if isinstance(result, Demand):
        _print_demand(result, spoken)
    else:
        _print_mix(result, spoken)
    if why:
        print_why(result.derivation, spoken)
    if xlsx is not None:
        print_sentences([Message("calc.saved", path=str(xlsx))], spoken)


def _from_options(quota: str, aov: str, rates: list[str], *, rounding: str, spoken: Language) -> Demand:
    typed = Typed(decimal_mark=spoken.decimal_mark)
    given = {"--quota": quota, "--aov": aov, "--rate": rates}
    if missing := tuple(option for option, value in given.items() if not value):
        typed.problems.append(InputMissing(options=missing))
    # What is missing is reported once, not also as unreadable.
    money, order = typed.money(quota or "1", name=QUOTA), typed.money(aov or "1", name=AOV)
    steps, rule = typed.rates(rates), typed.rounding(rounding)
    if not rates:
        typed.done()
    return typed.finish(lambda: lead_demand(quota=money, aov=order, rates=steps, rounding=rule))


def _from_file(source: Path, *, beside: list[str], rounding: str, spoken: Language) -> Mix:
    if any(beside):
        raise InputTwice(path=str(source))
    from funnelpact.apps.calc_file import read_calculation

    typed = Typed(decimal_mark=spoken.decimal_mark)
    rule = typed.rounding(rounding)
    asked = typed.finish(lambda: read_calculation(path=source))
    return mixed_demand(quota=asked.quota, streams=asked.streams, rounding=rule if rounding else asked.rounding)


def _data(result: Demand | Mix, spoken: Language) -> dict[str, object]:
    if isinstance(result, Demand):
        return demand_data(demand=result, language=spoken)
    return mix_data(mix=result, language=spoken)


def _print_demand(demand: Demand, spoken: Language) -> None:
    aov = demand.derivation.inputs[1].inputs[-1].value
    print_sentences([Message("calc.quota", quota=demand.quota, aov=aov)], spoken)
    typer.echo()
    lines = chain_lines(demand=demand)
    print_table(
        [[spoken.write(line.value), spoken.say(line.label), spoken.say(line.rule)] for line in lines], right=[0]
    )
    typer.echo()
    print_sentences(demand_sentences(demand=demand), spoken)


def _print_mix(mix: Mix, spoken: Language) -> None:
    print_table([[spoken.write(cell) for cell in row] for row in mix_rows(mix=mix)], right=[2, 3, 4, 5])
    typer.echo()
    print_sentences(mix_sentences(mix=mix), spoken)
