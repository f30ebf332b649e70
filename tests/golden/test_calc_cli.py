"""`funnelpact calc` as people and programs see it: the installed command, in both languages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from tests.calculation import ARTICLE, funnelpact

THIN = "\u202f"
ENGLISH = f"""\
Quota 500,000, order value 2,000

    250  deals          500,000 ÷ 2,000 = 250, rounded up
  1,087  opportunities  250 ÷ 23{THIN}% = 1,086.96, rounded up
  1,326  SQLs           1,087 ÷ 82{THIN}% = 1,325.61, rounded up
  3,900  MQLs           1,326 ÷ 34{THIN}% = 3,900, rounded up

A lead (MQLs) is worth 128.25: 34{THIN}% × 82{THIN}% × 23{THIN}% × 2,000 = 128.248, not rounded on the way.
Check: 500,000 ÷ 3,900 leads = 128.21.
Rounding: up-per-stage, each stage up before the next.
"""
TURKISH = """\
Kota 500.000, sipariş değeri 2.000

    250  iş      500.000 ÷ 2.000 = 250, yukarı yuvarlanır
  1.087  fırsat  250 ÷ %23 = 1.086,96, yukarı yuvarlanır
  1.326  SQL     1.087 ÷ %82 = 1.325,61, yukarı yuvarlanır
  3.900  MQL     1.326 ÷ %34 = 3.900, yukarı yuvarlanır

Bir lead (MQL) değeri 128,25: %34 × %82 × %23 × 2.000 = 128,248, arada yuvarlanmadan.
Sağlama: 500.000 ÷ 3.900 lead = 128,21.
Yuvarlama: up-per-stage, her aşama bir sonrakinden önce yukarı.
"""
TREE = f"""\
lead demand                         3,900  Rounding: up-per-stage, each stage up before the next.
├─ MQLs                             3,900  1,326 ÷ 34{THIN}% = 3,900, rounded up
│  ├─ SQLs                          1,326  1,087 ÷ 82{THIN}% = 1,325.61, rounded up
│  │  ├─ opportunities              1,087  250 ÷ 23{THIN}% = 1,086.96, rounded up
│  │  │  ├─ deals                     250  500,000 ÷ 2,000 = 250, rounded up
│  │  │  │  ├─ quota              500,000  typed in
│  │  │  │  └─ order value          2,000  typed in
│  │  │  └─ rate opportunity:won     23{THIN}%  typed in
│  │  └─ rate sql:opportunity        82{THIN}%  typed in
│  └─ rate mql:sql                   34{THIN}%  typed in
├─ value per lead                  128.25  34{THIN}% × 82{THIN}% × 23{THIN}% × 2,000 = 128.248, not rounded on the way
│  ├─ rate mql:sql                   34{THIN}%  typed in
│  ├─ rate sql:opportunity           82{THIN}%  typed in
│  ├─ rate opportunity:won           23{THIN}%  typed in
│  └─ order value                   2,000  typed in
└─ quota per lead (check)          128.21  500,000 ÷ 3,900 leads
   ├─ quota                       500,000  typed in
   └─ MQLs                          3,900  1,326 ÷ 34{THIN}% = 3,900, rounded up
"""
MIX_TOML = """
quota = "500000 EUR"
types = [
    { name = "web form", value = 128.248, leads = 1950 },
    { name = "outbound", value = 187, leads = 1337 },
]
"""
MIX_YAML = """
quota: 500000 EUR
types:
  - {name: web form, value: 128.248, leads: 1950}
  - {name: outbound, value: 187, leads: 1337}
"""


def check_sentences(run: subprocess.CompletedProcess[str], count: int) -> list[str]:
    """Exit code 2, nothing on standard output, and on standard error so many sentences of three parts each."""
    sentences = run.stderr.splitlines()

    assert (run.returncode, run.stdout, len(sentences)) == (2, "", count), run.stderr
    assert all(sentence.count("; ") >= 2 and sentence.endswith(".") for sentence in sentences)
    return sentences


@pytest.mark.parametrize(("lang", "text"), [("en", ENGLISH), ("tr", TURKISH)])
def test_the_article(lang, text):
    """250 deals, 1,087 opportunities, 1,326 SQLs, 3,900 MQLs, line by line."""
    run = funnelpact("calc", *ARTICLE, "--lang", lang)

    assert (run.returncode, run.stdout, run.stderr) == (0, text, "")


def test_why():
    """The tree below the answer, each number above those that it came from."""
    assert funnelpact("calc", *ARTICLE, "--why").stdout == f"{ENGLISH}\n{TREE}"


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_as_data(lang):
    """The same figures under the same keys in each language."""
    data = json.loads(funnelpact("calc", *ARTICLE, "--json", "--lang", lang).stdout)

    assert {key: data[key] for key in ("deals", "stages", "value_per_lead", "quota_per_lead")} == {
        "deals": 250,
        "stages": {"opportunity": 1087, "sql": 1326, "mql": 3900},
        "value_per_lead": 128.248,
        "quota_per_lead": 500_000 / 3_900,
    }
    assert data["derivation"]["value"] == 3900
    assert data["derivation"]["label"] == {"en": "lead demand", "tr": "lead ihtiyacı"}[lang]


@pytest.mark.parametrize(("rule", "leads"), [("up-per-stage", 3900), ("up-once", 3899), ("nearest", 3900)])
def test_each_rule(rule, leads):
    """The rule is named in the answer, as words and as data."""
    text = funnelpact("calc", *ARTICLE, "--round", rule).stdout
    data = json.loads(funnelpact("calc", *ARTICLE, "--round", rule, "--json").stdout)

    assert f"  {leads:,}  MQLs" in text
    assert f"Rounding: {rule}," in text
    assert (data["leads"], data["rounding"]) == (leads, rule)


def test_turkish_numbers_in():
    """With Turkish marks and the percent sign in front, the same answer."""
    run = funnelpact(
        *("calc", "--lang=tr", "--quota", "500.000,00 TL", "--aov", "2000", "--rate", "mql:sql=%34"),
        *("--rate", "sql:opportunity=0,82", "--rate", "opportunity:won=% 23"),
    )

    assert "3.900  MQL" in run.stdout
    assert "₺500.000" in run.stdout


@pytest.mark.parametrize("variable", ["FUNNELPACT_LANG", "LC_ALL", "LANG"])
def test_the_language_of_the_terminal(variable):
    """Without `--lang` the environment decides."""
    assert funnelpact("calc", *ARTICLE, env={variable: "tr_TR.UTF-8"}).stdout == TURKISH


@pytest.mark.parametrize(("name", "text"), [("asked.toml", MIX_TOML), ("asked.yaml", MIX_YAML)])
def test_a_mix_from_a_file(tmp_path, name, text):
    """1,950 web leads and 1,337 outbound leads are worth 500,102.60."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    run = funnelpact("calc", "--from", name, cwd=tmp_path)

    assert run.stdout == (
        "  stream  lead type  quota  leads  value per lead        worth\n"
        "  –       web form       –  1,950         €128.25  €250,083.60\n"
        "  –       outbound       –  1,337            €187     €250,019\n"
        "\n"
        "3,287 leads are worth €500,102.60; the quota is €500,000.\n"
        "Rounding: up-per-stage, each stage up before the next.\n"
    )


def test_a_mix_as_data(tmp_path):
    """Its worth is exact."""
    (tmp_path / "asked.toml").write_text(MIX_TOML, encoding="utf-8")
    data = json.loads(funnelpact("calc", "--from", "asked.toml", "--json", cwd=tmp_path).stdout)

    assert (data["worth"], data["currency"], [entry["leads"] for entry in data["types"]]) == (
        500_102.6,
        "EUR",
        [1950, 1337],
    )


def test_a_workbook(tmp_path):
    """Written in the language of the answer, and the path is told."""
    run = funnelpact("calc", *ARTICLE, "--xlsx", "article.xlsx", "--lang=tr", cwd=tmp_path)

    assert run.stdout == f"{TURKISH}Canlı formüllü çalışma kitabı: article.xlsx\n"
    assert openpyxl.load_workbook(tmp_path / "article.xlsx").sheetnames == ["Hesap"]


MISTAKES = {
    "rate-out-of-range": [*ARTICLE[:4], "--rate=opportunity:won=0"],
    "rate-out-of-range (above)": [*ARTICLE[:4], "--rate=opportunity:won=120%"],
    "rate-out-of-range (34)": [*ARTICLE[:4], "--rate=opportunity:won=23"],
    "rate-out-of-range (negative)": [*ARTICLE[:4], "--rate=opportunity:won=-23%"],
    "funnel-broken": [*ARTICLE[:3], ARTICLE[4]],
    "funnel-broken (circle)": [*ARTICLE[:2], "--rate=a:b=5%", "--rate=b:a=5%"],
    "funnel-broken (fork)": [*ARTICLE, "--rate=event:sql=5%"],
    "funnel-broken (no won)": [*ARTICLE[:4]],
    "currencies-mixed": ["--quota=500000 EUR", "--aov=2000 USD", *ARTICLE[2:]],
    "unknown-currency": ["--quota=500000 EURO", *ARTICLE[1:]],
    "unreadable-number": ["--quota=NaN", *ARTICLE[1:]],
    "unreadable-number (two ways)": ["--quota=١٢٣", *ARTICLE[1:]],
    "unreadable-number (power)": ["--quota=1e400", *ARTICLE[1:]],
    "unreadable-number (rate)": [*ARTICLE[:4], "--rate=opportunity:won=1/0"],
    "amount-out-of-range": ["--quota=-500000", *ARTICLE[1:]],
    "amount-out-of-range (zero)": [ARTICLE[0], "--aov=0", *ARTICLE[2:]],
    "step-unreadable": [*ARTICLE, "--rate=23%"],
    "step-twice": [*ARTICLE, "--rate=mql:sql=35%"],
    "steps-too-many": [*ARTICLE[:2], *(f"--rate=s{number}:s{number + 1}=99%" for number in range(101))],
    "demand-too-large": [
        *ARTICLE[:2],
        *(f"--rate=s{number}:s{number + 1}=1%" for number in range(9)),
        "--rate=s9:won=1%",
    ],
    "rounding-unknown": [*ARTICLE, "--round=up"],
    "input-missing": ["--quota=500000"],
    "input-missing (empty)": ["--quota=", *ARTICLE[1:]],
    "input-twice": ["--from=asked.toml", "--quota=500000"],
    "file-unreadable": ["--from=none.toml"],
    "file-unreadable (folder)": ["--from=."],
    "workbook-unwritable": [*ARTICLE, "--xlsx=none/a.xlsx"],
    "workbook-unwritable (folder)": [*ARTICLE, "--xlsx=."],
}
"""Arguments with one mistake each, by the code of its problem."""


@pytest.mark.parametrize("lang", ["en", "tr"])
@pytest.mark.parametrize("code", MISTAKES)
def test_a_mistake_is_one_sentence(tmp_path, code, lang):
    """On standard error: found, why, what to do next; exit code 2."""
    run = funnelpact("calc", *MISTAKES[code], f"--lang={lang}", cwd=tmp_path)

    check_sentences(run, 1)


@pytest.mark.parametrize("code", MISTAKES)
def test_a_mistake_as_data(tmp_path, code):
    """One entry with code, found, why and next, and nothing on standard output."""
    run = funnelpact("calc", *MISTAKES[code], "--json", cwd=tmp_path)
    (problem,) = json.loads(run.stderr)["problems"]

    assert (run.returncode, run.stdout, problem["code"]) == (2, "", code.split()[0])
    assert all(problem[part] for part in ("found", "why", "next"))


FILE_MISTAKES = {
    "shares-off": MIX_YAML.replace("leads: 1950", "share: 50%").replace("leads: 1337", "share: 49%"),
    "leads-missing": MIX_YAML.replace(", leads: 1337", ""),
    "key-unknown": MIX_YAML.replace("quota", "colour: red\nquota"),
    "key-missing": MIX_YAML.replace("name: outbound, ", ""),
    "value-unfit": MIX_YAML.replace("1337", "many"),
    "type-undefined": MIX_YAML.replace("value: 187, ", ""),
    "levels-mixed": MIX_YAML + "streams:\n- {name: a, share: 1, types: [{name: b, value: 1}]}",
    "currencies-mixed": MIX_YAML.replace("187", "187 USD"),
    "rate-out-of-range": MIX_YAML.replace("value: 187", "aov: 5, rates: {mql:won: 0}"),
    "file-unreadable": MIX_YAML + "quota: 5",
}
"""Files with one mistake each, by the code of its problem."""


@pytest.mark.parametrize("lang", ["en", "tr"])
@pytest.mark.parametrize("code", FILE_MISTAKES)
def test_a_mistake_in_a_file_is_one_sentence(tmp_path, code, lang):
    """The same holds for what a file says."""
    (tmp_path / "asked.yaml").write_text(FILE_MISTAKES[code], encoding="utf-8")
    text = funnelpact("calc", "--from=asked.yaml", f"--lang={lang}", cwd=tmp_path)
    data = funnelpact("calc", "--from=asked.yaml", f"--lang={lang}", "--json", cwd=tmp_path)

    check_sentences(text, 1)
    assert [problem["code"] for problem in json.loads(data.stderr)["problems"]] == [code]


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        (
            "en",
            f"opportunity:won is 120{THIN}%; a rate is a share, above 0{THIN}% and at most 100{THIN}%; write it as 34% or 0.34.",
        ),
        ("tr", "opportunity:won: %120; oran bir paydır: sıfırın üstünde, en çok %100; %34 ya da 0,34 biçiminde yazın."),
    ],
)
def test_the_words_of_a_mistake(lang, sentence):
    """One sentence in full, in each language."""
    run = funnelpact("calc", *MISTAKES["rate-out-of-range (above)"], "--lang", lang)

    assert check_sentences(run, 1) == [sentence]


def test_several_mistakes_are_all_told():
    """What is missing, what cannot be read, what is out of range and what does not fit together, in one go."""
    run = funnelpact("calc", "--quota=-4", "--rate=mql:sql=0", "--rate=sql:x=120%", "--round=up", "--json")
    codes = [problem["code"] for problem in json.loads(run.stderr)["problems"]]

    assert codes == [
        "input-missing",
        "amount-out-of-range",
        "rate-out-of-range",
        "rate-out-of-range",
        "rounding-unknown",
        "funnel-broken",
    ]


def test_several_mistakes_in_a_file(tmp_path):
    """Each names the lead type that it concerns; as data they are one flat list."""
    broken = MIX_YAML.replace("value: 128.248, leads: 1950", "aov: -1, rates: {mql:won: 0}, share: 1")
    (tmp_path / "asked.yaml").write_text(broken.replace("value: 187", "value: x"), encoding="utf-8")
    sentences = check_sentences(funnelpact("calc", "--from=asked.yaml", cwd=tmp_path), 3)
    data = json.loads(funnelpact("calc", "--from=asked.yaml", "--json", cwd=tmp_path).stderr)

    assert sum("web form" in sentence for sentence in sentences) == 2
    assert len(data["problems"]) == 3


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_a_language_that_there_is_not(flags):
    """Told in the language of the terminal, as a sentence or as data."""
    run = funnelpact("calc", *ARTICLE, "--lang=xx", *flags, env={"LANG": "tr_TR.UTF-8"})

    assert (run.returncode, run.stdout) == (2, "")
    assert "“xx” funnelpact dillerinden biri değil" in run.stderr


@pytest.mark.parametrize("language", ["TR", " tr ", "tr"])
def test_a_language_in_capitals(language):
    """`TR` is Turkish."""
    assert funnelpact("calc", *ARTICLE, "--lang", language).stdout == TURKISH


def test_a_hundred_rates():
    """A long funnel is worked out, with its tree."""
    rates = [*(f"--rate=s{number}:s{number + 1}=99%" for number in range(99)), "--rate=s99:won=99%"]
    run = funnelpact("calc", *ARTICLE[:2], *rates, "--why", "--json")

    assert len(json.loads(run.stdout)["stages"]) == 100


@pytest.mark.parametrize("encoding", ["cp1252", "cp1254", "latin-1"])
def test_a_terminal_without_the_signs(encoding):
    """Where a sign cannot be shown a question mark stands, and nobody sees a traceback."""
    command = [str(Path(sys.executable).with_name("funnelpact")), "calc", *ARTICLE, "--why", "--lang=en"]
    env = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    run = subprocess.run(command, env=env, capture_output=True, check=False)

    assert (run.returncode, run.stderr) == (0, b"")
    assert b"?? MQLs" in run.stdout


def test_the_calculator_loads_no_heavy_library():
    """No NumPy, engine, web framework, YAML or workbook is loaded for typed numbers, so that it starts at once.

    Pydantic comes with Typer, in the barest program as well; our own models, which read files, stay away.
    """
    heavy = ("numpy", "scipy", "pyarrow", "ibis", "duckdb", "django", "yaml", "xlsxwriter", "pandas", "sqlglot")
    script = (
        "import sys\n"
        "from funnelpact.apps.cli.main import app\n"
        "app(sys.argv[1:], standalone_mode=False)\n"
        "print(*sorted(sys.modules))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, "calc", *ARTICLE], capture_output=True, encoding="utf-8", check=True
    )
    loaded = run.stdout.splitlines()[-1].split()

    assert {"funnelpact.core.plan.demand", "typer"} <= set(loaded)
    assert not [name for name in (*heavy, "funnelpact.apps.calc_file", "funnelpact.adapters") if name in loaded]
