"""References between the files of one import that lead nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from funnelpact.core.terms.message import Message
from funnelpact.core.terms.report import Issue, Level

SPELT_OUT = 10
"""So many different values are named one by one; more than these are not slips, but another table."""
EXAMPLES = 3


def unmatched_references(
    *, column: str, table: str, used: Mapping[str, int], known: Sequence[str]
) -> tuple[Issue, ...]:
    """This returns one issue for each value of a column that names no row of the table it refers to.

    `used` counts the rows by value, `known` holds the keys of the other table. The nearest known key is suggested: one
    that is equal but for case and blanks, else one that differs in few letters. More than `SPELT_OUT` values are one
    issue, with examples.

    >>> issues = unmatched_references(column="product", table="products", used={"GTXPro": 3}, known=["GTX Pro", "MG"])
    >>> issues[0].count, issues[0].sentence.values["nearest"]
    (3, 'GTX Pro')
    """
    missing = {value: used[value] for value in sorted(used.keys() - set(known))}
    if len(missing) > SPELT_OUT:
        examples, rows = tuple(missing)[:EXAMPLES], sum(missing.values())
        about = Message(
            "issue.references-unknown", column=column, table=table, rows=rows, values=len(missing), examples=examples
        )
        return (_issue(rows, about),)
    keys = {_plain(key): key for key in known}
    issues = []
    for value, rows in missing.items():
        near = get_close_matches(_plain(value), list(keys), n=1, cutoff=0.8)
        about = (
            Message("issue.reference-near", column=column, value=value, table=table, rows=rows, nearest=keys[near[0]])
            if near
            else Message("issue.reference-unknown", column=column, value=value, table=table, rows=rows)
        )
        issues.append(_issue(rows, about))
    return tuple(issues)


def _issue(rows: int, sentence: Message) -> Issue:
    return Issue(code="reference-unmatched", level=Level.DOUBT, count=rows, sentence=sentence)


def _plain(key: str) -> str:
    return "".join(key.split()).casefold()
