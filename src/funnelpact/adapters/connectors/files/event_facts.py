"""Rows of events to facts: touches, engagements, stage labels entered, hand-overs, spend."""

from __future__ import annotations

from collections import Counter
from typing import Any

from funnelpact.adapters.connectors.files.columns import Role
from funnelpact.adapters.connectors.files.kinds.event_words import MAIL_WORDS, PAPER_WORDS, PERSON_WORDS, SALES_WORDS
from funnelpact.adapters.connectors.files.kinds.events import ACTIVITIES, FORMS, HANDOVERS, MOVES, is_stage_property
from funnelpact.adapters.connectors.files.mapping import FileMapping
from funnelpact.adapters.connectors.files.reading import Row, TextFile
from funnelpact.adapters.connectors.files.rows import SOURCE, RowReader, RowUnfit
from funnelpact.adapters.connectors.files.values import currency_code
from funnelpact.core.journeys.stages import plain_words

_INBOUND = frozenset("inbound incoming received in gelen".split())
_OUTBOUND = frozenset("outbound outgoing sent out giden".split())
_MACHINE = frozenset("automated automatic auto automation workflow sequence bulk marketing otomatik".split())


class EventMaker(RowReader):
    """Facts of events. A row with a key of its own is that row again in the next export; others are known by what they say."""

    def __init__(self, *, file: TextFile, mapping: FileMapping) -> None:
        super().__init__(file=file, mapping=mapping)
        self.seen: Counter[str] = Counter()

    def facts(self, row: Row) -> list[tuple[str, dict[str, Any]]]:
        """The fact of a row under the name of its table.

        Reasons: `no-key`, `no-date`, `bad-date`, `no-stage`, `other-property`, `no-word`, `no-owner`, `no-amount`, `bad-amount`.
        """
        match self.mapping.kind:
            case kind if kind == ACTIVITIES:
                table, said = self.activity(row)
            case kind if kind == FORMS:
                table, said = "engagements", self.form(row)
            case kind if kind == MOVES:
                table, said = "transitions", self.move(row)
            case kind if kind == HANDOVERS:
                table, said = "handovers", self.handover(row)
            case _:
                table, said = "spend", self.spend(row)
        when = self.when(row, Role.HAPPENED)
        key = self.text(row, Role.RECORD) or self.key(said, when)
        return [(table, {"source": SOURCE, "source_id": f"{self.mapping.kind}/{key}", **when, **said})]

    def key(self, said: dict[str, Any], when: dict[str, Any]) -> str:
        """What the row says, as its key: the same event in the next export is the same, and twins in one file are two."""
        parts = [str(value) for value in said.values() if value is not None]
        key = "/".join([f"{when['happened_at']:%Y-%m-%dT%H:%M:%S}", *parts])
        self.seen[key] += 1
        return key if self.seen[key] == 1 else f"{key}#{self.seen[key]}"

    def subject(self, row: Row) -> dict[str, Any]:
        """Whose event it is: the lead where the row names one, else the deal."""
        for role, kind in ((Role.LEAD_KEY, "lead"), (Role.DEAL_KEY, "deal")):
            key = self.text(row, role)
            if key is not None:
                return {"subject": key, "subject_kind": kind}
        raise RowUnfit("no-key")

    def activity(self, row: Row) -> tuple[str, dict[str, Any]]:
        """A touch where sales did something, an engagement where the person did."""
        kind = self.text(row, Role.ACTIVITY)
        words = set(plain_words(label=kind or ""))
        subject = self.subject(row)
        if words & PAPER_WORDS and not words & SALES_WORDS:
            raise RowUnfit("no-word")
        if words & PERSON_WORDS and subject["subject_kind"] == "lead" and not words & {"call", "meeting"}:
            return "engagements", {"lead": subject["subject"], "kind": kind, "campaign": self.text(row, Role.CAMPAIGN)}
        direction = {*plain_words(label=self.text(row, Role.DIRECTION) or ""), *words}
        return "touches", {
            **subject,
            "kind": kind,
            "direction": "inbound" if direction & _INBOUND else "outbound" if direction & _OUTBOUND else None,
            "human": False if words & _MACHINE or (words & MAIL_WORDS and not words & SALES_WORDS) else None,
            "owner": self.text(row, Role.OWNER),
            "outcome": self.text(row, Role.RESULT),
        }

    def form(self, row: Row) -> dict[str, Any]:
        """A form that the person sent; under its name where the file has one."""
        lead = self.text(row, Role.LEAD_KEY)
        if lead is None:
            raise RowUnfit("no-key")
        return {
            "lead": lead,
            "kind": self.text(row, Role.ACTIVITY) or "form",
            "campaign": self.text(row, Role.CAMPAIGN),
        }

    def move(self, row: Row) -> dict[str, Any]:
        """A stage label that was entered; changes of other fields are none."""
        changed = self.text(row, Role.PROPERTY)
        if Role.PROPERTY in self.headers and not (changed and is_stage_property(name=changed)):
            raise RowUnfit("other-property")
        label = self.text(row, Role.STAGE)
        if label is None:
            raise RowUnfit("no-stage")
        return {**self.subject(row), "label": label}

    def handover(self, row: Row) -> dict[str, Any]:
        """A new owner."""
        owner = self.text(row, Role.OWNER)
        if owner is None:
            raise RowUnfit("no-owner")
        return {**self.subject(row), "owner": owner, "team": self.text(row, Role.TEAM)}

    def spend(self, row: Row) -> dict[str, Any]:
        """Money spent on a campaign or a kind of lead."""
        amount, currency = self.amount(row, Role.SPEND)
        if amount is None:
            raise RowUnfit("no-amount")
        named = currency_code(self.text(row, Role.CURRENCY) or "")
        return {
            "type": self.text(row, Role.TYPE),
            "campaign": self.text(row, Role.CAMPAIGN),
            "amount": amount,
            "currency": named or currency or self.mapping.currency,
        }
