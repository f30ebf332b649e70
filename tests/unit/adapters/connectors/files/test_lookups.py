"""Files about people, companies and products, with days or without, and files that have no place."""

from __future__ import annotations

from pathlib import Path

import pytest

from funnelpact.adapters.connectors.files.recognition import FileNotUnderstood
from tests.filefacts import read_files, report, roles, rows


def file(head: str, *cells: str, count: int = 12) -> bytes:
    """A file whose cells are counted up: `{n}` is the row, `{d}` a day of January."""
    return "\n".join([head, *(",".join(cells).format(n=n, d=n + 1) for n in range(count))]).encode()


@pytest.mark.parametrize(
    ("kind", "head", "cells"),
    [
        (
            "companies",
            "id,created_at,name,industry,website",
            ("C{n}", "2026-01-{d:02d}", "Acme {n}", "Retail", "a{n}.org"),
        ),
        ("companies", "Firma No,Sektör,Çalışan,Kayıt Tarihi", ("F{n}", "Gıda", "{n}1", "2026-01-{d:02d}")),
        (
            "people",
            "owner_id,created_at,email,first_name,last_name",
            ("4400{n}", "2026-01-{d:02d}", "a{n}@x.org", "A", "B"),
        ),
        ("people", "id,username,user_role,alias,created_date", ("U{n}", "u{n}", "Rep", "al{n}", "2026-01-{d:02d}")),
        ("products", "id,product_code,name,created_date", ("P{n}", "X{n}", "Thing {n}", "2026-01-{d:02d}")),
    ],
)
def test_a_day_of_creation_makes_nobody_a_lead(tmp_path: Path, kind: str, head: str, cells: tuple[str, ...]):
    """What the other headers speak of decides."""
    read = read_files(tmp_path, {"x.csv": file(head, *cells)})

    assert report(read, "x.csv").kind == kind
    assert len(rows(read, kind)) == 12


@pytest.mark.parametrize(
    ("head", "cells"),
    [
        ("engagement_id,type,timestamp", ("E{n}", "CALL", "2026-01-{d:02d} 10:0{n}")),
        ("pipeline_id,label,created_at", ("P{n}", "Sales {n}", "2026-01-{d:02d}")),
        ("ticket_id,created_at,closed_date", ("T{n}", "2026-01-{d:02d}", "2026-02-{d:02d}")),
        ("contact_id,contact_list_id,added_at", ("K{n}", "3", "2026-01-{d:02d}")),
        ("id,opportunity_id,product_id,quantity,created_date", ("I{n}", "D{n}", "P1", "2", "2026-01-{d:02d}")),
        ("id,created,type,recipient", ("E{n}", "2026-01-{d:02d} 10:0{n}", "OPEN", "r{n}")),
    ],
)
def test_what_has_no_place_is_refused(tmp_path: Path, head: str, cells: tuple[str, ...]):
    """A key and a day do not make a lead or a deal of an activity without its lead, a link, a list or a line."""
    with pytest.raises(FileNotUnderstood):
        read_files(tmp_path, {"x.csv": file(head, *cells)})


def test_a_key_is_named_by_neighbouring_words(tmp_path: Path):
    """The id of a campaign that nurtures leads is no lead id."""
    head = "id,lead_nurturing_campaign_id,created_at,lead_source"
    read = read_files(tmp_path, {"x.csv": file(head, "K{n}", "7", "2026-01-{d:02d}", "Web")})

    assert roles(read, "x.csv")["id"] == "lead key"


def test_lead_types_are_found_without_any_header(tmp_path: Path):
    """The words that recur, where nothing else says what came from where."""
    sources = ("Web", "Fuar", "Referans")
    lines = "\n".join(f"k{n};{n % 28 + 1}.01.2026;{sources[n % 3]};{n * 7}" for n in range(30))
    read = read_files(tmp_path, {"x.csv": f"s1;s2;s3;s4\n{lines}".encode()})

    assert roles(read, "x.csv") == {"s1": "lead key", "s2": "created", "s3": "lead type"}
