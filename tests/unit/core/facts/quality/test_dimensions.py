"""Rules about breakdowns, each where it fires and where it must not."""

from __future__ import annotations

from tests.quality_worlds import counted, found


def test_leads_without_a_type():
    """One of two; where no lead has one, the source does not tell."""
    assert counted("type-missing", "lead a 2026-01-01 type=web\nlead b 2026-01-01") == (1, 2)
    assert counted("type-missing", "lead a 2026-01-01\nlead b 2026-01-01") is None


def test_one_type_in_several_spellings():
    """The most frequent is the usual one; segments are looked at as well."""
    world = """
        lead a 2026-01-01 type=web segment=Small
        lead b 2026-01-01 type=Web segment=small
        lead c 2026-01-01 "type=web "
        lead d 2026-01-01 type=web
    """
    said = found("type-spelling", world)

    assert said is not None
    assert (said.count, said.rows) == (3, 6)


def company(*, onboarding: int, others: int, size: int = 0) -> str:
    """Twenty won deals with leads, of which so many carry `onboarding`; eighty others; all of both carry a type."""
    lines = []
    for number in range(100):
        won = number < 20
        told = number < onboarding or 20 <= number < 20 + others
        lines.append(f"lead l{number} 2026-01-01 type=web{' size=big' if number < size else ''}")
        if won:
            lines.append(f"deal d{number} of l{number} 2026-01-02 amount=5{' onboarding=yes' if told else ''}")
            lines.append(f"deal d{number} > Won 2026-02-01")
        else:
            lines.append(f"deal d{number} 2026-01-02{' onboarding=yes' if told else ''}")
    return "\n".join(lines)


def test_what_only_the_won_carry():
    """A label of most won deals and of fewer than 2 % of the others."""
    said = found("only-winners-have-it", company(onboarding=11, others=1))

    assert said is not None
    assert (said.count, said.examples) == (1, ("onboarding",))


def test_what_some_others_carry_or_few_of_the_won_do_is_no_leak():
    """Two others in eighty, or ten won of twenty."""
    assert counted("only-winners-have-it", company(onboarding=20, others=2)) == (0, 2)
    assert counted("only-winners-have-it", company(onboarding=10, others=0)) == (0, 2)


def test_a_label_of_won_leads_leaks_as_well():
    """The win of its deal is the win of the lead."""
    said = found("only-winners-have-it", company(onboarding=0, others=0, size=20))

    assert said is not None
    assert (said.count, said.rows, said.examples) == (1, 2, ("size",))


def test_few_won_tell_nothing():
    """One win, and a label that it alone carries."""
    assert counted("only-winners-have-it", "lead a 2026-01-01 x=y\nlead a > Won 2026-02-01") is None
