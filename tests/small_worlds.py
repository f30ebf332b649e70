"""Small random companies, for laws and cross-checks."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st


def moments(days: int) -> st.SearchStrategy[str]:
    """Whole hours of so many days from New Year on."""
    return st.builds(
        lambda day, hour: f"{date(2026, 1, 1) + timedelta(days=day)}T{hour:02}:00",
        st.integers(0, days),
        st.integers(0, 23),
    )


TYPES = st.sampled_from(["", "type=web", "type=chat"])
AMOUNTS = st.sampled_from(["", "amount=0", "amount=100", "amount=250.5", "amount=99999.99"])
LEAD_LABELS = st.sampled_from(["MQL", "SQL", "Disqualified", "Nurture"])
TOUCHES = st.sampled_from(["", "human=yes", "human=no", "direction=inbound"])
UNDONE = st.sampled_from(["", "", " undone=yes"])
ONE_IN_SIX = st.integers(0, 5).map(lambda drawn: drawn == 0)
DEAL_LABELS = st.sampled_from(["Negotiation", '"Closed Won"', "Lost", "Kaybedildi"])


@st.composite
def worlds(draw: st.DrawFn, *, days: int = 110, plain: bool = False) -> str:
    """A company with some leads and deals whose facts lie anywhere: skipped, repeated, backwards, after the last day.

    A `plain` one has no merges and deletions; in fewer than 30 days nobody begins a second pass.
    """
    lines = []
    when = moments(days)
    leads = [f"l{number}" for number in range(draw(st.integers(0, 8)))]
    for lead in leads:
        lines += [f"lead {lead} {draw(when)} {draw(TYPES)}" for _ in range(draw(st.sampled_from([1, 1, 1, 2])))]
        lines += [f"lead {lead} > {draw(LEAD_LABELS)} {draw(when)}" for _ in range(draw(st.integers(0, 3)))]
        lines += [f"engagement {lead} {draw(when)}" for _ in range(draw(st.integers(0, 2)))]
        lines += [f"touch {lead} {draw(when)} {draw(TOUCHES)}" for _ in range(draw(st.integers(0, 2)))]
        if plain:
            continue
        other = draw(st.sampled_from(leads))
        lines += [f"merge {lead} {draw(when)} into={other}{draw(UNDONE)}"] * (other != lead and draw(ONE_IN_SIX))
        lines += [f"deletion {lead} {draw(when)}{draw(UNDONE)}"] * draw(ONE_IN_SIX)
    for number in range(draw(st.integers(0, 8))):
        of = draw(st.sampled_from(["", "of nobody", *[f"of {lead}" for lead in leads]]))
        lines.append(f"deal d{number} {of} {draw(when)} {draw(AMOUNTS)}")
        lines += [f"deal d{number} > {draw(DEAL_LABELS)} {draw(when)}" for _ in range(draw(st.integers(0, 3)))]
        is_gone = not plain and draw(ONE_IN_SIX)
        lines += [f"deletion d{number} {draw(when)}{draw(UNDONE)} subject_kind=deal"] * is_gone
    return "\n".join(lines)
