"""Facts to journeys as one would write it in pandas: the same columns of the same passes, without accounts.

    python -m benchmarks.journeys_pandas FACTS OUT

FACTS holds the fact tables as Parquet files; OUT gets `passes.parquet` and `touches.parquet`. One pass a lead: what a second
pass of a lead would be is left out, as are merges, deletions and links, so that pandas has less to do than we have.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

STAGES = {"MQL": 0, "SQL": 1, "Opportunity": 2, "Won": 3, "Lost": -1, "Disqualified": -1}
POSITIONS = range(4)


def build(source: Path, target: Path) -> None:
    """Read the facts, make the passes and their touches, and write both."""
    facts = {name: pd.read_parquet(source / f"{name}.parquet") for name in ("leads", "deals", "transitions", "touches")}
    facts |= {name: pd.read_parquet(source / f"{name}.parquet") for name in ("handovers", "engagements", "people")}
    facts = {name: rows.drop_duplicates(["source", "source_id"], keep="last") for name, rows in facts.items()}
    leads = _leads(facts["leads"])
    moves = facts["transitions"].assign(position=facts["transitions"].label.map(STAGES))
    deals = _deals(facts["deals"], moves[moves.subject_kind == "deal"], leads)
    touches = _touches(facts["touches"], deals)
    passes = leads.merge(
        _entered(moves[moves.subject_kind == "lead"]), left_on="lead", right_on="subject", how="left"
    ).merge(_deals_of_leads(deals), left_on="lead", right_index=True, how="left")
    alone = deals[deals.known_lead.isna()]
    alone = alone.assign(lead="deal:" + alone.deal, created_at=alone.opened_at, deals=1)
    passes = pd.concat([passes, alone[[*passes.columns.intersection(alone.columns)]]], ignore_index=True)
    for part in (_handed(facts["handovers"]), _engaged(facts["engagements"]), _touch_counts(touches)):
        passes = passes.merge(part, left_on="lead", right_index=True, how="left")
    people = facts["people"].drop_duplicates("owner", keep="last").set_index("owner").team
    passes["team"] = passes.handed_team.fillna(passes.handed_to.map(people))
    _implied(passes).sort_values("lead").to_parquet(target / "passes.parquet", compression="zstd")
    touches.sort_values(["record", "at"]).to_parquet(target / "touches.parquet", compression="zstd")


def _leads(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.sort_values("happened_at").drop_duplicates("lead")
    kept = rows[["lead", "happened_at", "type", "segment", "stream", "campaign", "country", "company"]]
    return kept.rename(columns={"happened_at": "created_at"})


def _entered(moves: pd.DataFrame) -> pd.DataFrame:
    placed = moves[moves.position.notna()]
    first = placed.groupby(["subject", "position"]).happened_at.min().unstack()
    first = first.rename(columns={place: f"t{place}" for place in POSITIONS})
    first = first.drop(columns=[-1], errors="ignore")
    left = placed[placed.position == -1].groupby("subject").happened_at.max().rename("left_at")
    stayed = placed[placed.position >= 0].groupby("subject").happened_at.max().rename("stayed_at")
    last = placed[placed.position == -1].sort_values("happened_at").drop_duplicates("subject", keep="last")
    reasons = last.set_index("subject")[["label", "reason"]].add_prefix("left_")
    joined = first.join([left, stayed, reasons])
    return joined.assign(left_at=joined.left_at.where(~(joined.stayed_at > joined.left_at))).reset_index()


def _deals(rows: pd.DataFrame, moves: pd.DataFrame, leads: pd.DataFrame) -> pd.DataFrame:
    one = rows.sort_values("happened_at").drop_duplicates("deal", keep="last")
    one = one[["deal", "lead", "happened_at", "amount", "margin", "currency", "owner", "product"]]
    one = one.rename(columns={"happened_at": "opened_at"})
    joined = one.merge(_entered(moves), left_on="deal", right_on="subject", how="left")
    joined["t2"] = joined[["t2", "opened_at"]].min(axis=1) if "t2" in joined else joined.opened_at
    won = joined.t3.notna()
    joined["left_at"] = joined.left_at.where(~won)
    joined["amount"] = pd.to_numeric(joined.amount).where(won)
    joined["margin"] = pd.to_numeric(joined.margin).where(won)
    joined["known_lead"] = joined.lead.where(joined.lead.isin(leads.lead))
    return joined


def _deals_of_leads(deals: pd.DataFrame) -> pd.DataFrame:
    ours = deals[deals.known_lead.notna()].assign(
        is_open=deals.left_at.isna() & deals.t3.isna(), is_won=deals.t3.notna()
    )
    return ours.groupby("known_lead").agg(
        deals=("deal", list),
        open_deals=("is_open", "sum"),
        won_deals=("is_won", "sum"),
        deal_left_at=("left_at", "max"),
        amount=("amount", "sum"),
        margin=("margin", "sum"),
        currency=("currency", "first"),
        deal_owner=("owner", "first"),
        product=("product", "first"),
        d2=("t2", "min"),
        d3=("t3", "min"),
    )


def _handed(rows: pd.DataFrame) -> pd.DataFrame:
    ordered = rows[rows.subject_kind == "lead"].sort_values("happened_at")
    return ordered.groupby("subject").agg(
        handed_at=("happened_at", "min"),
        handovers=("happened_at", "count"),
        handed_to=("owner", "last"),
        handed_team=("team", "last"),
    )


def _engaged(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.groupby("lead").agg(engagements=("happened_at", "count"), engaged_at=("happened_at", "min"))


def _touches(rows: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    ours = rows[rows.subject_kind.isin(["lead", "deal"])]
    of_deal = ours.subject.map(deals.set_index("deal").known_lead)
    level = ours.level.fillna("attempt")
    return pd.DataFrame(
        {
            "record": of_deal.fillna(ours.subject),
            "at": ours.happened_at,
            "is_day": ours.precision == "day",
            "human": ours.human.fillna(value=True).astype(bool),
            "inbound": ours.direction == "inbound",
            "contact": level.isin(["contact", "qualification"]),
            "qualification": level == "qualification",
            "kind": ours.kind,
            "owner": ours.owner,
        }
    )


def _touch_counts(touches: pd.DataFrame) -> pd.DataFrame:
    attempt = touches.human & ~touches.inbound
    said = touches.assign(
        attempt=attempt,
        reached=touches.human & touches.contact,
        qualified=touches.human & touches.qualification,
        answered=touches.human & touches.inbound,
        automatic=~touches.human,
        first_touch_at=touches["at"].where(attempt & ~touches.is_day),
        first_contact_at=touches["at"].where(touches.human & touches.contact & ~touches.is_day),
        first_qualified_at=touches["at"].where(touches.human & touches.qualification & ~touches.is_day),
    )
    return said.groupby("record").agg(
        attempts=("attempt", "sum"),
        contacts=("reached", "sum"),
        qualifications=("qualified", "sum"),
        inbound=("answered", "sum"),
        automatic=("automatic", "sum"),
        first_touch_at=("first_touch_at", "min"),
        first_contact_at=("first_contact_at", "min"),
        first_qualified_at=("first_qualified_at", "min"),
    )


def _implied(passes: pd.DataFrame) -> pd.DataFrame:
    passes = passes.assign(t0=passes.created_at)
    for place in (2, 3):
        own, of_deal = passes.get(f"t{place}"), passes.get(f"d{place}")
        passes[f"t{place}"] = pd.concat([own, of_deal], axis=1).min(axis=1)
    for place in reversed(POSITIONS[:-1]):
        passes[f"t{place}"] = passes[[f"t{place}", f"t{place + 1}"]].min(axis=1)
    for place in POSITIONS:
        day = passes[f"t{place}"].dt.floor("D")
        passes[f"s{place}"] = day.where(day >= passes.created_at.dt.floor("D"), passes.created_at.dt.floor("D")).where(
            day.notna()
        )
    lost = passes.deals.notna() & (passes.open_deals == 0) & (passes.won_deals == 0)
    left = passes.left_at.where(passes.deals.isna(), passes.deal_left_at.where(lost))
    passes["left_at"] = left.where(passes.t3.isna())
    return passes


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
