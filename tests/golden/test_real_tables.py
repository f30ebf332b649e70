"""What is found in tables of CRMs that others published: by themselves and all together. They are never part of the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from funnelpact.adapters.connectors.files.recognition import FileNotUnderstood
from funnelpact.adapters.connectors.files.source import FileSource, Read
from funnelpact.adapters.connectors.files.values import DateOrder

# Everything that is not named here has no place: lists, tickets, pipelines, mails without their contact, changes of fields.
HUBSPOT = {
    "company_data": "companies", "contact_data": "leads", "contact_form_submission_data": "forms", "contact_merge_audit_data": "merges",
    "deal_company_data": "links", "deal_contact_data": "links", "deal_data": "deals", "deal_stage_data": "moves",
    "merged_deal_data": "merges", "owner_data": "people", "owner_team_data": "people", "users_data": "people",
}  # fmt: skip
SALESFORCE = {
    "sf_account_data": "companies", "sf_account_history_data": "companies", "sf_contact_data": "leads", "sf_event_data": "activities",
    "sf_lead_data": "leads", "sf_opportunity_data": "deals", "sf_opportunity_history_data": "moves", "sf_order_data": "deals",
    "sf_product_2_data": "products", "sf_task_data": "activities", "sf_user_data": "people",
}  # fmt: skip
FOLDERS = {"dbt_hubspot_seeds": (HUBSPOT, 49), "dbt_salesforce_seeds": (SALESFORCE, 14)}


def read(*paths: Path) -> Read:
    """The files, whatever their days may mean."""
    return FileSource(paths=paths, order=DateOrder.MONTH_FIRST).read()


def adds_up(found: Read) -> bool:
    """Whether every row is kept or refused."""
    return all(file.rows_in == file.kept + sum(reject.count for reject in file.rejects) for file in found.reports)


@pytest.mark.parametrize("folder", FOLDERS)
def test_all_tables_of_a_crm_together(folder: str, shared_data: Path):
    """Each is placed, or all its rows are refused for having no place."""
    expected, count = FOLDERS[folder]
    found = read(*sorted((shared_data / folder).glob("*.csv")))
    kinds = {report.name.removesuffix(".csv"): report.kind for report in found.reports}

    assert len(kinds) == count
    assert {name: kind for name, kind in kinds.items() if kind != "other"} == expected
    assert adds_up(found)


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_table_of_a_crm_by_itself(folder: str, shared_data: Path):
    """The same, without the others; what has no place is refused by name."""
    expected, _ = FOLDERS[folder]
    for path in sorted((shared_data / folder).glob("*.csv")):
        if path.stem in expected:
            found = read(path)
            assert [report.kind for report in found.reports] == [expected[path.stem]]
            assert adds_up(found)
        else:
            with pytest.raises(FileNotUnderstood):
                read(path)


def test_spend_and_opportunities_are_placed(shared_data: Path):
    """The campaigns as spend; the four tables of a vendor; the two of a marketplace."""
    folders = {
        "marketing_campaigns": {"spend"},
        "maven_crm": {"deals", "companies", "products", "people"},
    }
    for folder, kinds in folders.items():
        found = FileSource(paths=tuple(sorted((shared_data / folder).glob("*.csv")))).read()
        assert {report.kind for report in found.reports} == kinds
        assert adds_up(found)


@pytest.mark.parametrize("name", ["bank-full.csv.gz", "bank-additional-full.csv.gz"])
def test_calls_without_a_key_and_a_year_are_refused(name: str, shared_data: Path):
    """Nobody can say whose they are, nor when they were."""
    with pytest.raises(FileNotUnderstood) as caught:
        read(shared_data / "uci_bank_marketing" / name)

    assert "month" in str(caught.value.data["headers"])
