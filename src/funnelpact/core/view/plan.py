"""What a quota needs, as sentences and a table."""

from __future__ import annotations

from typing import Any

from funnelpact.core.plan.chance import LeadNeed
from funnelpact.core.plan.outlook import Outlook
from funnelpact.core.terms.finding import FunnelFindings
from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.money import Money
from funnelpact.core.terms.quantity import Rate
from funnelpact.core.view.data import derivation_data, plain
from funnelpact.core.view.funnel import finding_data, segment_name
from funnelpact.core.view.language import Language
from funnelpact.core.view.table import NONE, Table


def need_sentence(*, outlook: Outlook) -> Message:
    """This returns the first sentence: leads a month for an even chance of the quota, and for the safer one."""
    if outlook.likely.leads is None:
        return Message(
            "plan.need.even_only", leads=_leads(outlook.even), quota=outlook.quota, chance=outlook.likely.chance
        )
    return Message(
        "plan.need.both",
        leads=_leads(outlook.even),
        quota=outlook.quota,
        more=outlook.likely.leads,
        chance=outlook.likely.chance,
    )


def outlook_sentences(*, outlook: Outlook, findings: FunnelFindings) -> tuple[Message, ...]:
    """This returns what today's leads promise, when wins come, and which types are left out."""
    sentences = [Message("plan.today", leads=outlook.today, chance=Rate(outlook.today_chance.value))]
    way = findings.segments[0].to_won
    half, most = way.median_days.value, way.p90_days.value
    if isinstance(half, int) and isinstance(most, int):
        sentences.append(Message("plan.timing", half=half, most=most))
    if outlook.typed_order_value is not None:
        sentences.append(Message("plan.typed_order_value", aov=outlook.typed_order_value))
    if outlook.left_out:
        names = tuple(segment_name(name=name) for name in outlook.left_out)
        sentences.append(Message("plan.left_out", types=names))
    return tuple(sentences)


def need_table(*, outlook: Outlook) -> Table:
    """This returns, for each type, its share of today's leads, what one is worth, and how many each chance needs."""
    even, likely = dict(outlook.even.by_type), dict(outlook.likely.by_type)
    rows: list[tuple[Value, ...]] = [
        (
            segment_name(name=worth.lead_type),
            Message("plan.cell.share", share=Rate(worth.share)),
            Message("plan.cell.value", value=worth.value),
            Message("plan.cell.error", error=Money(worth.error.amount * 196 / 100, worth.error.currency)),
            even.get(worth.lead_type, NONE),
            likely.get(worth.lead_type, NONE),
        )
        for worth in outlook.worths
    ]
    names = ("type", "share", "value", "error")
    return Table(
        title=Message("plan.title", horizon=outlook.horizon_days),
        head=(
            *(Message(f"plan.column.{name}") for name in names),
            *(Message("plan.column.leads", chance=need.chance) for need in (outlook.even, outlook.likely)),
        ),
        rows=tuple(rows),
    )


def outlook_data(*, outlook: Outlook, language: Language) -> dict[str, Any]:
    """This returns the outlook as plain data."""
    return {
        "quota": plain(value=outlook.quota, language=language),
        "currency": outlook.quota.currency or None,
        "horizon_days": outlook.horizon_days,
        "typed_order_value": plain(value=outlook.typed_order_value, language=language),
        "leads_today": outlook.today,
        "chance_today": plain(value=outlook.today_chance, language=language),
        "left_out": list(outlook.left_out),
        "needs": [_need_data(need, language) for need in (outlook.even, outlook.likely)],
        "types": [
            {
                "name": worth.lead_type if worth.lead_type != "" else None,
                "share": plain(value=worth.share, language=language),
                "value_per_lead": plain(value=worth.value, language=language),
                "standard_error": plain(value=worth.error, language=language),
                "spread": plain(value=worth.spread, language=language),
                "finding": finding_data(finding=finding, language=language),
            }
            for worth, finding in zip(outlook.worths, outlook.values, strict=True)
        ],
    }


def _need_data(need: LeadNeed, language: Language) -> dict[str, Any]:
    return {
        "chance": plain(value=need.chance, language=language),
        "leads": need.leads,
        "by_type": [{"name": name, "leads": leads} for name, leads in need.by_type],
        "derivation": derivation_data(tree=need.derivation, language=language),
    }


def _leads(need: LeadNeed) -> Value:
    return NONE if need.leads is None else need.leads
