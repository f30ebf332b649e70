"""Every sentence exists in each language, with the same named values, and every sentence is used."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from funnelpact.apps.language import CODES, language
from funnelpact.core.terms.problem import Problem
from scripts.docs import problems
from tests.repo_rules.sources import as_list, dotted, python_files, where

SLOT = re.compile(r"\{(\w+)(?::[^}]*)?\}")
ENGLISH = language("en").sentences
PARTS = ("found", "why", "next")

# Problems are raised by class; their three sentences are named after its code.
PROBLEMS = {kind.__name__: kind for kind in problems() if kind.code != "several"}


def slots(sentence: str) -> set[str]:
    """The named values of a sentence."""
    return set(SLOT.findall(sentence))


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """All calls in the product: place, name of what is called, call."""
    for source in python_files("src"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call):
                yield where(source, node), dotted(node.func).rpartition(".")[2], node


def literal_messages() -> Iterator[tuple[str, str, ast.Call]]:
    """All messages whose id is written out: place, id, call."""
    for place, name, call in calls():
        match call.args:
            case [ast.Constant(value=str(message_id)), *_] if name == "Message":
                yield place, message_id, call


def computed_ids() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Ids that are put together, such as `f"stage.{name}"`, as patterns; those of problems aside."""
    for source in python_files("src"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.JoinedStr):
                parts = [str(part.value) if isinstance(part, ast.Constant) else None for part in node.values]
                start = parts[0] or ""
                if re.match(r"[a-z_]+\.", start) and not start.startswith("problem."):
                    yield (
                        where(source, node),
                        re.compile("".join(".+" if part is None else re.escape(part) for part in parts)),
                    )


def given(call: ast.Call) -> set[str] | None:
    """The values that a call names, or `None` if some come from a mapping."""
    names = {keyword.arg for keyword in call.keywords}
    return None if None in names else {str(name) for name in names}


def test_both_languages_have_the_same_sentences():
    """Neither lacks one."""
    assert set(CODES) == {"en", "tr"}
    assert ENGLISH.keys() == language("tr").sentences.keys()


def test_a_sentence_names_the_same_values_in_both_languages():
    """What one language tells, the other tells too."""
    turkish = language("tr").sentences
    wrong = [key for key in ENGLISH.keys() & turkish.keys() if slots(ENGLISH[key]) != slots(turkish[key])]

    assert not wrong, as_list(wrong)


def test_every_message_has_a_sentence():
    """Written-out ids exist, computed ones match at least one."""
    wrong = [f"{place}: {key}" for place, key, _ in literal_messages() if key not in ENGLISH]
    computed = [
        f"{place}: {pattern.pattern}"
        for place, pattern in computed_ids()
        if pattern.pattern.split(r"\.")[0] in {key.split(".")[0] for key in ENGLISH}
        and not any(pattern.fullmatch(key) for key in ENGLISH)
    ]

    assert not wrong + computed, as_list(wrong + computed)


def test_every_message_gives_the_values_of_its_sentence():
    """A sentence with an empty slot would be an error in front of the reader."""
    wrong = [
        f"{place}: {key} lacks {sorted(missing)}"
        for place, key, call in literal_messages()
        if (values := given(call)) is not None and (missing := slots(ENGLISH.get(key, "")) - values)
    ]

    assert not wrong, as_list(wrong)


def test_every_problem_has_its_three_sentences():
    """Found, why, and what to do next."""
    wanted = {f"problem.{kind.code}.{part}" for kind in PROBLEMS.values() for part in PARTS}

    assert wanted == {key for key in ENGLISH if key.startswith("problem.")}


def test_every_problem_gives_the_values_of_its_sentences():
    """As raised; `name` may be given later by `about`, and defaults count."""
    wrong = [
        f"{place}: {name} lacks {sorted(missing)}"
        for place, name, call in calls()
        if name in PROBLEMS
        and (values := given(call)) is not None
        and (missing := _slots_of(PROBLEMS[name]) - values - set(PROBLEMS[name].defaults))
    ]

    assert not wrong, as_list(wrong)


def _slots_of(kind: type[Problem]) -> set[str]:
    return set().union(*(slots(ENGLISH.get(f"problem.{kind.code}.{part}", "")) for part in PARTS))


def test_no_sentence_is_unused():
    """An id is used when it or its group is written somewhere in the product, or when a computed one matches it.

    Groups are alternatives of one sentence, such as `caution.none_moved` with its endings `won` and `moved`.
    """
    written = {
        node.value
        for source in python_files("src")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    patterns = [pattern for _, pattern in computed_ids()]
    unused = [
        key
        for key in ENGLISH
        if not written & {key, key.rpartition(".")[0]}
        and not key.startswith("problem.")
        and not any(pattern.fullmatch(key) for pattern in patterns)
    ]

    assert not unused, as_list(unused)
