"""Mappings that were saved: the same file another month is read in the same way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from funnelpact.adapters.connectors.files.mapping import MappingUnusable
from funnelpact.adapters.connectors.files.mapping_file import (
    MappingUnreadable,
    read_mappings,
    saved_mapping,
    schema,
    write_mappings,
)
from funnelpact.adapters.connectors.files.source import FileSource, Read
from tests.filefacts import report, roles, rows

HEAD = "Kennung;Angelegt;Herkunft;Wert"
LINES = [f"k{n};{n + 1}.2.2026;{('Web', 'Messe', 'Web')[n % 3]};{n}" for n in range(25)]


def read(folder: Path, text: str, *mappings: dict[str, object]) -> Read:
    """A file under saved mappings."""
    path = folder / "export.csv"
    path.write_text(text, encoding="utf-8")
    return FileSource(paths=(path,), mappings=tuple(saved_mapping(data=data) for data in mappings)).read()


def saved(folder: Path) -> dict[str, object]:
    """The mapping that is proposed for the file, as JSON keeps it."""
    proposed = read(folder, "\n".join([HEAD, *LINES])).mapping["export.csv"]
    found: dict[str, object] = json.loads(json.dumps(proposed))
    return found


def test_a_saved_mapping_makes_the_same_facts(tmp_path: Path):
    """Saved as JSON and read again, it says all that was understood."""
    mapping = saved(tmp_path)
    text = "\n".join([HEAD, *LINES])

    assert rows(read(tmp_path, text, mapping), "leads") == rows(read(tmp_path, text), "leads")
    assert read(tmp_path, text, mapping).mapping["export.csv"] == mapping


def test_a_saved_mapping_answers_what_the_file_leaves_open(tmp_path: Path):
    """Two rows of next month prove no order of day and month, and need not."""
    found = rows(read(tmp_path, "\n".join([HEAD, "x;1.3.2026;Web;1", "y;2.3.2026;Web;2"]), saved(tmp_path)), "leads")

    assert [f"{row['happened_at']:%Y-%m-%d}" for row in found] == ["2026-03-01", "2026-03-02"]


def test_columns_may_stand_elsewhere_and_new_ones_are_labels(tmp_path: Path):
    """A mapping knows columns by their headers."""
    text = "Neu;Wert;Herkunft;Kennung;Angelegt\nz;1;Web;x;13.3.2026\n"
    (row,) = rows(read(tmp_path, text, saved(tmp_path)), "leads")

    assert (row["lead"], row["type"], row["labels"]) == ("x", "Web", {"Neu": "z", "Wert": "1"})


def test_a_mapping_of_other_columns_is_left_alone(tmp_path: Path):
    """The file is then understood by itself."""
    found = read(tmp_path, "lead_id,created_at\nL1,2026-01-01\nL2,2026-01-02\n", saved(tmp_path))

    assert roles(found, "export.csv") == {"lead_id": "lead key", "created_at": "created"}


@pytest.mark.parametrize(
    "change", [{"version": 99}, {"columns": {"a": "nonsense"}}, {"columns": 3}, {"date_order": "up"}]
)
def test_a_mapping_that_says_what_we_do_not_know_is_refused(tmp_path: Path, change: dict[str, object]):
    """Nothing is read in half."""
    with pytest.raises(MappingUnusable):
        saved_mapping(data=saved(tmp_path) | change)


def test_a_mapping_that_lacks_a_part_is_refused(tmp_path: Path):
    """It may be of another program."""
    with pytest.raises(MappingUnusable):
        saved_mapping(data={})


def test_keys_that_recur_are_told(tmp_path: Path):
    """They are one record; that a file says it more than once is worth a word."""
    found = read(tmp_path, "lead_id,created_at\nL1,2026-01-01\nL1,2026-01-05\nL2,2026-01-02\n")
    (issue,) = report(found, "export.csv").issues

    assert (issue.code, issue.count) == ("keys-repeated", 1)


def test_hours_that_are_not_used_are_told(tmp_path: Path):
    """A column of midnights elsewhere says days; its hours are dropped and that is said."""
    lines = [f"L{n},2026-01-{n + 1:02d}T21:00:00Z" for n in range(12)]
    found = read(tmp_path, "\n".join(["lead_id,created_at", *lines]))

    assert [issue.code for issue in report(found, "export.csv").issues] == ["times-are-days"]


def test_a_file_of_mappings_is_applied_to_renamed_and_split_files(tmp_path: Path):
    """By headers: each part of a file takes the mapping of the whole, the other file its own."""
    deals = "Deal No;Lead;Stand;Datum;Betrag\n" + "".join(
        f"D{n};k{n};{('Won', 'Lost')[n % 2]};{n + 1}.2.2026;{n},5\n" for n in range(20)
    )
    whole = {"leads.csv": "\n".join([HEAD, *LINES]), "deals.csv": deals}
    parts = {"a.txt": "\n".join([HEAD, *LINES[:2]]), "b.txt": "\n".join([HEAD, *LINES[2:]]), "c.txt": deals}
    for name, text in {**whole, **parts}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    first = FileSource(paths=tuple(tmp_path / name for name in whole)).read()
    for name in ("set.yaml", "set.json"):
        write_mappings(path=tmp_path / name, mapping=first.mapping)
        second = FileSource(
            paths=tuple(tmp_path / part for part in parts), mappings=read_mappings(path=tmp_path / name)
        ).read()

        assert [report.kind for report in second.reports] == ["leads", "leads", "deals"]
        assert rows(second, "leads") == rows(first, "leads")
        assert rows(second, "deals") == rows(first, "deals")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("version: 2\nname: x\nfiles: {}\n", MappingUnusable),
        ("version: 1\nname: x\nfiles: {a: {version: 1, kind: elephants}}\n", MappingUnusable),
        ("version: 1\nname: x\nfiles: {}\nmore: 1\n", MappingUnusable),
        ("- 1\n- 2\n", MappingUnusable),
        ("", MappingUnusable),
        ("a: [", MappingUnreadable),
        ("x" * 1_000_001, MappingUnreadable),
    ],
)
def test_a_file_of_mappings_is_checked(tmp_path: Path, text: str, problem: type[Exception]):
    """What we do not know is said, and nothing is applied in half."""
    (tmp_path / "m.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(problem):
        read_mappings(path=tmp_path / "m.yaml")


def test_a_file_of_mappings_that_is_not_there_is_named(tmp_path: Path):
    """Neither for reading nor for writing."""
    with pytest.raises(MappingUnreadable):
        read_mappings(path=tmp_path / "none.yaml")
    with pytest.raises(MappingUnreadable):
        write_mappings(path=tmp_path / "no" / "folder.yaml", mapping={})


def test_the_schema_names_every_kind_and_role():
    """It is what is published, and what is checked."""
    from funnelpact.adapters.connectors.files.columns import Role

    published = json.dumps(schema())

    assert all(f'"{role.value}"' in published for role in Role)
    assert '"moves"' in published
