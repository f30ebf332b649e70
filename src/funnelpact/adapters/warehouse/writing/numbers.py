"""The numbers of the records that the rows of a batch name, those that have none yet included."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import numpy as np
from ibis.backends.duckdb import Backend
from ibis.expr import types as ir
from numpy.typing import NDArray

from funnelpact.core.facts.keys import KEY_COLUMNS, NO_NUMBER, NO_RECORD, OWN_RECORDS, new_keys, numbers_of_rows

POSITION = "file_row_number"
"""The column that says where in its table a row stands, from 0 on; the engine calls it so for a file."""


class Numbering:
    """The numbers of records, which grow table by table: new ones come after all others, in the order of kind, source and key.

    Numbers do not depend on the order of the rows, so that the same batches give the same ones.
    """

    def __init__(self, *, engine: Backend, known: ir.Table, first: int) -> None:
        self.engine = engine
        self._first = self._next = first
        self._name = ibis.util.gen_name("numbers")
        self._keys = engine.create_table(self._name, known, temp=True)

    def of_rows(self, *, name: str, table: ir.Table, rows: int) -> Mapping[str, NDArray[np.int64]]:
        """The number columns of a fact table with a `POSITION`, in the order of the rows."""
        # To look whether all have numbers is in vain where most are new.
        found = {} if name in OWN_RECORDS else self._found(name, table, rows)
        if found and not any((numbers == NO_NUMBER).any() for numbers in found.values()):
            return found
        new = new_keys(facts={name: table}, known=self._keys, first=self._next)
        self.engine.insert(self._name, new.select(*self._keys.columns))
        self._next = self._first + self.new().count().to_pyarrow().as_py()
        return self._found(name, table, rows)

    def new(self) -> ir.Table:
        """The records that got their numbers here."""
        return self._keys.filter(self._keys.nr >= self._first)

    def _found(self, name: str, table: ir.Table, rows: int) -> Mapping[str, NDArray[np.int64]]:
        found = {number: np.full(rows, NO_RECORD, np.int64) for number in KEY_COLUMNS[name]}
        query = numbers_of_rows(name=name, table=table, keys=self._keys, row=POSITION)
        # The engine's threads give rows in any order; to sort them would cost more than to put each in its place.
        for piece in self.engine.con.execute(self.engine.compile(query)).to_arrow_reader():
            position = piece[POSITION].to_numpy()
            for number, numbers in found.items():
                numbers[position] = piece[number].to_numpy()
        return found
