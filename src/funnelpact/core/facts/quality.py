"""What is doubtful in facts: rules with codes that return issues, never raise, never drop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from funnelpact.core.terms.message import Message, Value
from funnelpact.core.terms.report import Issue, Level


def unmatched_references(
    *, column: str, table: str, used: Mapping[str, int], known: Sequence[str]
) -> tuple[Issue, ...]:
    """This returns one issue for each value of a column that names no row of the table it refers to.

    `used` counts the rows by value, `known` holds the keys of the other table. The nearest known key is suggested: one
    that is equal but for case and blanks, else one that differs in few letters.

    >>> issues = unmatched_references(column="product", table="products", used={"GTXPro": 3}, known=["GTX Pro", "MG"])
    >>> issues[0].count, issues[0].sentence.values["nearest"]
    (3, 'GTX Pro')
    """
    keys = {_plain(key): key for key in known}
    issues = []
    for value, count in sorted(used.items()):
        if value in known:
            continue
        near = get_close_matches(_plain(value), list(keys), n=1, cutoff=0.8)
        values: dict[str, Value] = {"column": column, "value": value, "table": table, "rows": count}
        sentence = (
            Message("issue.reference-near", **values, nearest=keys[near[0]])
            if near
            else Message("issue.reference-unknown", **values)
        )
        issues.append(Issue(code="reference-unmatched", level=Level.DOUBT, count=count, sentence=sentence))
    return tuple(issues)


def _plain(key: str) -> str:
    return "".join(key.split()).casefold()
