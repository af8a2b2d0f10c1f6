"""What `strategy.toml` may hold, and which errors in it are told, with the line to mend."""

from pathlib import Path

import pytest

from tracker_sync import strategies, tomlfile
from tracker_sync.errors import ConfigError
from tracker_sync.strategy import Strategy

PATH = Path("strategy.toml")
WHOLE = """\
effective = 2026-01-01
[vision]
text = "Nobody re-plans in the morning."
behaviour = "Site managers plan six weeks ahead with their trades."
[mission]
category = "planning software"
contribution = "work that can really start"
[market]
kind = "b2b2c"
stage = "growth"
regulated = true
new_category = true
[icp]
segments = ["mid-market"]
personas = ["planner"]
buyer = "head of operations"
user = "site manager"
[[not_doing]]
id = "payroll"
why = "Others do it."
patterns = ["payroll"]
[[watching]]
id = "cranes"
[goals]
north_star = "tasks finished in their week"
leading = ["sites with a plan"]
[[intents]]
id = "planning"
mission = "Work that can start."
owner = "nora"
target = 1.0
buyer_outcome = "not-fired"
delight = "No waiting."
levers = ["network", "switching cost"]
margin = "Each site costs nothing more."
[intents.hypothesis]
text = "If constraints are seen, crews wait less."
metric = "sites with a plan"
expires = 2026-12-31
[[initiatives]]
id = "constraints"
intent = "planning"
epics = ["acme:PAY-1"]
since = 2026-02-01
fixed_scope = false
due = 2026-09-30
[[principles]]
id = "site-first"
statement = "Where office and site differ, the site wins."
[[kpi_tree]]
from = "constraints"
to = "sites with a plan"
[vocabulary]
words = ["planner"]
[limits]
active_intents = 3
sales_led_share = 0.25
single_customer_share = 0.1
adoption_target = 0.3
[[limits.kill_lines]]
initiative = "constraints"
metric = "sites with a plan"
below = 10
by = 2026-08-31
"""


def told(text: str) -> Strategy:
    (version,) = strategies.versions([], text, PATH).versions
    return version.strategy


def test_every_part_of_a_stated_strategy_can_be_written_down() -> None:
    stated = told(WHOLE)
    assert stated.edges == [("constraints", "sites with a plan")]
    assert stated.limits.kill_lines[0].below == 10
    assert [i.margin for i in stated.intents] == ["Each site costs nothing more."]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "b2b2c"', 'kind = "b2c"', "market: kind 'b2c' is not one of b2b, consumer, b2b2c"),
        ('"not-fired"', '"happy"',
         "intents: buyer_outcome 'happy' is not one of not-fired, promoted, revenue"),
        ('"network"', '"patents"',
         "intents: levers 'patents' is not one of scale, network, brand, technology, switching-cost"),
        ('to = "sites', 'weight = 0.4\nto = "sites',
         "kpi_tree: weight = 0.4 is a coefficient. The tree is schematic: it says what moves what, not by "
         "how much, which nobody knows. Leave the number out"),
        ('to = "sites', 'by = "much"\nto = "sites', "kpi_tree: an edge has `from` and `to`, not 'by'"),
        ('[[kpi_tree]]\nfrom = "constraints"', "[[kpi_tree]]", "kpi_tree: an edge lacks 'from'"),
        ("sales_led_share = 0.25", "sales_led_share = 25",
         "limits: sales_led_share 25 is not a share from 0 to 1 (0.25 is a quarter)"),
        ('initiative = "constraints"', 'initiative = "other"',
         "limits: there is no initiative 'other'"),
        ("[[watching]]", '[[not_doing]]\nid = "payroll"\nwhy = ""\n[[watching]]',
         "not_doing: two of them are called 'payroll'"),
        ("expires = 2026", "expire = 2026", "intents[0].hypothesis: has an unknown field `expire`"),
        ("fixed_scope = false", 'fixed_scope = "no"', "expected `bool`, got `str`"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, said: str) -> None:
    assert WHOLE.count(old) == 1
    text = WHOLE.replace(old, new)
    with pytest.raises(ConfigError) as wrong:
        told(text)
    spot = text.index(new) + len("[[not_doing]]\n") * ("two of them" in said)
    assert wrong.value.line == text[:spot].count("\n") + 1
    assert said in str(wrong.value)


def test_what_the_log_took_under_earlier_rules_stays_readable() -> None:
    old = WHOLE.replace('kind = "b2b2c"', 'kind = "B2B!"').replace('to = "sites', 'part = "of"\nto = "sites')
    (version,) = strategies.versions([(7, old)], old, PATH).versions
    assert version.strategy.market.kind == "B2B!"


def test_a_line_inside_a_table_of_an_array_is_that_of_its_own_member() -> None:
    text = "[[a]]\n[a.b]\nc = 1\n[[a]]\n[a.b]\nc = 2\n"
    assert [tomlfile.line_of(text, f"$.a[{n}].b.c") for n in (0, 1)] == [3, 6]
