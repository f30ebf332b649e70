"""What the words of a source's stage labels mean in our funnel."""

from __future__ import annotations

import re
import unicodedata

from funnelpact.core.terms.funnel import WON

EXIT = "exit"
DEAL_STAGE = "opportunity"
"""The stage of an open deal: whatever a source calls its own deal stages, they all lie between SQL and won."""

_WORDS: dict[str, frozenset[str]] = {
    WON: frozenset("won win closedwon kazanildi kazanilan kazanilmis gewonnen ganado ganada gagne ganho vinto".split()),
    EXIT: frozenset(
        "lost closedlost disqualified unqualified recycled rejected junk cancelled canceled abandoned churned "
        "verloren perdido perdida perdu perso kaybedildi kayip kaybedilen elendi diskalifiye reddedildi iptal uygunsuz".split()
    ),
    "opportunity": frozenset("opportunity opp firsat".split()),
    "sql": frozenset("sql salesqualifiedlead salesqualified sal satisnitelikli".split()),
    "mql": frozenset("mql marketingqualifiedlead marketingqualified pazarlamanitelikli".split()),
}
# English denies the word that follows, Turkish the one before: "Lost, no decision" is lost, "not won" is not won.
_NEGATIONS_BEFORE = frozenset({"not", "no", "never"})
_NEGATIONS_AFTER = (("degil",), ("olmayan",))
_DERAILED = (
    "no decision", "nodecision", "indecision", "undecided", "stalled", "postponed", "deferred", "on hold", "ghosted",
    "unresponsive", "no response", "no answer", "went dark", "went silent", "project cancelled", "project canceled", "abandoned",
    "expired", "timed out", "karar verilmedi", "karar yok", "kararsiz", "ertelendi", "askida", "cevap yok", "yanit yok",
    "donus yok", "ulasilamadi", "vazgecti", "vazgecildi", "iptal",
)  # fmt: skip


def plain_words(*, label: str) -> tuple[str, ...]:
    """This returns the words of a label in plain small letters, Turkish ones included.

    >>> plain_words(label="Kapalı – KAZANILDI")
    ('kapali', 'kazanildi')
    """
    small = label.replace("İ", "i").replace("I", "i").replace("ı", "i").lower()
    letters = "".join(sign for sign in unicodedata.normalize("NFKD", small) if not unicodedata.combining(sign))
    return tuple(re.findall(r"[a-z0-9]+", letters))


def is_derailed(*, words: str) -> bool:
    """Whether the label or reason of an exit says that nobody decided: closed, but neither won nor lost to anybody.

    >>> is_derailed(words="No decision"), is_derailed(words="Karar verilmedi"), is_derailed(words="Price")
    (True, True, False)
    """
    text = f" {' '.join(plain_words(label=words))} "
    return any(f" {phrase} " in text for phrase in _DERAILED)


def stage_of(*, label: str) -> str | None:
    """This returns the stage, or `exit`, that a label names in words; None where it names none, or two.

    An end stands above the stage that it ends: a lost opportunity is lost.

    >>> stage_of(label="Opportunity Lost"), stage_of(label="Marketing Qualified Lead"), stage_of(label="Engaging")
    ('exit', 'mql', None)
    """
    words = plain_words(label=label)
    found = {stage for first in range(len(words)) for stage in _stages_from(words, first)}
    found = found & {WON, EXIT} or found
    return found.pop() if len(found) == 1 else None


def _stages_from(words: tuple[str, ...], first: int) -> set[str]:
    """The stages that the words from that place on begin with, written as one: none where they are denied."""
    if first and words[first - 1] in _NEGATIONS_BEFORE:
        return set()
    ends = [end for end in range(first + 1, len(words) + 1) if words[end : end + 1] not in _NEGATIONS_AFTER]
    spelt = {"".join(words[first:end]) for end in ends}
    return {stage for stage, names in _WORDS.items() if spelt & names}
