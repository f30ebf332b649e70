"""A derivation as rows with branches."""

from __future__ import annotations

from funnelpact.apps.language import language
from funnelpact.core.terms.derivation import Derivation
from funnelpact.core.terms.message import Message
from funnelpact.core.view.steps import derivation_rows
from tests.calculation import article

ENGLISH, TURKISH = language("en"), language("tr")


def test_each_number_stands_above_what_it_came_from():
    """The stems draw the tree; its first branch is the chain down to the quota."""
    rows = derivation_rows(tree=article().derivation, language=ENGLISH)

    assert [row.stem for row in rows[:7]] == [
        "",
        "├─ ",
        "│  ├─ ",
        "│  │  ├─ ",
        "│  │  │  ├─ ",
        "│  │  │  │  ├─ ",
        "│  │  │  │  └─ ",
    ]
    assert [row.value for row in rows[:7]] == ["3,900", "3,900", "1,326", "1,087", "250", "500,000", "2,000"]


def test_every_row_speaks_the_language():
    """Name, value and rule of a row, in Turkish."""
    row = derivation_rows(tree=article().derivation, language=TURKISH)[1]

    assert (row.label, row.value, row.rule) == ("MQL", "3.900", "1.326 ÷ %34 = 3.900, yukarı yuvarlanır")


def test_a_number_that_two_rest_on_unfolds_once():
    """The leads stand below the demand and below the check; the second time without their inputs."""
    rows = derivation_rows(tree=article().derivation, language=ENGLISH)

    assert [row.label for row in rows].count("MQLs") == 2
    assert [row.label for row in rows].count("SQLs") == 1
    assert rows[-1].stem == "   └─ "


def test_a_leaf_is_one_row():
    """A number that was typed has nothing below it."""
    leaf = Derivation(name="aov", label=Message("number.aov"), value=2000, rule=Message("rule.typed"))

    assert [(row.stem, row.value) for row in derivation_rows(tree=leaf, language=ENGLISH)] == [("", "2,000")]
