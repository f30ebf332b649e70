"""The calculator's file: several streams and lead types in TOML or YAML, checked key by key."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from funnelpact.apps.keyed_file import FileForm, KeyMissing, Strict, checked, no_truth, read_keys
from funnelpact.apps.typed import AOV, QUOTA, Typed
from funnelpact.core.plan.mix import Chain, LeadType, Stream
from funnelpact.core.terms.message import Message
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.problem import Problem
from funnelpact.core.terms.quantity import Rate, Rounding

FORM = FileForm(
    format=Message("calc_file.format"),
    keys=Message("calc_file.keys"),
    needs=Message("calc_file.needs"),
    values=Message("calc_file.values"),
    guide=Message("calc_file.guide"),
)


class TypeUndefined(Problem):
    """A lead type that has neither a value nor an order value with rates, or has both."""

    code = "type-undefined"


class LevelsMixed(Problem):
    """A file with streams and with lead types outside of them."""

    code = "levels-mixed"


# TOML gives whole numbers, decimals and text; all are kept as the text that was written.
Text = Annotated[str, BeforeValidator(lambda value: str(value) if type(value) in (int, Decimal) else value)]


def _printable(text: str) -> str:
    if not text.isprintable() or not text.strip():
        raise ValueError("a name is one line of text")
    return text


Name = Annotated[Text, AfterValidator(_printable), Field(max_length=60)]


class _Type(Strict):
    name: Name
    share: Text | None = None
    aov: Text | None = None
    rates: dict[str, Text] | None = None
    value: Text | None = None
    leads: Annotated[int, Field(ge=0), BeforeValidator(no_truth)] | None = None


class _Stream(Strict):
    name: Name
    share: Text
    types: tuple[_Type, ...] = Field(min_length=1)


class _File(Strict):
    quota: Text
    rounding: Text = ""
    streams: tuple[_Stream, ...] = ()
    types: tuple[_Type, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculation:
    """What a file asks: a quota, its streams with their lead types, and a rounding rule."""

    quota: Money
    streams: tuple[Stream, ...]
    rounding: Rounding


def read_calculation(*, path: Path) -> Calculation:
    """The calculation in a TOML (`.toml`) or YAML file, numbers exact as written, with `.` as decimal mark.

    `types` may stand at the top where there is one stream. Raises all problems that are found together.
    """
    file = _parsed(path)
    typed = Typed(decimal_mark=".", certain=True)
    quota = typed.money(file.quota, name=QUOTA)
    streams = file.streams or (_Stream(name="–", share="100%", types=file.types),)
    read = tuple(
        Stream(
            name=stream.name,
            share=typed.rate(stream.share, name=Message("number.share", of=stream.name)),
            types=tuple(_lead_type(entry, typed) for entry in stream.types),
        )
        for stream in streams
    )
    rounding = typed.rounding(file.rounding)
    typed.done()
    return Calculation(quota=quota, streams=read, rounding=rounding)


def _lead_type(entry: _Type, typed: Typed) -> LeadType:
    share: Rate | None = None
    if entry.share is not None:
        share = typed.rate(entry.share, name=Message("number.share", of=entry.name))
    basis: Chain | Money = Money(Fraction(1))
    if entry.value is not None and entry.aov is None and entry.rates is None:
        basis = typed.money(entry.value, name=Message("number.value_of", type=entry.name))
    elif entry.value is None and entry.aov is not None and entry.rates:
        rates = typed.rates([f"{step}={rate}" for step, rate in entry.rates.items()], of=entry.name)
        basis = Chain(
            aov=typed.money(entry.aov, name=Message("number.in_type", name=AOV, type=entry.name)), rates=rates
        )
    else:
        typed.problems.append(TypeUndefined(type=entry.name))
    return LeadType(name=entry.name, basis=basis, share=share, leads=entry.leads)


def _parsed(path: Path) -> _File:
    file = checked(model=_File, data=read_keys(path=path, form=FORM), form=FORM)
    if file.streams and file.types:
        raise LevelsMixed()
    if not file.streams and not file.types:
        raise KeyMissing(where="–", key="types", needs=FORM.needs)
    return file
