"""`funnelpact funnel` where a type has too few leads for a rate of its own."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

from tests.calculation import funnelpact
from tests.worlds import kept


def leads(kind: str, count: int, *, each: int) -> str:
    """Leads of a type, one a day; each so-manieth is won after six days, the others leave after twenty-six."""
    lines = []
    for number in range(count):
        key, born = f"{kind}{number}", date(2026, 1, 1) + timedelta(days=number)
        lines.append(f"lead {key} {born} type={kind}")
        if number % each:
            lines.append(f"lead {key} > Disqualified {born + timedelta(days=26)}")
        else:
            lines += [f"deal d{key} of {key} {born} amount=100", f"deal d{key} > Won {born + timedelta(days=6)}"]
    return "\n".join(lines)


def test_a_small_type_is_drawn_toward_all_in_a_column_of_its_own(tmp_path: Path):
    """Nine leads of a fair, three won: no matured rate; drawn, it lies near the 18.4 % of all, with its parts under --why."""
    kept("\n".join((leads("web", 60, each=6), leads("chat", 45, each=6), leads("fair", 9, each=3))), tmp_path)
    said = funnelpact("funnel", f"--data={tmp_path}", "--why").stdout.replace("\u202f", " ")
    data = json.loads(funnelpact("funnel", f"--data={tmp_path}", "--json", "--lang=tr").stdout)
    found = {segment["name"]: segment for segment in data["segments"] if not segment["all"]}
    fair = found["fair"]["drawn_rate"]

    assert "drawn toward all" in said
    assert "rate drawn toward all, 26 days" in said
    assert found["fair"]["to_won"]["matured_rate"]["value"] is None
    assert 0.18 < fair["value"] < 1 / 3
    assert fair["low"] < fair["value"] < fair["high"]
    assert fair["derivation"]["label"] == "geneli gözeten oran, 26 gün"
    assert found["web"]["drawn_rate"] is None
