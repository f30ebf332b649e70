"""The fact tables: what a source says, in its own labels, one row for each thing that happened.

Every table begins with the same five columns. `source` and `source_id` name the row in its source, `happened_at` is the
instant in UTC, `precision` says whether the source knew the instant or only the day (then `happened_at` is that day's
midnight in UTC and never feeds an hour clock), `batch` is the import by which we learnt it: `known_at` belongs to the
batch. Labels stay as the source wrote them; what they mean is the funnel mapping, applied later.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a column holds, independent of any engine."""

    TEXT = "text"
    INSTANT = "instant"
    AMOUNT = "amount"
    COUNT = "count"
    NUMBER = "number"
    FLAG = "flag"
    LABELS = "labels"


class Precision(Enum):
    """How exactly the source knew when a fact happened."""

    INSTANT = "instant"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what it holds, and what it means. Only `required` columns are never empty."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class FactTable:
    """One kind of fact. `columns` includes the five that every table begins with."""

    name: str
    meaning: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """The column of that name. Raises `KeyError`."""
        return {column.name: column for column in self.columns}[name]


COMMON = (
    Column("source", Kind.TEXT, "the system or file family that said it", required=True),
    Column("source_id", Kind.TEXT, "the row's own key there", required=True),
    Column("happened_at", Kind.INSTANT, "when it happened, UTC", required=True),
    Column("precision", Kind.TEXT, "instant or day", required=True),
    Column("batch", Kind.COUNT, "the import that brought it", required=True),
)

_SUBJECT = (
    Column("subject", Kind.TEXT, "key of the lead, deal or customer", required=True),
    Column("subject_kind", Kind.TEXT, "lead, deal or customer", required=True),
)
_LABELS = Column("labels", Kind.LABELS, "further columns of the source, name to value, as written")


def _table(name: str, meaning: str, *columns: Column) -> FactTable:
    return FactTable(name, meaning, COMMON + columns)


TABLES = {
    table.name: table
    for table in (
        _table(
            "leads",
            "a person or company record was created",
            Column("lead", Kind.TEXT, "key of the lead", required=True),
            Column("type", Kind.TEXT, "label of the lead type: where it came from"),
            Column("segment", Kind.TEXT, "label of the customer size class"),
            Column("stream", Kind.TEXT, "label of the product line or business unit"),
            Column("campaign", Kind.TEXT, "campaign it came by"),
            Column("country", Kind.TEXT, "country as written"),
            Column("person", Kind.TEXT, "key of the person"),
            Column("company", Kind.TEXT, "key of the company"),
            Column("url", Kind.TEXT, "address of the record in the CRM"),
            _LABELS,
        ),
        _table(
            "engagements",
            "the person did something: form, click, download, inbound message",
            Column("lead", Kind.TEXT, "key of the lead", required=True),
            Column("kind", Kind.TEXT, "form, click, download, chat, message …"),
            Column("campaign", Kind.TEXT, "campaign"),
        ),
        _table(
            "handovers",
            "a lead or customer was given to a named owner",
            *_SUBJECT,
            Column("owner", Kind.TEXT, "key of the owner"),
            Column("team", Kind.TEXT, "team of the owner"),
        ),
        _table(
            "transitions",
            "a lead or deal was given a stage label",
            *_SUBJECT,
            Column("label", Kind.TEXT, "the label entered, as written", required=True),
            Column("reason", Kind.TEXT, "reason given"),
            Column("actor_kind", Kind.TEXT, "person, workflow, import or bulk"),
        ),
        _table(
            "touches",
            "one sales activity on a lead or customer",
            *_SUBJECT,
            Column("kind", Kind.TEXT, "call, e-mail, meeting, message"),
            Column("direction", Kind.TEXT, "outbound or inbound"),
            Column("level", Kind.TEXT, "attempt, contact or qualification"),
            Column("human", Kind.FLAG, "done by a person, not by a workflow"),
            Column("owner", Kind.TEXT, "who did it"),
            Column("outcome", Kind.TEXT, "outcome as written"),
        ),
        _table(
            "deals",
            "an opportunity was opened (or, where the source says no more, closed)",
            Column("deal", Kind.TEXT, "key of the deal", required=True),
            Column("lead", Kind.TEXT, "the lead it belongs to, where the row names one"),
            Column("amount", Kind.AMOUNT, "amount as written"),
            Column("currency", Kind.TEXT, "currency of the amount"),
            Column("amount_kind", Kind.TEXT, "one-off, annual or total"),
            Column("term_months", Kind.COUNT, "term"),
            Column("booked_on", Kind.INSTANT, "day on which the amount was booked"),
            Column("margin", Kind.AMOUNT, "margin in the same currency"),
            Column("outcome", Kind.TEXT, "outcome as written"),
            Column("reason", Kind.TEXT, "reason of the outcome"),
            Column("owner", Kind.TEXT, "key of the owner"),
            Column("product", Kind.TEXT, "key of the product"),
            Column("company", Kind.TEXT, "key of the company"),
            _LABELS,
        ),
        _table(
            "links",
            "the source links two records",
            Column("from_kind", Kind.TEXT, "lead, company, contact, deal or customer", required=True),
            Column("from_key", Kind.TEXT, "its key", required=True),
            Column("to_kind", Kind.TEXT, "lead, company, contact, deal or customer", required=True),
            Column("to_key", Kind.TEXT, "its key", required=True),
            Column("role", Kind.TEXT, "role of the link"),
        ),
        _table(
            "merges",
            "two records were found to be one",
            *_SUBJECT,
            Column("into", Kind.TEXT, "key of the record that stays", required=True),
            Column("undone", Kind.FLAG, "the merge is taken back"),
        ),
        _table(
            "deletions", "a record was deleted", *_SUBJECT, Column("undone", Kind.FLAG, "the deletion is taken back")
        ),
        _table(
            "pauses",
            "a clock is paused",
            *_SUBJECT,
            Column("ends_at", Kind.INSTANT, "end of the pause"),
            Column("reason", Kind.TEXT, "why"),
        ),
        _table(
            "companies",
            "what the source says of a company that leads and deals refer to",
            Column("company", Kind.TEXT, "key of the company", required=True),
            Column("parent", Kind.TEXT, "company that owns it"),
            _LABELS,
        ),
        _table(
            "products",
            "what the source says of a product that deals refer to",
            Column("product", Kind.TEXT, "key of the product", required=True),
            Column("list_price", Kind.AMOUNT, "list price"),
            _LABELS,
        ),
        _table(
            "people",
            "an owner's team, role and capacity from that time on",
            Column("owner", Kind.TEXT, "key of the owner", required=True),
            Column("team", Kind.TEXT, "team"),
            Column("role", Kind.TEXT, "marketing, SDR, sales, account management …"),
            Column("calendar", Kind.TEXT, "name of the working calendar"),
            Column("capacity", Kind.NUMBER, "passes worked at the agreed cadence in a month"),
            Column("leaves_at", Kind.INSTANT, "when the person left"),
            _LABELS,
        ),
        _table(
            "customers",
            "somebody became a customer",
            Column("customer", Kind.TEXT, "key of the customer", required=True),
            Column("deal", Kind.TEXT, "the deal that won them"),
            Column("recurring", Kind.AMOUNT, "recurring amount a year"),
            Column("currency", Kind.TEXT, "currency"),
            Column("owner", Kind.TEXT, "account manager"),
            _LABELS,
        ),
        _table(
            "renewals",
            "a recurring amount fell due, and what became of it",
            Column("customer", Kind.TEXT, "key of the customer", required=True),
            Column("outcome", Kind.TEXT, "renewed, contracted, expanded or churned"),
            Column("amount_before", Kind.AMOUNT, "recurring amount before"),
            Column("amount_after", Kind.AMOUNT, "recurring amount after"),
            Column("currency", Kind.TEXT, "currency"),
        ),
        _table(
            "ratings",
            "a customer rated their satisfaction",
            Column("customer", Kind.TEXT, "key of the customer", required=True),
            Column("score", Kind.NUMBER, "the score"),
            Column("scale", Kind.COUNT, "the best possible score"),
        ),
        _table(
            "spend",
            "money spent for leads, at the grain of the source",
            Column("type", Kind.TEXT, "label of the lead type"),
            Column("campaign", Kind.TEXT, "campaign"),
            Column("amount", Kind.AMOUNT, "amount", required=True),
            Column("currency", Kind.TEXT, "currency"),
        ),
        _table(
            "fx",
            "a rate of exchange of a day",
            Column("base", Kind.TEXT, "one unit of this currency", required=True),
            Column("quote", Kind.TEXT, "costs so many units of this one", required=True),
            Column("rate", Kind.NUMBER, "units of quote for one of base", required=True),
        ),
    )
}
"""All fact tables by name, in the order in which they are documented."""
