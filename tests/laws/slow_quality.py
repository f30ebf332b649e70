"""Every rule of quality a second time, in plain Python over single facts: rows looked at and rows concerned."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from statistics import median, median_low
from typing import Any

from funnelpact.core.journeys.stages import EXIT, stage_of

Row = dict[str, Any]
Counts = tuple[int, int]
STAGES = ("mql", "sql", "opportunity", "won")
OPENED, WON, LEFT = 2, 3, -1
EVENTS = ("leads", "engagements", "handovers", "transitions", "touches", "deals")
KINDS = {"lead": "leads", "deal": "deals", "customer": "customers", "company": "companies"}


class Slow:
    """All facts of a small world by table: `facts` up to a day, `everything` of all days."""

    def __init__(self, rows: Iterable[tuple[str, Row]], as_of: date, learnt_at: datetime) -> None:
        self.everything: dict[str, list[Row]] = defaultdict(list)
        for table, row in rows:
            self.everything[table].append(row)
        self.facts = defaultdict(
            list,
            {
                name: [row for row in table if row["happened_at"].date() <= as_of]
                for name, table in self.everything.items()
            },
        )
        self.learnt_at = learnt_at
        self.moves = [{**row, "position": position(row)} for row in self.facts["transitions"]]

    def of(self, kind: str, subject: str) -> list[Row]:
        """The moves of one record that have a position."""
        return [
            row
            for row in self.moves
            if (row["subject_kind"], row["subject"]) == (kind, subject) and row["position"] is not None
        ]

    @property
    def moved(self) -> list[tuple[str, str]]:
        """The records that have any move."""
        return sorted({(row["subject_kind"], row["subject"]) for row in self.moves})

    @property
    def won_deals(self) -> list[str]:
        """The deals that are there and were won."""
        deals = {row["deal"] for row in self.facts["deals"]}
        return [deal for deal in deals if any(row["position"] == WON for row in self.of("deal", deal))]


def position(row: Row) -> int | None:
    """The place of a label in the standard funnel."""
    stage = stage_of(label=row["label"])
    if row["subject_kind"] == "deal":
        return WON if stage == "won" else LEFT if stage == EXIT else OPENED
    return LEFT if stage == EXIT else STAGES.index(stage) if stage else None


def blank(text: str | None) -> bool:
    """Whether it says nothing."""
    return text is None or not text.strip()


Moment = tuple[datetime, str]


def first(rows: Iterable[Row]) -> Moment | None:
    """The first moment of some facts, and the least precise way in which any of them is known."""
    moments = [(row["happened_at"], row["precision"]) for row in rows]
    return (min(at for at, _ in moments), min(how for _, how in moments)) if moments else None


def earlier(one: Moment, other: Moment) -> bool:
    """Whether a moment lies before another for certain."""
    if one[1] == other[1]:
        return one[0] < other[0]
    return (other[0].date() - one[0].date()).days > 1


def count(hits: Iterable[bool]) -> Counts:
    """How many of how many."""
    found = list(hits)
    return sum(found), len(found)


def _stage_before_earlier(w: Slow) -> Counts:
    hits = []
    for kind, subject in w.moved:
        moves = w.of(kind, subject)
        entered = [first(row for row in moves if row["position"] == place) for place in range(len(STAGES))]
        there = [moment for moment in entered if moment]
        if len(there) > 1:
            hits.append(any(earlier(there[n], there[n - 1]) for n in range(1, len(there))))
    return count(hits)


def _closed_before_created(w: Slow) -> Counts:
    hits = []
    for kind, subject in w.moved:
        closed = first(row for row in w.of(kind, subject) if row["position"] in {WON, LEFT})
        own = [row for row in w.facts[f"{kind}s"] if row[kind] == subject]
        leads = {row.get("lead") for row in own} if kind == "deal" else set()
        created = [first(own), *(first(row for row in w.facts["leads"] if row["lead"] == lead) for lead in leads)]
        if closed and any(created):
            hits.append(any(earlier(closed, moment) for moment in created if moment))
    return count(hits)


def _label_unknown(w: Slow) -> Counts:
    return count(row["position"] is None for row in w.moves)


def _stage_skipped(w: Slow) -> Counts:
    leads = {row["lead"] for row in w.facts["leads"]}
    passes: dict[str, set[int]] = {lead: {0} for lead in leads}
    for kind, subject in w.moved:
        if kind == "lead" and subject in leads:
            passes[subject] |= {row["position"] for row in w.of(kind, subject) if row["position"] >= 0}
    deals = {row["deal"] for row in w.facts["deals"]} | {subject for kind, subject in w.moved if kind == "deal"}
    for deal in deals:
        rows = [row for row in w.facts["deals"] if row["deal"] == deal]
        known = [row["lead"] for row in rows if row.get("lead") in leads]
        entered = {row["position"] for row in w.of("deal", deal) if row["position"] >= 0} | (
            {OPENED} if rows else set()
        )
        if known:
            passes[max(known)] |= entered
        elif entered:
            passes[f"deal:{deal}"] = {place for place in entered if place >= OPENED}
    used = sorted(set().union(*passes.values()))
    ranks = [{used.index(place) for place in entered} for entered in passes.values()]
    moved = [rank for rank in ranks if len(rank) > 1]
    return count(max(rank) - min(rank) >= len(rank) for rank in moved)


def _stage_repeated(w: Slow) -> Counts:
    hits = []
    for kind, subject in w.moved:
        moves = [row for row in w.of(kind, subject) if row["position"] >= 0]
        by_label = defaultdict(list)
        for row in moves:
            by_label[row["label"]].append(row)
        again = False
        for rows in by_label.values():
            vague = any(row["precision"] == "day" for row in rows)
            again |= len({row["happened_at"].date() if vague else row["happened_at"] for row in rows}) > 1
        if moves:
            hits.append(again)
    return count(hits)


def _stage_by_machine(w: Slow) -> Counts:
    rows = [row for row in w.moves if row.get("actor_kind") and row["position"] not in {0, None}]
    return count(row["actor_kind"] in {"workflow", "import", "bulk"} for row in rows)


def _stage_day_only(w: Slow) -> Counts:
    return count(row["precision"] == "day" for row in w.moves)


def spelt(labels: Iterable[tuple[str, str | None]]) -> Counts:
    """In an unusual way; ASCII labels only."""
    groups: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for column, label in labels:
        if label is not None and not blank(label):
            groups[column, " ".join(label.lower().split())][label] += 1
    return sum(sum(group.values()) - max(group.values()) for group in groups.values()), sum(
        sum(group.values()) for group in groups.values()
    )


def _stage_spelling(w: Slow) -> Counts:
    return spelt((row["subject_kind"], row["label"]) for row in w.moves)


def _type_spelling(w: Slow) -> Counts:
    columns = ("type", "segment", "stream", "country")
    return spelt((column, row.get(column)) for row in w.facts["leads"] for column in columns)


def _touch_before_lead(w: Slow) -> Counts:
    hits = []
    for touch in w.facts["touches"]:
        made = first(row for row in w.facts["leads"] if row["lead"] == touch["subject"])
        if touch["subject_kind"] == "lead" and touch.get("direction") != "inbound" and made:
            hits.append(earlier((touch["happened_at"], touch["precision"]), made))
    return count(hits)


def _days_not_hours(w: Slow) -> Counts:
    given, touches = (
        [row for row in w.facts[name] if row["subject_kind"] == "lead"] for name in ("handovers", "touches")
    )
    return count(row["precision"] == "day" for row in [*w.facts["leads"], *given, *touches] if touches)


def _in_the_future(w: Slow) -> Counts:
    rows = [row for name in EVENTS for row in w.everything[name]]
    ahead = {"instant": timedelta(0), "day": timedelta(hours=14)}
    return count(row["happened_at"] > w.learnt_at + ahead[row["precision"]] for row in rows)


def _handover_without_owner(w: Slow) -> Counts:
    return count(blank(row.get("owner")) for row in w.facts["handovers"])


def standing(rows: list[Row]) -> dict[tuple[str, str], Row]:
    """The last merge or deletion of each record, unless it was taken back."""
    last: dict[tuple[str, str], Row] = {}
    for row in sorted(rows, key=lambda row: (row["happened_at"], row["batch"], row["undone"], row["source_id"])):
        last[row["subject_kind"], row["subject"]] = row
    return {record: row for record, row in last.items() if not row["undone"]}


def withdrawn(w: Slow) -> set[str]:
    """Leads that are merged or deleted."""
    both = {**standing(w.facts["merges"]), **standing(w.facts["deletions"])}
    return {subject for kind, subject in both if kind == "lead"}


def _open_lead_without_owner(w: Slow) -> Counts:
    owned = {
        row["subject"] for row in w.facts["handovers"] if row["subject_kind"] == "lead" and not blank(row.get("owner"))
    }
    hits = []
    for lead in {row["lead"] for row in w.facts["leads"]} if owned else set():
        moves = w.of("lead", lead)
        ends = [row["happened_at"] for row in moves if row["position"] in {WON, LEFT}]
        others = [row["happened_at"] for row in moves if row["position"] not in {WON, LEFT}]
        over = ends and (not others or max(ends) >= max(others))
        if not over and lead not in withdrawn(w) and lead not in {row.get("lead") for row in w.facts["deals"]}:
            hits.append(lead not in owned)
    return count(hits)


def _owner_unknown(w: Slow) -> Counts:
    people = {row["owner"] for row in w.facts["people"]}
    owners = [row.get("owner") for name in ("handovers", "touches", "deals", "customers") for row in w.facts[name]]
    return count(owner not in people for owner in owners if not blank(owner))


def _record_twice(w: Slow) -> Counts:
    keys = [
        (table, row["source"], row["batch"], row[key])
        for table, key in (("leads", "lead"), ("deals", "deal"), ("customers", "customer"))
        for row in w.everything[table]
    ]
    return len(keys) - len(set(keys)), len(keys)


def named(w: Slow) -> list[tuple[str | None, str | None]]:
    """Person and company of the leads that stand."""
    leads = sorted({row["lead"] for row in w.facts["leads"]} - withdrawn(w))
    found = []
    for lead in leads:
        rows = [row for row in w.facts["leads"] if row["lead"] == lead]
        said = [[row[name] for row in rows if not blank(row.get(name))] for name in ("person", "company")]
        found.append((max(said[0], default=None), max(said[1], default=None)))
    return found


def _person_twice(w: Slow) -> Counts:
    keys = [person for person, _ in named(w) if person]
    return len(keys) - len(set(keys)), len(keys)


def _company_twice(w: Slow) -> Counts:
    keys = [company for person, company in named(w) if company and not person]
    return len(keys) - len(set(keys)), len(keys)


def _lead_merged(w: Slow) -> Counts:
    return count(("lead", lead) in standing(w.facts["merges"]) for lead in {row["lead"] for row in w.facts["leads"]})


def _lead_deleted(w: Slow) -> Counts:
    return count(("lead", lead) in standing(w.facts["deletions"]) for lead in {row["lead"] for row in w.facts["leads"]})


def _merge_astray(w: Slow) -> Counts:
    merges, deleted = standing(w.facts["merges"]), standing(w.facts["deletions"])
    hits = []
    for kind, subject in merges:
        here, steps, ring = (kind, subject), 0, False
        while here in merges and steps <= len(merges) and not ring:
            here, steps = (kind, merges[here]["into"]), steps + 1
            ring = here == (kind, subject)
        hits.append(ring or (kind, merges[kind, subject]["into"]) in deleted)
    return count(hits)


def judged(w: Slow, named: Iterable[tuple[str, str]]) -> Counts:
    """How many references lead nowhere, of those to kinds of which there is any record."""
    known = {kind: {row[kind] for row in w.everything[table]} for kind, table in KINDS.items() if w.everything[table]}
    return count(key not in known[kind] for kind, key in named if kind in known)


def _deal_of_unknown_lead(w: Slow) -> Counts:
    return judged(w, [("lead", row["lead"]) for row in w.facts["deals"] if row.get("lead") is not None])


def _event_of_unknown_record(w: Slow) -> Counts:
    clicks = [("lead", row["lead"]) for row in w.facts["engagements"]]
    tables = ("handovers", "transitions", "touches", "pauses")
    return judged(w, clicks + [(row["subject_kind"], row["subject"]) for name in tables for row in w.facts[name]])


def _link_to_nothing(w: Slow) -> Counts:
    return judged(w, [(row[f"{end}_kind"], row[f"{end}_key"]) for row in w.facts["links"] for end in ("from", "to")])


def _amount_without_currency(w: Slow) -> Counts:
    return count(blank(row.get("currency")) for row in w.facts["deals"] if row.get("amount") is not None)


def _currency_without_rate(w: Slow) -> Counts:
    deals = [row for row in w.facts["deals"] if row.get("amount") is not None and not blank(row.get("currency"))]
    counts = Counter(row["currency"] for row in deals)
    own = min(counts, key=lambda code: (-counts[code], code), default="")
    pairs = [{row["base"], row["quote"]} for row in w.facts["fx"] if row["base"] != row["quote"]]
    rated = {own}
    # Directly, or by way of one third currency.
    for _ in range(2):
        rated = rated.union(*(pair for pair in pairs if pair & rated))
    return count(row["currency"] not in rated for row in deals)


def won_amounts(w: Slow) -> list[tuple[Any, str]]:
    """Amount and currency of each won deal."""
    found = []
    for deal in w.won_deals:
        rows = [row for row in w.facts["deals"] if row["deal"] == deal]
        amounts = [row["amount"] for row in rows if row.get("amount") is not None]
        codes = [row["currency"] for row in rows if row.get("currency") is not None]
        found.append((max(amounts, default=None), max(codes, default="")))
    return found


def _won_without_amount(w: Slow) -> Counts:
    return count(amount is None for amount, _ in won_amounts(w))


def _won_amount_not_positive(w: Slow) -> Counts:
    return count(amount <= 0 for amount, _ in won_amounts(w) if amount is not None)


def _amount_outlier(w: Slow) -> Counts:
    amounts = [(float(amount), code) for amount, code in won_amounts(w) if amount is not None and amount > 0]
    usual = {code: median(amount for amount, other in amounts if other == code) for _, code in amounts}
    return count(amount > 100 * usual[code] for amount, code in amounts)


def _type_missing(w: Slow) -> Counts:
    return count(blank(row.get("type")) for row in w.facts["leads"])


def _only_winners_have_it(w: Slow) -> Counts:
    won_leads = {subject for kind, subject in w.moved if any(row["position"] == WON for row in w.of(kind, subject))}
    won_leads |= {row["lead"] for row in w.facts["deals"] if row["deal"] in w.won_deals and row.get("lead")}
    won = {
        "leads": won_leads - {subject for kind, subject in w.moved if kind == "deal"},
        "deals": set(w.won_deals),
    }
    columns = {
        "leads": ("type", "segment", "stream", "campaign", "country", "company"),
        "deals": ("product", "owner", "company"),
    }
    hits = []
    for table, key in (("leads", "lead"), ("deals", "deal")):
        rows = w.facts[table]
        said = [
            {name for name in columns[table] if not blank(row.get(name))}
            | {name for name, value in row["labels"] if not blank(value)}
            for row in rows
        ]
        is_won = [row[key] in won[table] for row in rows]
        if sum(is_won) >= 10:
            for name in set().union(*said):
                of_won = sum(name in names for names, yes in zip(said, is_won, strict=True) if yes)
                of_others = sum(name in names for names, yes in zip(said, is_won, strict=True) if not yes)
                others = len(rows) - sum(is_won)
                hits.append(of_others < Fraction(others, 50) and of_won > Fraction(sum(is_won), 2))
    return count(hits)


def _bulk_day(w: Slow) -> Counts:
    bulk = total = 0
    for table in ("leads", "transitions", "touches", "deals"):
        days = Counter(row["happened_at"].date() for row in w.facts[table])
        total += len(w.facts[table])
        for day, number in days.items():
            like = [other for when, other in days.items() if when.weekday() == day.weekday()]
            bulk += number if len(like) >= 4 and number >= 100 and number > 20 * median_low(like) else 0
    return bulk, total


def _silent_days(w: Slow) -> Counts:
    days = {row["happened_at"].date() for name in EVENTS for row in w.facts[name]}
    if not days:
        return 0, 0
    every = [min(days) + timedelta(days=number) for number in range((max(days) - min(days)).days + 1)]
    busy = {
        weekday
        for weekday in range(7)
        if (like := [day for day in every if day.weekday() == weekday])
        and 3 * sum(day in days for day in like) >= 2 * len(like)
    }
    expected = [day for day in every if day.weekday() in busy]
    holes, place = 0, 0
    while place < len(expected):
        end = place
        while end < len(expected) and expected[end] not in days:
            end += 1
        around = [expected[max(0, place - 10) : place], expected[end : end + 10]]
        lively = all(len(side) == 10 and sum(day in days for day in side) >= 7 for side in around)
        holes += end - place if end - place >= 5 and lively else 0
        place = max(end, place + 1)
    return holes, len(expected)


SLOW: dict[str, Callable[[Slow], Counts]] = {
    function.__name__[1:].replace("_", "-"): function
    for function in (
        _stage_before_earlier, _closed_before_created, _label_unknown, _stage_skipped, _stage_repeated, _stage_by_machine,
        _stage_day_only, _stage_spelling, _touch_before_lead, _days_not_hours, _in_the_future, _handover_without_owner,
        _open_lead_without_owner, _owner_unknown, _record_twice, _person_twice, _company_twice, _lead_merged, _lead_deleted,
        _merge_astray, _deal_of_unknown_lead, _event_of_unknown_record, _link_to_nothing, _amount_without_currency,
        _currency_without_rate, _won_without_amount, _won_amount_not_positive, _amount_outlier, _type_missing, _type_spelling,
        _only_winners_have_it, _bulk_day, _silent_days,
    )
}  # fmt: skip
