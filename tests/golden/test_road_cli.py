"""The road from files to a plan as a person walks it: a small made-up company, both languages, and what goes wrong on it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests import exports
from tests.calculation import funnelpact

THIN = "\u202f"
AS_OF = "2026-06-30"


def files(folder: Path) -> list[str]:
    """Leads of two origins, one a day for 160 days; of ten, three win 2,000 after 20 days and four are lost after 30."""
    begun = date(2026, 1, 1)
    leads = [["lead_id", "created_at", "origin"]]
    deals = [["deal_id", "lead_id", "stage", "opened_on", "closed_on", "amount", "currency"]]
    for n in range(320):
        day = begun + timedelta(days=n // 2)
        leads.append([f"L{n:03}", f"{day}", ["web", "chat"][n % 2]])
        turn = n // 2 % 10
        if turn < 7:
            won = turn < 3
            end = day + timedelta(days=20 if won else 30)
            closed = f"{end}" if f"{end}" <= AS_OF else ""
            stage = ("Won" if won else "Lost") if closed else "Open"
            amount = ["2000", "1000"][n % 2] if won else "0"
            deals.append([f"D{n:03}", f"L{n:03}", stage, f"{day + timedelta(days=3)}", closed, amount, "EUR"])
    (folder / "leads.csv").write_text(exports.text(leads), encoding="utf-8")
    (folder / "deals.csv").write_text(exports.text(deals), encoding="utf-8")
    return [str(folder / "leads.csv"), str(folder / "deals.csv")]


def run(folder: Path, *arguments: str) -> CompletedProcess[str]:
    """The command with the data folder of the test."""
    return funnelpact(*arguments, cwd=folder, env={"FUNNELPACT_DATA": str(folder / "data")})


def says(folder: Path, *arguments: str) -> str:
    """What it answers when all is well."""
    done = run(folder, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def complains(folder: Path, *arguments: str) -> str:
    """The one sentence with which it refuses."""
    done = run(folder, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files, and their import."""
    folder = tmp_path_factory.mktemp("company")
    says(folder, "import", *files(folder))
    return folder


def test_an_import_is_shown_kept_and_not_repeated(tmp_path: Path):
    """`--dry-run` keeps nothing; the first import is batch 1; the same files again change nothing."""
    paths = files(tmp_path)
    shown = says(tmp_path, "import", *paths, "--dry-run")

    assert "320 of 320 rows taken, 0 refused." in shown
    assert "Only shown, nothing kept." in shown
    assert not (tmp_path / "data").exists()
    assert "Kept as batch 1." in says(tmp_path, "import", *paths)
    assert "These bytes are here already; nothing changed." in says(tmp_path, "import", *reversed(paths))


def test_an_import_in_turkish(tmp_path: Path):
    """Every word of it."""
    shown = says(tmp_path, "import", *files(tmp_path), "--dry-run", "--lang", "tr")

    assert "leads.csv: leadler" in shown
    assert "320 satırdan 320 alındı, 0 reddedildi." in shown
    assert "lead anahtarı" in shown
    assert "Yalnız gösterildi, saklanmadı." in shown


def test_the_funnel_by_origin(company: Path):
    """Three in ten win; both origins alike, an order of chat being half of one of web."""
    text = says(company, "funnel", "--horizon", "60")
    answer = json.loads(says(company, "funnel", "--horizon", "60", "--json"))
    everything, *parts = answer["segments"]

    assert text.startswith("The funnel up to 26 June 2026, by type; rates count to an age of 60 days.")
    assert answer["stages"] == ["mql", "opportunity", "won"]
    assert everything["to_won"]["matured_rate"]["value"] == pytest.approx(0.3, abs=0.01)
    assert {part["name"] for part in parts} == {"web", "chat"}
    assert {part["name"]: part["average_order_value"]["value"] for part in parts} == {"web": 2000, "chat": 1000}
    assert f"{everything['to_won']['matured_rate']['value'] * 100:.1f}{THIN}%" in text
    assert "€2,000" in text


def test_the_funnel_in_turkish(company: Path):
    """Commas for decimals, the percent sign before the number, Turkish months."""
    text = says(company, "funnel", "--horizon", "60", "--lang", "tr")

    assert "26 Haziran 2026" in text
    assert "%30," in text
    assert "Traceback" not in text
    assert "matured" not in text


def test_the_plan_shows_an_even_chance_and_a_safer_one(company: Path):
    """A lead is worth about 450; 100,000 need 222 or 223, and more for four in five; `--why` unfolds it."""
    text = says(company, "plan", "--quota", "100000", "--horizon", "60", "--why")
    answer = json.loads(says(company, "plan", "--quota", "100000", "--horizon", "60", "--json"))
    even, likely = answer["needs"]

    assert 215 <= even["leads"] <= 230 < likely["leads"]
    assert text.startswith(
        f"€100,000 a month needs {even['leads']} leads a month for an even chance, and {likely['leads']} for 80{THIN}%."
    )
    assert answer["leads_today"] == 61
    assert "mean value of a lead" in text
    assert sum(kind["leads"] for kind in even["by_type"]) - even["leads"] in {0, 1}


def test_the_plan_in_turkish(company: Path):
    """A quota in Turkish numbers."""
    text = says(company, "plan", "--quota", "100.000 EUR", "--horizon", "60", "--lang", "tr")

    assert text.startswith("Ayda €100.000 için yarı yarıya olasılıkla")


def test_the_next_export_corrects_the_last(tmp_path: Path):
    """A deal that was booked as won by mistake is lost in the next export: one win less now, and as many as before then."""
    paths = files(tmp_path)
    says(tmp_path, "import", *paths)
    deals = tmp_path / "deals_june.csv"
    text = Path(paths[1]).read_text("utf-8")
    deals.write_text(text.replace("D000,L000,Won,", "D000,L000,Lost,"), encoding="utf-8")
    before = json.loads(says(tmp_path, "funnel", "--json"))
    says(tmp_path, "import", str(deals), paths[0])
    after = json.loads(says(tmp_path, "funnel", "--json"))

    wins = [answer["segments"][0]["reached"]["won"] for answer in (before, after)]
    assert wins[1] == wins[0] - 1
    assert before["segments"][0]["reached"]["mql"] == after["segments"][0]["reached"]["mql"] == 320


def test_deals_to_close_next_year_do_not_move_today(tmp_path: Path):
    """Expected days are no events: the funnel ends with the newest one."""
    salesforce = exports.salesforce()
    for name, content in salesforce.items():
        (tmp_path / name).write_bytes(content)
    says(tmp_path, "import", *(str(tmp_path / name) for name in salesforce))

    assert json.loads(says(tmp_path, "funnel", "--json"))["as_of"] == "2026-02-24"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("funnel", "--by", "weather"), ("weather", "type")),
        (("funnel", "--as-of", "2020-01-01"), ("1 January 2020",)),
        (("plan", "--quota", "0"), ("quota", "0")),
        (("plan", "--quota", "much"), ("much",)),
        (("plan", "--quota", "100000 TRY"), ("TRY", "EUR")),
        (("plan", "--quota", "100000", "--as-of", "2026-01-20"), ("valued",)),
        (("import", "missing.csv"), ("missing.csv", "not there")),
        (("import", "."), ("folder",)),
        (("import", "leads.csv", "--currency", "dollars"), ("DOLLARS",)),
    ],
)
def test_what_cannot_be_answered_is_said_in_one_sentence(
    arguments: tuple[str, ...], words: tuple[str, ...], company: Path
):
    """What was found, why it is wrong, what to do next; exit code 2."""
    sentence = complains(company, *arguments)

    assert all(word in sentence for word in words)
    assert sentence.count("; ") >= 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("funnel", "--by", "hava"), ("hava", "type")),
        (("funnel", "--as-of", "2020-01-01"), ("1 Ocak 2020",)),
        (("import", "yok.csv"), ("yok.csv", "böyle bir yer yok")),
        (("import", "."), ("bu bir klasör",)),
    ],
)
def test_the_same_in_turkish(arguments: tuple[str, ...], words: tuple[str, ...], company: Path):
    """No English word but names."""
    sentence = complains(company, *arguments, "--lang", "tr")

    assert all(word in sentence for word in words)


def test_a_day_without_data_and_data_without_a_folder(tmp_path: Path):
    """Nothing imported yet; a data folder that is a file."""
    assert "import" in complains(tmp_path, "funnel")
    assert "import" in complains(tmp_path, "plan", "--quota", "1000")
    paths = files(tmp_path)
    (tmp_path / "data").write_text("a file", encoding="utf-8")

    assert "it is a file" in complains(tmp_path, "import", *paths)
    assert "no facts" in complains(tmp_path, "funnel")


def test_dates_that_can_be_read_both_ways_are_asked_about(tmp_path: Path):
    """And an answer settles it."""
    (tmp_path / "l.csv").write_text("lead_id,created_at\na,1/2/2026\nb,3/4/2026\n", encoding="utf-8")

    assert "--dates day-first" in complains(tmp_path, "import", "l.csv")
    assert "with the day first" in says(tmp_path, "import", "l.csv", "--dates", "day-first", "--dry-run")
    assert "with the month first" in says(tmp_path, "import", "l.csv", "--dates", "month-first", "--dry-run")


def test_a_problem_as_data(company: Path):
    """With `--json` the problem is JSON on the error stream, with its code."""
    done = run(company, "funnel", "--by", "weather", "--json")

    assert done.returncode == 2
    assert json.loads(done.stderr)["problems"][0]["code"] == "breakdown-unknown"
