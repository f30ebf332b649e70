"""Outcome by response: what is said of a company whose hot leads are answered first, and of one where all is known."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest

from funnelpact.apps.language import language
from funnelpact.core.measure.counts.followup.fates import BANDS, Fate
from funnelpact.core.measure.followup.fates import NAMES, adjusted_block, described_block, model_of
from funnelpact.core.measure.population import Question
from funnelpact.core.terms.finding import Block, Finding, Measured, Row
from funnelpact.core.terms.quantity import Rate
from funnelpact.core.view.measured import block_tables, measured_data

ABOUT = Question(as_of=date(2026, 11, 12), known_at=None, by=None)
LEADS = 200_000


class Company:
    """Leads whose readiness nobody writes down: it makes reps answer fast, and leads move on. One hour against a day truly
    brings 1.37 times as many moves; those answered within an hour move 8.2 times as often as those after a day.
    """

    def __init__(self, *, ready: float = 1.0, seed: int = 1) -> None:
        dice = np.random.Generator(np.random.PCG64(seed))
        self.readiness = ready * dice.standard_normal(LEADS)
        self.log_hours = 1.2 - 0.65 * self.readiness + dice.standard_normal(LEADS)
        self.moved = dice.random(LEADS) < self.chance(self.log_hours)
        # What the source has is a rough guess of it.
        self.guess = np.digitize(self.readiness + dice.standard_normal(LEADS), [-1.5, 0, 1.5])

    def chance(self, log_hours: np.ndarray) -> np.ndarray:
        """The chance of each lead if it is answered after so long."""
        return 1 / (1 + np.exp(2.5 - self.readiness + 0.12 * log_hours))

    @property
    def true_ratio(self) -> float:
        """Of the mean chances of all leads if all were answered within an hour, and if all were after a day."""
        return float(self.chance(np.zeros(LEADS)).mean() / self.chance(np.full(LEADS, np.log(24))).mean())

    @property
    def naive_ratio(self) -> float:
        """Of the shares that moved of those answered within an hour and of those after a day."""
        fast, slow = self.log_hours <= 0, self.log_hours >= np.log(24)
        return float(self.moved[fast].mean() / self.moved[slow].mean())

    def fates(self, *, guessed: bool) -> tuple[Fate, ...]:
        """What the engine would count, the guess as the lead's type where it is known."""
        kinds = self.guess if guessed else np.zeros(LEADS, dtype=int)
        groups = Counter(zip(kinds.tolist(), (self.log_hours <= 0).tolist(), self.moved.tolist(), strict=True))
        return tuple(
            Fate(
                kept=kept,
                type=f"guess {kind}",
                size=None,
                owner="ayse",
                weekday=0,
                part="morning",
                queue=0,
                leads=groups[kind, kept, True] + groups[kind, kept, False],
                moved=groups[kind, kept, True],
            )
            for kind, kept in {(kind, kept) for kind, kept, _ in groups}
        )

    def bands(self) -> dict[int, tuple[int, int]]:
        """The leads and the moves by band of the response."""
        band = np.searchsorted(np.array(BANDS) / 3600, np.exp(self.log_hours))
        return {at: (int((band == at).sum()), int(self.moved[band == at].sum())) for at in range(len(BANDS) + 1)}


def named(row: Row) -> list[tuple[str, Finding]]:
    """The findings of a row with their names."""
    return [(finding.name, finding) for finding in row.findings]


def told(block: Block) -> dict[str, Finding]:
    """The findings of the adjusted block by name."""
    return dict(named(block.rows[0]))


def numbers(text: str) -> set[str]:
    """All numbers in a text."""
    return set("".join(sign if sign.isdigit() or sign == "." else " " for sign in text).split())


@pytest.fixture(scope="module")
def company() -> Company:
    """The confounded company."""
    return Company()


def test_the_company_is_that_of_the_research(company: Company):
    """A true ratio of 1.37, and a naive one of more than eight."""
    assert company.true_ratio == pytest.approx(1.37, abs=0.01)
    assert company.naive_ratio == pytest.approx(8.25, abs=0.25)


def test_no_naive_ratio_is_told_and_every_figure_says_what_it_is(company: Company):
    """Not in a table, not in the data, not in a derivation, in neither language."""
    blocks = (
        described_block(bands=company.bands(), about=ABOUT),
        adjusted_block(fates=company.fates(guessed=True), within=timedelta(hours=1), about=ABOUT),
    )
    answer = Measured(name="response", as_of=ABOUT.as_of, known_at=None, by=None, blocks=blocks)
    fast = company.log_hours <= 0
    same_groups = float(company.moved[fast].mean() / company.moved[~fast].mean())
    for code in ("en", "tr"):
        spoken = language(code)
        data = json.dumps(measured_data(measured=answer, language=spoken), ensure_ascii=False)
        tables = " ".join(
            spoken.write(cell) for table in block_tables(measured=answer) for row in table.rows for cell in row
        )
        written = numbers(f"{data} {tables}".replace(",", "."))
        for naive in (company.naive_ratio, same_groups):
            assert not {f"{naive:.{places}f}" for places in (2, 3, 4)} & written
    rates = {
        name for block in blocks for row in block.rows for name, one in named(row) if not isinstance(one.value, Rate)
    }
    assert rates == {"ratio_adjusted", "e_value", "e_value_of_range"}
    for block, word in zip(blocks, ("described", "adjusted"), strict=True):
        assert word in language("en").say(block.title)
    assert all(
        "caution.described_no_effect" in {caution.id for caution in finding.cautions}
        for row in blocks[0].rows
        for finding in row.findings
    )


def test_what_is_adjusted_for_a_rough_guess_stays_too_high_and_says_how_little_would_explain_it(company: Company):
    """It lies between the truth and the naive comparison of the same two groups; its E-value and a caution stand beside it."""
    found = told(adjusted_block(fates=company.fates(guessed=True), within=timedelta(hours=1), about=ABOUT))
    fast = company.log_hours <= 0
    naive = float(company.moved[fast].mean() / company.moved[~fast].mean())
    true = float(
        company.chance(np.minimum(company.log_hours, 0)).mean()
        / company.chance(np.maximum(company.log_hours, 0)).mean()
    )
    ratio = float(found["ratio_adjusted"].value)  # type: ignore[arg-type]

    assert true < ratio < naive
    assert float(found["e_value"].value) == pytest.approx(ratio + (ratio * (ratio - 1)) ** 0.5)  # type: ignore[arg-type]
    assert "caution.adjusted_not_effect" in {caution.id for caution in found["ratio_adjusted"].cautions}


def test_where_all_that_drives_both_is_known_the_truth_is_found():
    """Four kinds of leads with chances and pace of their own; the range holds the truth in eighteen of twenty companies or more."""
    held = 0
    for seed in range(20):
        dice = np.random.Generator(np.random.PCG64(seed))
        kind = dice.integers(0, 4, 20_000)
        kept = dice.random(20_000) < np.array([0.8, 0.6, 0.4, 0.2])[kind]
        odds = np.array([0.0, -1.0, -2.0, -3.0])[kind]
        moved = dice.random(20_000) < 1 / (1 + np.exp(-(odds + 0.3 * kept)))
        counts = Counter(zip(kind.tolist(), kept.tolist(), moved.tolist(), strict=True))
        fates = [
            Fate(
                kept=side,
                type=str(which),
                size=None,
                owner=None,
                weekday=0,
                part="morning",
                queue=0,
                leads=counts[which, side, True] + counts[which, side, False],
                moved=counts[which, side, True],
            )
            for which in range(4)
            for side in (True, False)
        ]
        true = float((1 / (1 + np.exp(-(odds + 0.3)))).mean() / (1 / (1 + np.exp(-odds))).mean())
        _, low, high = model_of(fates=fates).ratio
        held += low <= true <= high
    assert held >= 18


def test_too_few_moves_on_one_side_are_not_adjusted():
    """Nine who moved on without an answer in time."""
    fates = [
        Fate(kept=kept, type="web", size=None, owner=None, weekday=0, part="morning", queue=0, leads=500, moved=moved)
        for kept, moved in ((True, 100), (False, 9))
    ]
    found = told(adjusted_block(fates=fates, within=timedelta(hours=1), about=ABOUT))

    assert [found[name].value for name in NAMES] == [None] * 5
    assert {caution.id for caution in found["ratio_adjusted"].cautions} == {"caution.few_to_adjust"}


def test_leads_with_nobody_like_them_on_the_other_side_are_said():
    """All demo requests were answered in time, so the data do not say what would have become of them."""
    fates = [
        Fate(kept=kept, type=kind, size=None, owner=None, weekday=0, part="morning", queue=0, leads=500, moved=100)
        for kept, kind in ((True, "web"), (False, "web"), (True, "demo"))
    ]
    found = told(adjusted_block(fates=fates, within=timedelta(hours=1), about=ABOUT))
    cautions = {caution.id: caution.values for caution in found["ratio_adjusted"].cautions}

    assert isinstance(found["if_kept_adjusted"].value, Rate)
    assert float(cautions["caution.nobody_alike"]["share"].value) == pytest.approx(1 / 3)  # type: ignore[union-attr]
