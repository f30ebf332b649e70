"""What people did about a pass: hand-overs, engagements and touches, each under its pass."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis.expr import types as ir

from funnelpact.core.facts.tables import Precision
from funnelpact.core.journeys.building.efforts import pass_of
from funnelpact.core.journeys.building.tables import alone_and_several, stacked

_LEAD = ["lead", "contact"]


def touches_of(*, facts: Mapping[str, ir.Table], deals: ir.Table, later: ir.Table) -> ir.Table:
    """This returns every touch of a lead or of its deals under its pass: the table that lies beside the journeys.

    `record` (the lead's number; the deal's, where it has no lead), `pass`, `at`, `is_day`, `human`, `inbound`, `contact`,
    `qualification`, `kind`, `owner`. A touch of which the source does not say who did it is a person's.
    """
    rows = facts["touches"]
    rows = rows.filter(rows.subject_kind.isin([*_LEAD, "deal"]))
    whose = deals.select(of_deal="deal_nr", of_lead="lead_nr")
    # One number is one record, so that the kind need not be compared.
    joined = rows.left_join(whose, [("subject_nr", "of_deal")])
    level = joined.level.fill_null("attempt")
    plain = joined.select(
        "kind",
        "owner",
        record=ibis.coalesce(joined.of_lead, joined.subject_nr),
        at=joined.happened_at,
        is_day=joined.precision == Precision.DAY.value,
        human=joined.human.fill_null(True),
        inbound=(joined.direction == "inbound").fill_null(False),
        contact=level.isin(["contact", "qualification"]),
        qualification=level == "qualification",
    )
    return pass_of(rows=plain, later=later, nr="record", at="at")


def touch_counts(*, touches: ir.Table) -> ir.Table:
    """This returns, for each pass that was touched, its counts and first instants.

    Population: human touches. `attempts` are outbound ones of any level, `contacts` those that reached the person in either
    direction, `qualifications`, `inbound` ones; `automatic` counts what a workflow did, `day_touches` those known to the
    day only, which have no part in `first_touch_at`, `first_contact_at` and `first_qualified_at`.
    """
    rows = touches
    attempt = rows.human & ~rows.inbound
    contact, exact = rows.human & rows.contact, ~rows.is_day
    return rows.group_by("record", "pass").aggregate(
        attempts=rows.count(where=attempt).cast("int32"),
        contacts=rows.count(where=contact).cast("int32"),
        qualifications=rows.count(where=rows.human & rows.qualification).cast("int32"),
        inbound=rows.count(where=rows.human & rows.inbound).cast("int32"),
        automatic=rows.count(where=~rows.human).cast("int32"),
        day_touches=rows.count(where=rows.is_day).cast("int32"),
        first_touch_at=rows["at"].min(where=attempt & exact),
        first_contact_at=rows["at"].min(where=contact & exact),
        first_qualified_at=rows["at"].min(where=rows.human & rows.qualification & exact),
    )


def hand_overs(*, facts: Mapping[str, ir.Table], later: ir.Table) -> ir.Table:
    """This returns, for each pass that was handed over: when first, and to whom last.

    `handed_at` is NULL where the source knew the day only; `handed_day` is the first instant either way.
    """
    rows = facts["handovers"]
    rows = rows.filter(rows.subject_kind.isin(_LEAD))
    plain = rows.select(
        "owner",
        "team",
        record=rows.subject_nr,
        at=rows.happened_at,
        exact=rows.precision == Precision.INSTANT.value,
    )
    plain = pass_of(rows=plain, later=later, nr="record", at="at")
    alone, several = alone_and_several(rows=plain, by="record")
    order = ibis.struct({"at": several["at"], "owner": several.owner.fill_null(""), "team": several.team.fill_null("")})
    last = several.group_by("record", "pass").aggregate(
        handed_day=several["at"].min(),
        handed_at=several["at"].min(where=several.exact),
        handovers=several.count().cast("int32"),
        handed_to=several.owner.argmax(order),
        handed_team=several.team.argmax(order),
    )
    only = alone.select(
        "record",
        "pass",
        handed_day="at",
        handed_at=ibis.ifelse(alone.exact, alone["at"], None),
        handovers=ibis.literal(1, "int32"),
        handed_to="owner",
        handed_team="team",
    )
    return stacked(tables=[only, last])


def engagements_of(*, facts: Mapping[str, ir.Table], later: ir.Table) -> ir.Table:
    """This returns, for each pass in which the person did something: how often, and when first (`engaged_at`)."""
    rows = facts["engagements"]
    plain = rows.select(record=rows.lead_nr, at=rows.happened_at, exact=rows.precision == Precision.INSTANT.value)
    plain = pass_of(rows=plain, later=later, nr="record", at="at")
    return plain.group_by("record", "pass").aggregate(
        engagements=plain.count().cast("int32"), engaged_at=plain["at"].min(where=plain.exact)
    )
