"""One batch without the people on the list: what was received, what was refused, and tables that were made of nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from funnelpact.adapters.warehouse.durable import Disk
from funnelpact.adapters.warehouse.hiding.keyfile import FILE, ForgetKeyMissing, make_key, read_key
from funnelpact.adapters.warehouse.hiding.tables import hide_tables
from funnelpact.core.facts.forgetting import Hide, Name, Traces, Veil, followed


class ForgottenList(Protocol):
    """The hashes of the people who were erased."""

    def digests(self) -> frozenset[str]:
        """All of them."""


class HideRefused(Protocol):
    """Empties what no mapping could read and names somebody on the list."""

    def __call__(self, *, content: bytes, veil: Veil) -> tuple[bytes, int]:
        """The content, and how many rows of it were emptied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """How people are forgotten: the list, the folder with its key, and who knows what was received."""

    folder: Path
    listed: ForgottenList
    hide: Hide
    hide_refused: HideRefused

    def veil(self) -> Veil | None:
        """The list with its key, None where it is empty. Raises `ForgetKeyMissing`."""
        digests = self.listed.digests()
        if not digests:
            return None
        key = read_key(self.folder)
        if key is None:
            raise ForgetKeyMissing(file=str(self.folder / FILE))
        return Veil(key=key, digests=digests)

    def veil_to_extend(self, disk: Disk) -> Veil:
        """The same, with a new key where the list is empty and there is none."""
        veil = self.veil()
        if veil is None:
            return Veil(key=read_key(self.folder) or make_key(self.folder, disk), digests=frozenset())
        return veil


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenBatch:
    """What changes of a batch: contents by name, tables by name, and what was found. `facts` makes those of what was received."""

    traces: Mapping[str, Traces] = field(default_factory=dict)
    content: Callable[[], Mapping[str, bytes]] = dict
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    facts: Callable[[], Mapping[str, Any]] = dict

    @property
    def rows(self) -> dict[str, int]:
        """How many rows change, by table or file."""
        return {name: len(found.rows) for name, found in self.traces.items()}

    @property
    def names(self) -> AbstractSet[Name]:
        """The keys of the records that were found to be theirs."""
        return frozenset(name for found in self.traces.values() for name in found.names)


def look_through(
    *,
    forgetting: Forgetting,
    received: Mapping[str, bytes],
    refused: Mapping[str, bytes],
    tables: Mapping[str, pa.Table],
    mapping: Mapping[str, Any],
    veil: Veil,
) -> HiddenBatch:
    """One batch without the people on the list, looked at once."""
    found = forgetting.hide(received=dict(received), mapping=mapping, veil=veil) if received else None
    others = {name: forgetting.hide_refused(content=content, veil=veil) for name, content in refused.items()}
    emptied = {name: content for name, (content, rows) in others.items() if rows}
    hidden = hide_tables(tables=tables, veil=veil)
    traces = {
        **(found.traces if found else {}),
        **hidden.traces,
        **{name: Traces(rows=[(0, {})] * rows) for name, (_, rows) in others.items() if rows},
    }
    if not traces:
        # Nothing of the batch is held on to.
        return HiddenBatch()
    return HiddenBatch(
        traces=traces,
        content=lambda: {**(found.content() if found else {}), **emptied},
        tables=hidden.tables,
        facts=found.facts if found else dict,
    )


def hide_batch(
    *,
    forgetting: Forgetting,
    received: Mapping[str, bytes],
    refused: Mapping[str, bytes],
    tables: Mapping[str, pa.Table],
    mapping: Mapping[str, Any],
    veil: Veil,
) -> tuple[HiddenBatch, AbstractSet[str]]:
    """One batch without the people on the list or found by it, and the hashes by which they are known further."""
    look = partial(
        look_through, forgetting=forgetting, received=received, refused=refused, tables=tables, mapping=mapping
    )
    grown, hidden, new = followed(veil=veil, look=lambda each: look(veil=each), names=lambda seen: seen.names)
    return hidden, frozenset(grown.digest(name) for name in new)
