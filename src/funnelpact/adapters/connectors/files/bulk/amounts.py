"""Whole columns of amounts: plain numbers at once, all others through each different cell."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from funnelpact.adapters.connectors.files.arrow import Array, Texts, pa, pc
from funnelpact.adapters.connectors.files.values import (
    decimals_say,
    read_amount,
    strip_currency,
)

AMOUNT = pa.decimal128(18, 4)
LARGEST = Decimal(10) ** 14
_PLACES = Decimal("0.0001")


def amount_in(cell: str, *, mark: str) -> tuple[Decimal | None, str | None]:
    """The amount in a cell to four places, None where there is none that can be kept, and the currency beside it."""
    amount = read_amount(cell, mark=mark)
    if amount is None or abs(amount) >= LARGEST:
        return None, None
    return amount.quantize(_PLACES), strip_currency(cell)[1]


def read_amounts(*, cells: Texts, mark: str) -> tuple[Array, Array]:
    """The amounts of a column and the currencies beside them, null where there are none. See `amount_in`.

    >>> amounts, currencies = read_amounts(cells=pa.chunked_array([["12.5", "€ 7", "soon", None]]), mark=".")
    >>> amounts.to_pylist(), currencies.to_pylist()
    ([Decimal('12.5000'), Decimal('7.0000'), None, None], [None, 'EUR', None, None])
    """
    parts = [_read(chunk, mark) for chunk in cells.chunks] or [(pa.array([], AMOUNT), pa.array([], pa.string()))]
    amounts, currencies = zip(*parts, strict=True)
    return pa.concat_arrays(amounts), pa.concat_arrays(currencies)


def _read(chunk: Array, mark: str) -> tuple[Array, Array]:
    plain = np.asarray(
        pc.match_substring_regex(chunk, rf"^-?[0-9]{{1,14}}(\{mark}[0-9]{{1,4}})?$").fill_null(False), np.bool_
    )
    pointed = pc.replace_substring(chunk, ",", ".") if mark == "," else chunk
    amounts = pc.if_else(pa.array(plain), pointed, None).cast(AMOUNT)
    currencies = pa.nulls(len(chunk), pa.string())
    rest = np.asarray(chunk.is_valid()) & ~plain
    if not rest.any():
        return amounts, currencies
    encoded = chunk.filter(pa.array(rest)).dictionary_encode()
    read = [amount_in(cell, mark=mark) for cell in encoded.dictionary.to_pylist()]
    others = pa.array([amount for amount, _ in read], AMOUNT).take(encoded.indices)
    beside = pa.array([currency for _, currency in read], pa.string()).take(encoded.indices)
    places = pa.array(rest)
    return pc.replace_with_mask(amounts, places, others), pc.replace_with_mask(currencies, places, beside)


def mark_of(*, cells: Texts) -> str | None:
    """The decimal mark that a column of numbers proves, from all of its cells. See `decimal_mark`."""
    marked = cells.filter(pc.match_substring_regex(cells, "[.,]"))
    if not len(marked):
        return "."
    easy = {mark: f"^[-+]?[0-9]*[1-9][0-9]*\\{mark}([0-9]{{1,2}}|[0-9]{{4,}})$" for mark in ".,"}
    proved = {mark for mark, form in easy.items() if pc.any(pc.match_substring_regex(cells, form)).as_py()}
    known = pc.match_substring_regex(cells, f"{easy['.']}|{easy[',']}|^[-+]?[0-9]+$")
    rest: Sequence[str] = cells.filter(pc.invert(known)).unique().drop_null().to_pylist()
    proved |= decimals_say(rest)
    if not proved and not any(mark in strip_currency(cell)[0] for cell in marked.unique().to_pylist() for mark in ".,"):
        return "."
    return proved.pop() if len(proved) == 1 else None
