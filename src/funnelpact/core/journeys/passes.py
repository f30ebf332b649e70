"""Journeys by one dimension: the passes that count, as every measure scans them."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from funnelpact.core.journeys.dimensions import Dimension

KEYS = {"companies": "company", "products": "product", "people": "owner"}
"""Tables that say more of a record, and the column that names it there and in leads and deals."""
OF_JOURNEYS = frozenset({"type", "segment", "stream", "campaign", "country", "company"})
"""Columns of leads that journeys carry under our names."""


def passes(*, journeys: ir.Table, facts: Mapping[str, ir.Table], by: Dimension | None = None) -> ir.Table:
    """This returns the passes that are not excluded, with `by`, the value of the dimension (NULL: the source says nothing).

    What journeys do not carry is looked up in `facts` (as of the same day, with their numbers): first in the lead's row,
    then in its first deal's. Columns beside `by`: all of `core.journeys.building.rows`, `deals` as a count.
    """
    rows = journeys.filter(journeys.excluded.isnull())
    rows = rows.mutate(deals=rows.deals.length().fill_null(0), deal_numbers=rows.deals)
    if by is None:
        return rows.mutate(by=ibis.null("string"))
    if by.table == "leads" and not by.labelled and by.name in OF_JOURNEYS:
        return rows.mutate(by=rows[by.name])
    if by.table == "people" and by.name == "team" and not by.labelled:
        return rows.mutate(by=rows.team)
    return _looked_up(rows, facts, by)


def _looked_up(rows: ir.Table, facts: Mapping[str, ir.Table], by: Dimension) -> ir.Table:
    of_lead = _said(facts["leads"], by, record="lead_nr")
    of_deal = _said(facts["deals"], by, record="deal_nr")
    sold = rows.select("record", "pass", "kind", nr=rows.deal_numbers.unnest())
    found = sold.inner_join(of_deal, sold.nr == of_deal.said_nr)
    order = ibis.struct({"at": found["said_at"], "silent": found.said.isnull(), "said": found.said})
    first = found.group_by(sold_record=found.record, sold_pass=found["pass"]).aggregate(sold=found.said.argmin(order))
    joined = rows.left_join(of_lead, [("record", "said_nr")])
    joined = joined.left_join(first, (joined.record == first.sold_record) & (joined["pass"] == first.sold_pass))
    told = joined.mutate(by=ibis.coalesce(joined.said, joined.sold))
    told = told.drop("said", "said_nr", "said_at", "sold", "sold_record", "sold_pass")
    return _by_key(told, facts, by)


def _said(table: ir.Table, by: Dimension, *, record: str) -> ir.Table:
    """What the first row of each record says of the dimension, or of the key under which it is looked up."""
    name = "leads" if record == "lead_nr" else "deals"
    if by.table == name:
        value = table.labels.get(by.name) if by.labelled else table[by.name]
    elif KEYS.get(by.table) in table.columns:
        value = table[KEYS[by.table]]
    else:
        value = ibis.null("string")
    told = table.mutate(value=value.nullif(""))
    order = ibis.struct({"at": told.happened_at, "silent": told["value"].isnull(), "value": told["value"]})
    return told.group_by(said_nr=told[record]).aggregate(
        said=told["value"].argmin(order), said_at=told.happened_at.min()
    )


def _by_key(rows: ir.Table, facts: Mapping[str, ir.Table], by: Dimension) -> ir.Table:
    if by.table not in KEYS:
        return rows
    table = facts[by.table]
    value = (table.labels.get(by.name) if by.labelled else table[by.name]).nullif("")
    order = ibis.struct({"at": table.happened_at, "batch": table.batch, "said": value.notnull(), "value": value})
    names = table.group_by(of=table[KEYS[by.table]]).aggregate(value_now=value.argmax(order))
    joined = rows.left_join(names, rows.by == names.of)
    return joined.mutate(by=joined.value_now).drop("of", "value_now")
