"""Small exports as CRMs of several kinds write them, made up, each with what it is meant to say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

START = date(2026, 1, 1)
Rows = list[list[str]]


def text(rows: Sequence[Sequence[str]], separator: str = ",", newline: str = "\n") -> str:
    """Rows as separated text, cells quoted where they must be."""

    def cell(value: str) -> str:
        quote = any(sign in value for sign in (separator, '"', "\n", "\r"))
        return '"' + value.replace('"', '""') + '"' if quote else value

    return newline.join(separator.join(map(cell, row)) for row in rows) + newline


def day(number: int) -> date:
    """A day of the first months of the year."""
    return START + timedelta(days=number % 100)


def hubspot() -> dict[str, bytes]:
    """Contacts and deals: ISO instants with a zone, numeric record ids, a lifecycle, a deal that names its contact.

    60 contacts, of whom every third became an SQL; 20 deals, 8 won and 6 lost, 6 open with an expected close date.
    """
    contacts: Rows = [
        ["Record ID", "First Name", "Last Name", "Email", "Lifecycle Stage", "Contact owner", "Create Date",
         "Became a Sales Qualified Lead Date", "Last Activity Date", "Original Source", "Number of Employees"]
    ]  # fmt: skip
    for n in range(60):
        qualified = f"{day(n + 4)}T09:30:00Z" if n % 3 == 0 else ""
        contacts.append(
            [f"{5001 + n}", f"Ada{n}", "Ünlü", f"ada{n}@example.org", "salesqualifiedlead" if qualified else "lead", "Ayşe Y.",
             f"{day(n)}T08:15:00+03:00", qualified, f"{day(n + 9)}T10:00:00Z", ["Organic Search", "Paid Social"][n % 2], f"{10 + n % 7}"]
        )  # fmt: skip
    deals: Rows = [
        [
            "Record ID",
            "Deal Name",
            "Pipeline",
            "Deal Stage",
            "Amount",
            "Close Date",
            "Create Date",
            "Deal owner",
            "Associated Contact IDs",
        ]
    ]
    for n in range(20):
        stage = "Closed Won" if n < 8 else "Closed Lost" if n < 14 else "Contract sent"
        close = f"{day(n * 3 + 40)}T12:00:00Z" if n < 14 else "2027-06-30T00:00:00Z"
        deals.append(
            [
                f"{90_001 + n}",
                f"Deal {n % 5}",
                "Sales Pipeline",
                stage,
                f"{1000 + n}",
                close,
                f"{day(n * 3 + 6)}T07:00:00Z",
                "Bora K.",
                f"{5001 + n * 3}",
            ]
        )
    return {"contacts.csv": text(contacts).encode(), "deals.csv": text(deals).encode()}


def salesforce() -> dict[str, bytes]:
    """Opportunities alone: US dates, dollars with a sign and thousands, a name with commas, open ones with a close date.

    40 opportunities: 15 won, 15 lost, 10 open.
    """
    rows: Rows = [
        ["Opportunity Name", "Account Name", "Opportunity ID", "Stage", "Amount", "Expected Revenue", "Probability (%)",
         "Created Date", "Close Date", "Type", "Lead Source", "Opportunity Owner"]
    ]  # fmt: skip
    for n in range(40):
        stage = "Closed Won" if n < 15 else "Closed Lost" if n < 30 else "Proposal/Price Quote"
        begun, end = day(n), day(n) + timedelta(days=25) if n < 30 else date(2027, 12, 31)
        rows.append(
            [f"Renewal, phase {n % 3}", f"Firm {n % 9}, Inc.", f"0065g00000{n:05}", stage, f"${1_234 + n:,}.50", f"${600 + n:,}.00", "50",
             f"{begun.month}/{begun.day}/{begun.year}", f"{end.month}/{end.day}/{end.year}", "New Business", ["Web", "Partner"][n % 2], "Cem D."]
        )  # fmt: skip
    return {"report1712.csv": text(rows, newline="\r\n").encode()}


def turkish() -> dict[str, bytes]:
    """Leads and deals in Turkish: semicolons, code page 1254, days with points, liras with a comma.

    50 leads; 20 deals of theirs, 8 won, 8 lost, 4 open.
    """
    leads: Rows = [["Aday No", "Ad Soyad", "Firma", "Kaynak", "Kayıt Tarihi", "Ülke"]]
    for n in range(50):
        leads.append(
            [
                f"A-{n:04}",
                f"Işıl Şahin {n}",
                f"Güneş {n % 8} A.Ş.",
                ["Web formu", "Fuar"][n % 2],
                f"{day(n):%d.%m.%Y}",
                "Türkiye",
            ]
        )
    deals: Rows = [
        ["Fırsat No", "Aday No", "Aşama", "Tutar", "Oluşturulma Tarihi", "Kapanış Tarihi", "Satış Temsilcisi", "Ürün"]
    ]
    for n in range(20):
        stage = "Kazanıldı" if n < 8 else "Kaybedildi" if n < 16 else "Teklif Aşamasında"
        close = f"{day(n + 30):%d.%m.%Y}" if n < 16 else ""
        deals.append(
            [
                f"F-{n:03}",
                f"A-{n * 2:04}",
                stage,
                f"1.{250 + n},50 TL",
                f"{day(n * 2 + 3):%d.%m.%Y}",
                close,
                "Gülşen İ.",
                "Şişe",
            ]
        )
    return {
        "adaylar.csv": text(leads, ";", "\r\n").encode("cp1254"),
        "firsatlar.csv": text(deals, ";", "\r\n").encode("cp1254"),
    }


def plain() -> dict[str, bytes]:
    """Leads and deals with plain English headers: 40 leads, 12 deals of theirs, 6 won, 4 lost, 2 open."""
    leads: Rows = [["lead_id", "created_at", "source", "segment"]]
    for n in range(40):
        leads.append([f"L{n:03}", f"{day(n)}", ["web", "chat"][n % 2], ["small", "large", "unknown"][n % 3]])
    deals: Rows = [["deal_id", "lead_id", "stage", "opened_on", "closed_on", "amount", "is_new"]]
    for n in range(12):
        stage = "Won" if n < 6 else "Lost" if n < 10 else "Open"
        close = f"{day(n * 3 + 25)}" if n < 10 else ""
        amount = f"{200 + n}.50" if n < 6 else "0" if n < 10 else ""
        deals.append([f"D{n:03}", f"L{n * 3:03}", stage, f"{day(n * 3 + 5)}", close, amount, ["true", "false"][n % 2]])
    return {"leads.csv": text(leads).encode(), "deals.csv": text(deals).encode()}


def renamed(files: dict[str, bytes], headers: dict[str, list[str]]) -> dict[str, bytes]:
    """The same files under other headers."""
    found = {}
    for name, content in files.items():
        _, line, rest = content.decode().partition("\n")
        found[name] = (",".join(headers[name]) + line + rest).encode()
    return found


def shuffled(files: dict[str, bytes], order: dict[str, list[int]]) -> dict[str, bytes]:
    """The same files with their columns in another order; no cell may need a quote."""
    found = {}
    for name, content in files.items():
        rows = [line.split(",") for line in content.decode().splitlines()]
        found[name] = text([[row[place] for place in order[name]] for row in rows]).encode()
    return found
