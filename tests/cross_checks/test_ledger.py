"""The ledger between a CRM's counts and ours: its two ends counted by other roads, and every reason by a small company."""

from __future__ import annotations

from collections import Counter
from datetime import date

from hypothesis import Phase, given, settings
from ibis.expr import types as ir

from funnelpact.core.journeys.crm import crm_records
from funnelpact.core.journeys.journeys import happened_by, journeys_of
from funnelpact.core.measure.counts.ledger import KEPT, Entry, entries, keys_behind, ledger
from funnelpact.core.terms.period import Period
from tests.cross_checks.slow_journeys import Pass, day_of, left_at, position, slow_journeys
from tests.small_worlds import worlds
from tests.worlds import Row, engine_facts, mapping_of, rows_of

AS_OF = date(2026, 3, 31)
MONTH = Period(date(2026, 2, 1), date(2026, 3, 1))
WON, HORIZON = 3, 30
# Shrinking a company takes the engine minutes and says little.
FEW = settings(max_examples=max(6, settings().max_examples // 15), phases=[Phase.explicit, Phase.generate])


def ledger_of(rows: list[tuple[str, Row]], month: Period = MONTH, as_of: date = AS_OF) -> ir.Table:
    """The ledger of a world."""
    mapping = mapping_of(rows)
    facts = happened_by(facts=engine_facts(rows), as_of=as_of, zone="UTC")
    made = journeys_of(facts=facts, mapping=mapping, as_of=as_of).passes.cache()
    records = crm_records(facts=facts, mapping=mapping)
    return ledger(
        records=records, journeys=made, month=month, positions=range(WON + 1), start=0, horizon_days=HORIZON
    ).cache()


def sums(found: tuple[Entry, ...]) -> tuple[Counter[str], Counter[str]]:
    """The CRM's count and ours of each chain."""
    theirs, ours = Counter[str](), Counter[str]()
    for entry in found:
        theirs[entry.chain] += 0 if entry.ours else entry.count
        ours[entry.chain] += entry.count if entry.ours or entry.reason == KEPT else 0
    return theirs, ours


def ours_by_hand(passes: list[Pass]) -> Counter[str]:
    """Our counts, by the slow road."""
    found = Counter[str]()
    for one in passes:
        if one.excluded or one.backwards:
            continue
        born, won = one.days[0], one.days[WON]
        found["created"] += born is not None and born in MONTH and not one.key.startswith("deal:")
        found["won"] += won is not None and won in MONTH
        found["left"] += one.left_on is not None and one.left_on in MONTH
        reached = [place for place, day in enumerate(one.days) if day is not None]
        if one.left_on is None and reached and reached[-1] < WON:
            found[f"stage{reached[-1]}"] += 1
    return found


def theirs_by_hand(rows: list[tuple[str, Row]]) -> Counter[str]:
    """The CRM's counts: record by record, each by what was said of it alone."""
    said = mapping_of(rows)
    known = [(table, row) for table, row in rows if day_of(row["happened_at"], said) <= AS_OF]
    first: dict[tuple[str, str], date] = {}
    for table, row in known:
        if table in {"leads", "deals"}:
            record = (table[:-1], row[table[:-1]])
            day = day_of(row["happened_at"], said)
            first[record] = min(first.get(record, day), day)
    kinds = {kind for kind, _ in first}
    born, sold = "lead" if "lead" in kinds else "deal", "deal" if "deal" in kinds else "lead"
    found = Counter[str]()
    for (kind, key), day in first.items():
        moves = [
            (row["happened_at"], position(row, said))
            for table, row in known
            if table == "transitions" and (row["subject_kind"], row["subject"]) == (kind, key)
        ]
        moves = [(at, place) for at, place in moves if place is not None]
        won = min((at for at, place in moves if place == WON), default=None)
        left = left_at(moves)
        if kind == "deal" and won:
            left = None
        found["created"] += kind == born and day in MONTH
        found["won"] += kind == sold and won is not None and day_of(won, said) in MONTH
        found["left"] += kind == sold and left is not None and day_of(left, said) in MONTH
        now = max(
            moves, key=lambda move: (move[0], move[1] == "exit", move[1] if move[1] != "exit" else 0), default=None
        )
        place = (2 if kind == "deal" else 0) if now is None else now[1]
        if place not in {"exit", WON}:
            found[f"stage{place}"] += 1
    return found


@FEW
@given(worlds())
def test_both_ends_of_every_chain_are_those_of_the_slow_counts(world: str) -> None:
    """The CRM's count less what we do not count and more what only we count is ours, for every chain."""
    rows = rows_of(world)
    theirs, ours = sums(entries(rows=ledger_of(rows)))
    chains = ["created", "won", "left", "stage0", "stage1", "stage2"]

    assert {name: theirs[name] for name in chains} == {name: theirs_by_hand(rows)[name] for name in chains}
    assert {name: ours[name] for name in chains} == {
        name: ours_by_hand(slow_journeys(rows, AS_OF))[name] for name in chains
    }


WORLD = """
    lead plain 2026-02-02
    lead twin 2026-02-03
    merge twin 2026-02-04 into=plain
    lead gone 2026-02-03
    deletion gone 2026-02-10
    lead old 2026-01-05
    lead back 2026-01-02
    lead back > Disqualified 2026-01-04T10:00
    engagement back 2026-02-20T10:00
    deal first of old 2026-01-10
    deal first > "Closed Won" 2026-02-05
    deal second of old 2026-02-06
    deal second > "Closed Won" 2026-02-20
    deal alone 2026-02-01
    deal alone > "Closed Won" 2026-02-15
    lead poor 2026-02-02
    lead poor > Disqualified 2026-02-12
    deal lost of plain 2026-02-05
    deal lost > Lost 2026-02-25
    deal next of plain 2026-02-26
    lead sold 2026-01-20
    deal erased of sold 2026-01-21
    deal erased > "Closed Won" 2026-02-11
    deletion erased 2026-02-12 subject_kind=deal
"""


def test_each_record_that_is_not_counted_alike_has_its_reason() -> None:
    """Merged, deleted, come back, a second win, sales' own deal, an exit without a deal, a loss that was not the last word."""
    found = entries(rows=ledger_of(rows_of(WORLD)))
    reasons = {(entry.chain, entry.reason, entry.ours): entry.examples for entry in found if entry.reason != KEPT}

    assert {key: names for key, names in reasons.items() if not key[0].startswith("stage")} == {
        ("created", "excluded:deleted", False): ("gone",),
        ("created", "merged", False): ("twin",),
        ("created", "returned", True): ("back",),
        ("won", "again", False): ("deal:second",),
        ("won", "excluded:deleted", False): ("deal:erased",),
        ("left", "goes_on", False): ("deal:lost",),
        ("left", "no_deal", True): ("poor",),
        ("cohort", "won_earlier", True): ("old",),
        ("cohort", "won_no_lead", True): ("deal:alone",),
        ("cohort", "open", True): ("back", "plain"),
    }


def test_all_records_behind_a_difference_are_found_again() -> None:
    """Three examples stand in the table, every key behind it in the list."""
    many = "\n".join(f"lead l{number} 2026-02-02\nlead l{number} > Disqualified 2026-02-09" for number in range(5))
    rows = ledger_of(rows_of(many + "\ndeal d 2026-02-01"))
    entry = next(entry for entry in entries(rows=rows) if (entry.chain, entry.reason) == ("left", "no_deal"))

    assert entry.examples == ("l0", "l1", "l2")
    assert keys_behind(rows=rows, chain="left", reason="no_deal") == ("l0", "l1", "l2", "l3", "l4")
