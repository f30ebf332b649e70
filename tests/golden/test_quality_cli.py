"""`funnelpact data quality` as people see it, in both languages, word for word."""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.calculation import funnelpact
from tests.worlds import kept

SPOILT = """
    lead a 2026-01-10T09:00 type=web
    lead b 2026-01-11T09:00 type=Web
    lead c 2026-01-12T09:00 type=web
    lead c > SQL 2026-01-13T09:00
    lead b > Nurture 2026-01-13T09:00
    touch a 2026-01-08T10:00
    touch b 2026-01-11T10:00
    deal d of c 2026-01-14T10:00 amount=100 currency=EUR
    deal d > Won 2026-01-20T10:00
"""
CLEAN = """
    lead a 2026-01-10T09:00 type=web
    touch a 2026-01-10T10:00
    batch
    touch a 2026-01-09T10:00
"""

ENGLISH = """\
Facts up to 20 January 2026 (the newest: 20 January 2026 10:00): 21 rules had something to look at, 3 of them found something, 12 had nothing.
Not printed: rates and times between stages, because of label-unknown.
Not printed: response times, because of touch-before-lead.
Not printed: order values and values per lead, because of type-spelling.

What the rules found, the worst first
  rule               level  refuses   found  of    share  limit
  touch-before-lead  stop   response      1   2     50\u202f%    5\u202f%
  label-unknown      stop   rates         1   3  33.33\u202f%   10\u202f%
  type-spelling      stop   values        1   3  33.33\u202f%   20\u202f%

! touch-before-lead: 1 of 2 touches lie before their lead (50\u202f%; touch/a); response times would be negative, or the lead was created after the work had begun; export the time of first contact as the creation, or leave older touches out.
! label-unknown: 1 of 3 stage entries carry a label that means no stage (33.33\u202f%; lead “Nurture” (1)); these entries move nothing, so every rate after them is too low; give these labels a stage in the funnel mapping.
! type-spelling: 1 of 3 types, segments, streams and countries of leads are spelt in an unusual way (33.33\u202f%; “Web” for “web” (1)); one type counts as several small ones; make the labels one where they are set.
"""
TURKISH = """\
20 Ocak 2026 gününe dek olgular (en yenisi: 20 Ocak 2026 10:00): bakacak bir şeyi olan kural 21, bir şey bulan 3, bakacak şeyi olmayan 12.
Yazılmaz: oranlar ve aşamalar arası süreler; nedeni label-unknown.
Yazılmaz: yanıt süreleri; nedeni touch-before-lead.
Yazılmaz: sipariş ve lead değerleri; nedeni type-spelling.

Kuralların bulduğu, en ağırı başta
  kural              düzey  engellediği  bulunan  bakılan     pay  sınır
  touch-before-lead  engel  yanıt              1        2     %50     %5
  label-unknown      engel  oranlar            1        3  %33,33    %10
  type-spelling      engel  değerler           1        3  %33,33    %20

! touch-before-lead: lead’inden önce görünen temas 1 / 2 (%50; touch/a); yanıt süresi eksi çıkar ya da lead, iş başladıktan sonra oluşturulmuştur; oluşturma yerine ilk temas zamanını aktarın ya da daha eski temasları dışarıda bırakın.
! label-unknown: etiketi bir aşama anlatmayan aşama girişi 1 / 3 (%33,33; lead “Nurture” (1)); bu girişler hiçbir şeyi ilerletmez, sonraki her oran düşük çıkar; bu etiketlere huni eşlemesinde bir aşama verin.
! type-spelling: alışılmadık yazılmış lead türü, kesimi, kolu ya da ülkesi 1 / 3 (%33,33; “web” yerine “Web” (1)); tek bir tür birkaç küçük tür gibi sayılır; etiketleri yazıldıkları yerde birleştirin.
"""


def run(folder: Path, *arguments: str) -> CompletedProcess[str]:
    """The command on the data folder of a test."""
    return funnelpact("data", "quality", *arguments, cwd=folder, env={"FUNNELPACT_DATA": str(folder / "data")})


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three small troubles."""
    folder = tmp_path_factory.mktemp("spoilt")
    kept(SPOILT, folder / "data")
    return folder


@pytest.mark.parametrize(("lang", "text"), [("en", ENGLISH), ("tr", TURKISH)])
def test_what_is_refused_and_why(lang: str, text: str, spoilt: Path):
    """Exit code 1, because three groups of figures are not printed."""
    done = run(spoilt, "--lang", lang)

    assert done.stdout == text
    assert (done.returncode, done.stderr) == (1, "")


def test_the_same_as_data(spoilt: Path):
    """Codes, counts, shares and what is refused; examples as they are."""
    done = run(spoilt, "--json")
    answer = json.loads(done.stdout)
    early = next(issue for issue in answer["issues"] if issue["code"] == "touch-before-lead")

    assert done.returncode == 1
    assert answer["refused"] == {
        "rates": ["label-unknown"],
        "response": ["touch-before-lead"],
        "values": ["type-spelling"],
    }
    assert (answer["as_of"], answer["newest"]) == ("2026-01-20", "2026-01-20T10:00:00+00:00")
    assert (early["count"], early["rows"], early["share"], early["limit"], early["examples"]) == (
        1,
        2,
        0.5,
        0.05,
        ["touch/a"],
    )
    assert "company-twice" in answer["silent"]
    assert "label-unknown" in answer["ran"]


def test_nothing_stops_and_nothing_is_doubtful(tmp_path: Path):
    """Exit code 0; as it was known before the second import."""
    kept(CLEAN, tmp_path / "data")
    done = run(tmp_path, "--known-at", "2030-01-01")

    assert done.stdout == (
        "Facts up to 10 January 2026 (the newest: 10 January 2026 10:00): 9 rules had something to look at, "
        "0 of them found something, 24 had nothing.\nNothing is refused and nothing is doubtful.\n"
    )
    assert done.returncode == 0
    assert run(tmp_path).returncode == 1
    assert run(tmp_path, "--known-at", "2030-01-01T00:00:00+01:00").returncode == 2


def test_an_empty_folder_is_answered_in_a_sentence(tmp_path: Path):
    """Exit code 2, as everywhere."""
    done = run(tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert "no facts" in done.stderr
    assert "hiç olgu yok" in run(tmp_path, "--lang", "tr").stderr


def test_the_group_has_a_help_of_its_own(tmp_path: Path):
    """In both languages."""
    english = funnelpact("data", "--help", cwd=tmp_path)
    turkish = funnelpact("data", "--help", cwd=tmp_path, env={"FUNNELPACT_LANG": "tr"})

    assert "Show what is doubtful" in english.stdout
    assert "kuşkulu olanı" in turkish.stdout
