"""An answer as HTML and as text: readable by everybody, nothing from data is taken as markup."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from funnelpact.apps.language import language
from funnelpact.core.terms.message import Message
from funnelpact.core.view.funnel import headline, stage_table, step_tables
from funnelpact.core.view.pages.tables import Sheet, sheet_html, sheet_text
from funnelpact.core.view.table import Table
from tests.roads import small_road

TURKISH = language("tr")


def sheet() -> Sheet:
    """The funnel of the small company."""
    findings = small_road().learnt.findings
    tables = (stage_table(findings=findings), *step_tables(findings=findings))
    return Sheet(sentences=(headline(findings=findings),), tables=tables, notes=(Message("note.no_exits"),))


def test_the_html_names_its_language_captions_and_heads():
    """Each table has a caption, a head for each column, and one for each row."""
    root = ET.fromstring(sheet_html(sheet=sheet(), language=TURKISH))
    tables = root.findall("table")

    assert root.get("lang") == "tr"
    assert len(tables) == len(sheet().tables)
    for shown, table in zip(tables, sheet().tables, strict=True):
        assert shown.findtext("caption") == TURKISH.say(table.title)
        assert len(shown.findall("thead/tr/th[@scope='col']")) == len(table.head)
        assert len(shown.findall("tbody/tr/th[@scope='row']")) == len(table.rows)


def test_what_comes_from_data_is_no_markup():
    """A segment may be called anything."""
    bad = Table(
        title=Message("funnel.title.stages"),
        head=(Message("funnel.column.segment"), Message("funnel.column.passes")),
        rows=(("<script>alert(1)</script>", 3),),
    )
    html = sheet_html(sheet=Sheet(sentences=(), tables=(bad,)), language=TURKISH)

    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_the_text_shows_every_cell():
    """In columns, with what must be known below."""
    text = sheet_text(sheet=sheet(), language=TURKISH)

    for table in sheet().tables:
        for row in table.rows:
            for cell in row:
                assert TURKISH.write(cell) in text
    assert text.splitlines()[-1] == f"! {TURKISH.say(Message('note.no_exits'))}"
