"""`funnelpact data mapping` as people see it, in both languages, word for word."""

from __future__ import annotations

import json
import re
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.calculation import funnelpact
from tests.repo_rules.sources import ROOT
from tests.worlds import kept

WORLD = """
    lead a 2026-01-10T09:00 type=web
    lead b 2026-01-11T09:00 type=outbound
    lead c 2026-01-12T09:00 type=web
    lead c > SQL 2026-01-13T09:00
    lead b > Nurture 2026-01-13T09:00
    deal d of c 2026-01-14T10:00 amount=100
    deal d > Won 2026-01-20T10:00
"""
ENGLISH = """\
Nobody has saved a mapping yet: everything here is what the words of the labels suggest.
Labels of leads that mean nothing yet and move nothing (1): Nurture.

Stage labels
  of    label    means        days    said by    records
  lead  Nurture  nothing yet  always  nobody           1
  lead  SQL      sql          always  its words        1
  deal  Won      won          always  its words        1

Lead types, and who brings them
  label     our name  days    brought by  said by    leads
  web       web       always  marketing   its words      2
  outbound  outbound  always  SDR         its words      1

Settings
  setting             value
  stages              mql → sql → opportunity → won
  attribution         primary
  reopen_days         30
  silent_days         180
  observed_from       –
  zone                UTC
  fiscal_year_begins  1
  office              –
"""
TURKISH = """\
Henüz kimse eşleme saklamadı: buradaki her şey etiketlerin sözcüklerinden çıkan öneridir.
Henüz bir şey anlatmayan, hiçbir şeyi ilerletmeyen lead etiketi 1: Nurture.

Aşama etiketleri
  kimin  etiket   anlamı    günler     söyleyen    kayıt
  lead   Nurture  henüz yok  her zaman  kimse           1
"""
FILE = """
version: 1
labels: [{record: lead, label: Nurture, stage: sql}, {record: lead, label: Asleep, stage: exit, from: 2026-02-01}]
reopen_days: 14
"""
SAVED = """\
Version 1 is in force. Against what the words of the labels suggested:
  reopen_days: 30 → 14
  − labels: “Nurture” (always) → nothing yet
  + labels: “Nurture” (always) → sql
  + labels: “Asleep” (from 1 February 2026) → exit
1 of 3 passes are different by it; there are now 3.

! Named under labels, lead, carried by no record: Asleep.
"""


def run(folder: Path, *arguments: str) -> CompletedProcess[str]:
    """The command on the data folder of a test."""
    return funnelpact("data", "mapping", *arguments, cwd=folder, env={"FUNNELPACT_DATA": str(folder / "data")})


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a company of which nobody has said anything."""
    folder = tmp_path_factory.mktemp("company")
    kept(WORLD, folder / "data")
    return folder


def test_what_the_words_suggest(company: Path):
    """Unknown labels first; as a file it can be saved as it is, and says the same."""
    shown = run(company, "show")
    turkish = run(company, "show", "--lang", "tr").stdout
    written = run(company, "show", "--yaml")

    assert (shown.stdout, shown.stderr, shown.returncode) == (ENGLISH, "", 0)
    assert turkish.splitlines()[:2] == TURKISH.splitlines()[:2]
    assert "  # - {record: lead, label: Nurture, stage: none}  # records: 1; means nothing yet" in written.stdout


def test_from_a_file_to_the_funnel_and_back(tmp_path: Path):
    """Saved, told, in force without an import; the same again is no version; an old one comes back as a new one."""
    kept(WORLD, tmp_path / "data")
    (tmp_path / "funnel.yaml").write_text(FILE, encoding="utf-8")
    refused = funnelpact("funnel", "--json", cwd=tmp_path, env={"FUNNELPACT_DATA": "data"})
    saved, again = run(tmp_path, "save", "funnel.yaml"), run(tmp_path, "save", "funnel.yaml", "--json")
    funnel = funnelpact("funnel", "--json", cwd=tmp_path, env={"FUNNELPACT_DATA": "data"})
    (tmp_path / "funnel.yaml").write_text("version: 1", encoding="utf-8")
    third = json.loads(run(tmp_path, "save", "funnel.yaml", "--json").stdout)
    used = run(tmp_path, "use", "1", "--lang", "tr")
    log = json.loads(run(tmp_path, "log", "--json").stdout)

    assert (saved.stdout, saved.stderr) == (SAVED, "")
    assert json.loads(again.stdout)["new"] is False
    assert (refused.returncode, json.loads(refused.stderr)["problems"][0]["code"]) == (2, "quality-refuses")
    assert (funnel.returncode, funnel.stderr) == (0, "")
    assert (third["version"], third["passes"]) == (2, {"before": 3, "after": 3, "different": 1})
    assert used.stdout.startswith("3 numaralı sürüm yürürlükte. Önceki sürüme (2) göre:")
    assert [version["version"] for version in log] == [3, 2, 1]


def test_every_mistake_of_a_file_at_once(tmp_path: Path):
    """Each a sentence, nothing is saved; a version that is not there is one, too."""
    text = "version: 1\nzone: Mars\nreopen_days: -1\nlabels: [{record: lead, label: a, stage: demo}]"
    (tmp_path / "funnel.yaml").write_text(text, encoding="utf-8")
    refused, missing = run(tmp_path, "save", "funnel.yaml"), run(tmp_path, "use", "4", "--json")

    assert refused.returncode == missing.returncode == 2
    assert [line.split(";")[0] for line in refused.stderr.splitlines()] == [
        "“a” is to mean demo",
        "reopen_days is −1",
        "“Mars” is no time zone",
    ]
    assert json.loads(missing.stderr)["problems"][0]["code"] == "mapping-version-unknown"
    assert run(tmp_path, "log").stdout.startswith("Nobody has saved a mapping yet")


@pytest.mark.parametrize("page", ["labels.md", "labels.tr.md"])
def test_the_file_of_the_guide_can_be_saved(page: str, tmp_path: Path):
    """As it stands there."""
    guide = (ROOT / "docs" / "guide" / page).read_text("utf-8")
    found = re.search(r"```yaml\n(.*?)```", guide, re.DOTALL)

    assert found
    (tmp_path / "funnel.yaml").write_text(found[1], encoding="utf-8")
    assert json.loads(run(tmp_path, "save", "funnel.yaml", "--json").stdout)["version"] == 1
