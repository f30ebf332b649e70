"""Arrow as it is used for files. Its published types know neither masks nor what a computation makes of arrays and numbers,
so what Arrow holds goes unchecked by name; our own names say what it is.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import pyarrow
import pyarrow.compute

Array: TypeAlias = Any
"""An Arrow array in one piece."""
Texts: TypeAlias = Any
"""Text cells from top to bottom, in one or more pieces."""
Column: TypeAlias = Any
"""A column of a fact table: an Arrow array, in one piece or more."""
Table: TypeAlias = pyarrow.Table
Schema: TypeAlias = pyarrow.Schema
Buffer: TypeAlias = pyarrow.Buffer

pa: Any = pyarrow
pc: Any = pyarrow.compute
