"""Two public data sets from their files to a plan, through the installed command. They are never part of the repository."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.calculation import funnelpact
from tests.stores import store_in

LEADS, DEALS = "olist_marketing_qualified_leads_dataset.csv", "olist_marketing_closed_deals_dataset.csv"
US_LEADS, US_DEALS = "variant_us_dates_qualified_leads.csv", "variant_us_dates_closed_deals.csv"
THIN = "\u202f"


class Company:
    """One imported data set: its folder, the report of the import, and answers that are asked for once."""

    def __init__(self, folder: Path, *files: Path) -> None:
        self.folder = folder
        self.answers: dict[tuple[str, ...], Any] = {}
        self.report = self.ask("import", *map(str, files))

    def ask(self, *arguments: str) -> Any:
        """The answer as data."""
        if arguments not in self.answers:
            self.answers[arguments] = json.loads(self.say(*arguments, "--json"))
        return self.answers[arguments]

    def say(self, *arguments: str) -> str:
        """The answer as people read it."""
        run = funnelpact(*arguments, "--data", str(self.folder))
        assert (run.returncode, run.stderr) == (0, "")
        return run.stdout

    def refuse(self, *arguments: str) -> str:
        """The sentence of a refusal, which comes with exit code 2 and nothing else."""
        run = funnelpact(*arguments, "--data", str(self.folder))
        assert (run.returncode, run.stdout) == (2, "")
        assert "Traceback" not in run.stderr
        return run.stderr

    def file(self, name: str) -> Any:
        """The report on one file."""
        return next(file for file in self.report["files"] if file["name"] == name)


def rows(path: Path) -> list[dict[str, str]]:
    """A file as a spreadsheet would show it."""
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text.splitlines()[0] else ","))


def iso(text: str) -> date:
    """The day of a cell that writes it with points."""
    return date.fromisoformat(text[:10].replace(".", "-"))


@pytest.fixture(scope="module")
def olist_files(shared_data: Path) -> Path:
    """The folder of the marketing funnel."""
    return shared_data / "olist_funnel"


@pytest.fixture(scope="module")
def olist(olist_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The first variant: semicolons, years first."""
    return Company(tmp_path_factory.mktemp("olist"), olist_files / LEADS, olist_files / DEALS)


@pytest.fixture(scope="module")
def olist_us(olist_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The second variant: commas, months first."""
    return Company(tmp_path_factory.mktemp("olist_us"), olist_files / US_LEADS, olist_files / US_DEALS)


@pytest.fixture(scope="module")
def maven_files(shared_data: Path) -> Path:
    """The folder of the opportunities."""
    return shared_data / "maven_crm"


@pytest.fixture(scope="module")
def maven(maven_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """All four tables."""
    return Company(tmp_path_factory.mktemp("maven"), *sorted(maven_files.glob("*.csv")))


def incidence(passes: Iterable[tuple[int, int]], days: int) -> Fraction:
    """The share that moves on by that age, from age and end (0 open, 1 moved, 2 left) of each: the textbook's product."""
    counts = Counter(passes)
    watched, still, moved = sum(counts.values()), Fraction(1), Fraction(0)
    for age in range(days + 1):
        ended, left = counts[age, 1], counts[age, 2]
        if watched:
            moved += still * Fraction(ended, watched)
            still *= 1 - Fraction(ended + left, watched)
        watched -= ended + left + counts[age, 0]
    return moved


def matured(answer: Any, *, name: str | None = None) -> Any:
    """The matured rate of the whole way, of all passes or of a segment."""
    segments = answer["segments"]
    found = segments[0] if name is None else next(s for s in segments if s["name"] == name)
    return found["to_won"]["matured_rate"]


def test_both_variants_are_read_whole(olist: Company, olist_us: Company):
    """8,000 leads in both, 842 and 380 deals, nothing refused, separators and orders of dates found."""
    for company, leads, deals, count in ((olist, LEADS, DEALS, 842), (olist_us, US_LEADS, US_DEALS, 380)):
        assert company.file(leads)["kind"] == "leads"
        assert company.file(deals)["kind"] == "deals"
        assert (company.file(leads)["kept"], company.file(deals)["kept"]) == (8_000, count)
        assert company.file(leads)["rejected"] == company.file(deals)["rejected"] == {}
    assert (olist.file(LEADS)["separator"], olist.file(LEADS)["date_order"]) == (";", None)
    assert (olist_us.file(US_LEADS)["separator"], olist_us.file(US_LEADS)["date_order"]) == (",", "month-first")
    assert olist_us.file(US_DEALS)["date_order"] == "month-first"


def test_both_orders_of_dates_give_equal_days(olist: Company, olist_us: Company):
    """For every lead and every win that both variants have."""

    def days(company: Company, table: str) -> dict[str, date]:
        found = store_in(company.folder).facts()[table].to_pyarrow().to_pylist()
        return {row["source_id"]: row["happened_at"].date() for row in found}

    for table, shared in (("leads", 8_000), ("transitions", 380)):
        first, second = days(olist, table), days(olist_us, table)
        assert {key: first[key] for key in second} == second
        assert len(second) == shared


def test_the_funnel_counts_what_the_files_hold(olist: Company, olist_us: Company):
    """But for one deal that was won two days before its lead arrived: it is named and counts nowhere."""
    first, second = olist.ask("funnel"), olist_us.ask("funnel")

    assert first["stages"] == ["mql", "won"]
    assert first["by"] == "type"
    assert first["segments"][0]["reached"] == {"mql": 7_999, "won": 841}
    assert any("b91cf8812365f50ff4bda4bcd6206b05" in note for note in first["notes"])
    assert second["segments"][0]["reached"] in ({"mql": 8_000, "won": 380}, {"mql": 7_999, "won": 379})


def test_the_matured_rate_is_that_of_the_textbook(olist: Company, olist_files: Path):
    """At the printed age, over the leads from the printed first day on, from the bare file, all and by origin."""
    answer = olist.ask("funnel")
    as_of, since = date.fromisoformat(answer["as_of"]), date.fromisoformat(answer["observed_from"])
    won = {row["mql_id"]: iso(row["won_date"]) for row in rows(olist_files / DEALS)}
    passes: dict[str | None, list[tuple[int, int]]] = {None: []}
    for row in rows(olist_files / LEADS):
        arrived = iso(row["first_contact_date"])
        age = (won.get(row["mql_id"], as_of) - arrived).days
        if arrived >= since and age >= -1:
            ended = (max(age, 0), int(row["mql_id"] in won))
            passes[None].append(ended)
            passes.setdefault(row["origin"], []).append(ended)

    for name in (None, "Organic Search", "Social"):
        rate = matured(answer, name=name)
        assert rate["n"] == len(passes[name])
        assert rate["value"] == pytest.approx(float(incidence(passes[name], rate["horizon_days"])), abs=1e-9)
        assert rate["low"] < rate["value"] < rate["high"]


def test_what_only_winners_have_is_no_breakdown(olist: Company):
    """`lead type` stands in the file of deals; refused in both languages."""
    english = olist.refuse("funnel", "--by", "lead type")
    turkish = olist.refuse("funnel", "--by", "lead type", "--lang", "tr")

    assert "leakage" in english
    assert "835" in english
    assert "sızıntı" in turkish
    assert "835" in turkish


def test_without_amounts_there_is_no_plan_unless_one_is_given(olist: Company):
    """The turnover of the sellers is none, and the reason is said."""
    english = olist.refuse("plan", "--quota", "500000")
    turkish = olist.refuse("plan", "--quota", "500000", "--lang", "tr")
    answer = olist.ask("plan", "--quota", "500000", "--aov", "2000")
    even, likely = answer["needs"]

    assert "0 of 841" in english
    assert "--aov" in english
    assert "841" in turkish
    assert "--aov" in turkish
    assert answer["typed_order_value"] == 2_000
    assert 0 < even["leads"] < likely["leads"]
    value = sum(kind["share"] * kind["value_per_lead"] for kind in answer["types"])
    assert even["leads"] == pytest.approx(500_000 / value, abs=1)


def test_the_past_is_seen_as_it_was(olist: Company, olist_files: Path, tmp_path: Path):
    """`--as-of` a day says what files say that end on that day."""
    cut = "2018.06.30"
    for name, column in ((LEADS, "first_contact_date"), (DEALS, "won_date")):
        kept = [row for row in rows(olist_files / name) if row[column][:10] <= cut]
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, kept[0].keys(), delimiter=";")
            writer.writeheader()
            writer.writerows(kept)
    shorter = Company(tmp_path / "data", tmp_path / LEADS, tmp_path / DEALS)
    asked = ("funnel", "--as-of", "2018-06-30")

    def without_clock(answer: Any) -> Any:
        if isinstance(answer, dict):
            return {key: without_clock(value) for key, value in answer.items() if key != "known_at"}
        return [without_clock(part) for part in answer] if isinstance(answer, list) else answer

    assert without_clock(olist.ask(*asked)) == without_clock(shorter.ask(*asked))
    assert olist.ask(*asked)["segments"][0]["reached"]["won"] < 841


def test_the_arithmetic_adds_up(olist: Company):
    """Won so far + expected = won within; over all passes = the rate; the text shows the same."""
    rate = matured(olist.ask("funnel"))["derivation"]
    within, passes = rate["inputs"]
    so_far, expected = within["inputs"]
    text = olist.say("funnel", "--why")

    assert so_far["value"] + expected["value"] == pytest.approx(within["value"])
    assert within["value"] / passes["value"] == pytest.approx(rate["value"])
    for node in (so_far, passes):
        assert f"{node['value']:,}" in text
    assert rate["rule"] in text
    assert within["rule"] in text


def test_the_text_shows_what_the_data_say(olist: Company):
    """Segment by segment: passes, matured rate, its range and its day."""
    answer, text = olist.ask("funnel"), olist.say("funnel")
    table = text.split("matured within")[1].split("Order value")[0]

    for segment in answer["segments"]:
        rate = segment["to_won"]["matured_rate"]
        name = "all" if segment["all"] else segment["name"] or "unknown"
        line = next(line for line in table.splitlines() if line.strip().startswith(f"{name}  "))
        assert f"{rate['n']:,}" in line
        assert f"{rate['value'] * 100:.1f}{THIN}%" in line
        assert f"{rate['low'] * 100:.1f}–{rate['high'] * 100:.1f}" in line
        assert f" {rate['horizon_days']} " in line


def test_the_turkish_answer_has_the_same_numbers(olist: Company):
    """Written as Turkish writes them."""
    rate = matured(olist.ask("funnel"))
    text = olist.say("funnel", "--lang", "tr")

    assert f"%{rate['value'] * 100:.1f}".replace(".", ",") in text
    assert "7.999" in text


def test_opportunities_without_a_day_are_refused_by_name(maven: Company):
    """500 of 8,800 in prospecting; the misspelt product is found."""
    pipeline = maven.file("sales_pipeline.csv")
    (doubt,) = [issue for issue in pipeline["issues"] if issue["code"] == "reference-unmatched"]

    assert (pipeline["rows_in"], pipeline["kept"]) == (8_800, 8_300)
    assert {reason: reject["rows"] for reason, reject in pipeline["rejected"].items()} == {"no-date": 500}
    assert "GTXPro" in doubt["sentence"]
    assert "GTX Pro" in doubt["sentence"]
    assert {file["kind"] for file in maven.report["files"]} == {"deals", "companies", "products", "people"}


def test_the_funnel_of_deals_begins_with_the_opportunity(maven: Company):
    """And with the day on which the source began to show closings."""
    answer = maven.ask("funnel")

    assert answer["stages"] == ["opportunity", "won"]
    assert answer["segments"][0]["reached"] == {"opportunity": 8_300, "won": 4_238}
    assert answer["observed_from"] == "2017-03-01"
    assert any("1 March 2017" in note for note in answer["notes"])
    assert answer["segments"][0]["average_order_value"]["value"] == pytest.approx(10_005_534 / 4_238)


def test_two_ends_compete_as_in_the_textbook(maven: Company, maven_files: Path):
    """Matured win rate of opportunities, from the bare file: won and lost, each at its age."""
    answer = maven.ask("funnel")
    as_of, since = date.fromisoformat(answer["as_of"]), date.fromisoformat(answer["observed_from"])
    passes = []
    for row in rows(maven_files / "sales_pipeline.csv"):
        if row["engage_date"] and (begun := date.fromisoformat(row["engage_date"])) >= since:
            ended = date.fromisoformat(row["close_date"]) if row["close_date"] else as_of
            passes.append(((ended - begun).days, {"Won": 1, "Lost": 2}.get(row["deal_stage"], 0)))
    rate = matured(answer)

    assert rate["n"] == len(passes)
    assert rate["value"] == pytest.approx(float(incidence(passes, rate["horizon_days"])), abs=1e-9)


@pytest.mark.parametrize(("by", "segments"), [("product", 7), ("region", 3), ("sector", 11)])
def test_breakdowns_of_opportunities(by: str, segments: int, maven: Company):
    """A column, a label of the owner's table, a label of the company's; the last is written down late, and that is said."""
    answer = maven.ask("funnel", "--by", by)
    named = [segment for segment in answer["segments"][1:] if segment["name"]]

    assert answer["by"] == by
    assert len(named) == segments - (by == "sector")
    assert sum(segment["reached"]["won"] for segment in answer["segments"][1:]) == 4_238
    assert any("rates are too high" in note for note in answer["notes"]) == (by == "sector")


def test_a_plan_from_measured_amounts(maven: Company):
    """Leads and values add up to the quota; the text has the same leads."""
    answer = maven.ask("plan", "--quota", "500000", "--by", "product")
    even, likely = answer["needs"]
    value = sum(kind["share"] * kind["value_per_lead"] for kind in answer["types"])
    text = maven.say("plan", "--quota", "500000", "--by", "product")

    assert sum(kind["share"] for kind in answer["types"]) == pytest.approx(1)
    assert even["leads"] == pytest.approx(500_000 / value, abs=1)
    assert f"{even['leads']:,} leads a month" in text
    assert f"{likely['leads']:,} for 80" in text
    assert {kind["name"] for kind in even["by_type"]} == {kind["name"] for kind in answer["types"]}


def test_the_same_files_again_change_nothing(maven: Company, maven_files: Path, tmp_path: Path):
    """Also under other names."""
    files = sorted(maven_files.glob("*.csv"))
    renamed = [tmp_path / f"{number}.txt" for number in range(len(files))]
    for file, other in zip(files, renamed, strict=True):
        other.write_bytes(file.read_bytes())

    assert maven.report["batch"] == 1
    assert "nothing changed" in maven.say("import", *map(str, files))
    assert "nothing changed" in maven.say("import", *map(str, renamed))
