"""What `rules test` says of rule files: what was typed, all that came out, and the exit code."""

from pathlib import Path

import pytest
from conftest import Desk

RULE = """\
dimension = "intent"

[[rule]]
id = "mine"
why = "Our label for it."
when = { labels = '^trust$' }
value = "reliability"

[[rule.test]]
item = { labels = ["trust"] }
gives = ["reliability"]

[[rule.test]]
item = { labels = ["trustee"] }
gives = []
"""
HIT, MISS = ("[[rule.test]]\n" + part for part in RULE.split("[[rule.test]]\n")[1:])
NOT_ASSESSED = "! not assessed: no configuration (that intents and fields which rules name are there)\n"
SEEN = "! error: mine.toml:"
NONE_FAILED = f"{NOT_ASSESSED}! 1 rule, 2 tests, 0 failed"
ONE_FAILED = f"{NOT_ASSESSED}! 1 rule, 2 tests, 1 failed"
ONE_ERROR = "; 1 error, 0 notes\n"
NO_HIT = """\
: intent/mine: this test fails
  given     labels = ["trust"]
  expected  "reliability"
  got       nothing
"""
RE2_HAS_NONE = (
    "RE2, which reads the patterns, has none of that, so that no pattern can hang a run: its time grows with "
    "the length of the text alone. "
)
PARTS = (
    '"intent"',
    """"intent"

[parts]
trust = 'trust'
sure = ['sure', '{trust}worthy']""",
)
"""An edit that gives the file two parts; the rule begins in line 7, and its `when` is line 10."""
SHOW_BOTH = "a rule has to show an item that it tags, and one that it must not tag (gives = [])\n"


def typed(desk: Desk, *args: str) -> str:
    """A transcript; what went to stderr is marked by `! `, and the folder is called `.`."""
    done = desk.run(*args)
    marked = "".join(f"! {line}\n" for line in done.err.splitlines())
    told = f"$ tracker-sync {' '.join(args)}\n{done.out}{marked}exit code {done.code}\n"
    return told.replace(str(desk.folder), ".")


def of(desk: Desk, edits: list[tuple[str, str]]) -> str:
    """What `rules test` says of RULE, edited, where there is no configuration."""
    text = RULE
    for before, after in edits:
        assert before in text
        text = text.replace(before, after, 1)
    desk.write("mine.toml", text)
    return typed(desk, "rules", "test", "mine.toml")


def test_a_rule_file_that_holds(desk: Desk) -> None:
    assert of(desk, []) == f"$ tracker-sync rules test mine.toml\n{NONE_FAILED}\nexit code 0\n"


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ([("[[rule]]", "[[rule]")],
         "3: is not valid TOML: Expected ']]' at the end of an array declaration\n"),
        ([("why =", "wyh =")], "5: rule[0]: has an unknown field `wyh`\n"),
        ([('why = "Our label for it."\n', "")], "3: rule[0]: lacks the required field `why`\n"),
        ([('"intent"', '"colour"')],
         "1: dimension: invalid enum value 'colour'; it is one of: customer, origin, intent, commitment, "
         "requester, evidence\n"),
        ([('"intent"', '"intent"\nkeep = "last"')],
         "2: keep: invalid enum value 'last'; it is one of: first, all\n"),
        ([("labels", "field.Theme")],
         "6: rule[0].when[...]: expected `str | array`, got `object`; quote a name with a dot in it: "
         '"field.NAME"\n'),
        ([("{ labels = '^trust$' }", "{}")],
         "4: rule 'mine': `when` is empty: say which attribute has to match which pattern\n"),
        ([(HIT, ""), (MISS, "")], f"4: rule 'mine': has no test; {SHOW_BOTH}"),
        ([(MISS, "")], f"4: rule 'mine': has only tests that hit; {SHOW_BOTH}"),
        ([(HIT, "")], f"4: rule 'mine': has only tests that miss; {SHOW_BOTH}"),
        ([("^trust$", "^trust($")],
         "4: rule 'mine': '^trust($' is not a pattern: missing ): ^trust($\n"),
        ([("^trust$", "^(?P<value>trust)|(?P<value>faith)$")],
         "4: rule 'mine': '^(?P<value>trust)|(?P<value>faith)$' has two groups called 'value', of which only "
         "one would be filled. Write two patterns\n"),
        ([("^trust$", r"^(\w)\1$")],
         rf"4: rule 'mine': '^(\w)\1$' refers back to a group. {RE2_HAS_NONE}"
         "Write out what may come again\n"),
        ([("^trust$", "^trust(?!ee)")],
         f"4: rule 'mine': '^trust(?!ee)' looks ahead or behind. {RE2_HAS_NONE}"
         "Say what must not be there in `unless`, and match what follows along with the rest\n"),
        ([PARTS, ("^trust$", "^{trsut}$")],
         "8: rule 'mine': there is no part {trsut} in this file; did you mean {trust}? (for mere "
         "characters: \\{trsut})\n"),
        ([PARTS, ("^trust$", "^{weather}$")],
         "8: rule 'mine': there is no part {weather} in this file; the parts are: trust, sure (for mere "
         "characters: \\{weather})\n"),
        ([PARTS, ("value =", "unless = { labels = '{weather}' }\nvalue =")],
         "8: rule 'mine': there is no part {weather} in this file; the parts are: trust, sure (for mere "
         "characters: \\{weather})\n"),
        ([PARTS, ("{trust}", "{sure}")],
         "5: part 'sure': {sure} does not stand above it; a part may use parts that stand above it\n"),
        ([PARTS, ("trust = ", "Trust = ")],
         "4: part 'Trust': the name of a part has lower-case letters and _ alone\n"),
        ([PARTS, ("trust = 'trust'", "trust = 7")], "3: parts[...]: expected `str | array`, got `int`\n"),
        ([PARTS, ("'trust'", "'trust('"), ("^trust$", "^{sure}$")],
         "4: part 'trust': 'trust(' is not a pattern: missing ): trust(\n"),
        ([PARTS, ("'trust'", "'?trust'"), ("^trust$", "^x{sure}$")],
         "4: part 'trust': '?trust' is not a pattern: no argument for repetition operator: ?\n"),
        ([PARTS, ("^trust$", "^{sure}($")],
         "8: rule 'mine': '^{sure}($' is not a pattern: missing ): ^{sure}($\n"),
    ],
    ids=["toml", "key", "why", "dimension", "keep", "dot", "empty", "no tests", "hits", "misses", "pattern",
         "two groups",
         "back-reference", "look-ahead", "near a part", "no part", "no part to take away", "part of itself",
         "name of a part", "kind of part", "broken part", "part that hangs on", "broken around a part"],
)  # fmt: skip
def test_a_rule_file_that_is_refused(desk: Desk, edits: list[tuple[str, str]], said: str) -> None:
    assert of(desk, edits) == (
        f"$ tracker-sync rules test mine.toml\n! tracker-sync: mine.toml:{said}exit code 2\n"
    )


def test_the_parts_of_a_file_stand_in_its_patterns(desk: Desk) -> None:
    edits = [PARTS, ("^trust$", "^{sure}$"), ('["trust"]', '["trustworthy"]')]
    assert of(desk, edits) == f"$ tracker-sync rules test mine.toml\n{NONE_FAILED}\nexit code 0\n"


def test_a_failing_test_is_shown_as_given_expected_and_got(desk: Desk) -> None:
    assert of(desk, [("'^trust$'", "'trust'")]) == (
        "$ tracker-sync rules test mine.toml\n"
        "mine.toml:13: intent/mine: this test fails\n"
        '  given     labels = ["trustee"]\n'
        "  expected  nothing\n"
        '  got       "reliability"\n'
        f"{ONE_FAILED}\n"
        "exit code 2\n"
    )


@pytest.mark.parametrize(
    ("edits", "out"),
    [
        ([("^trust$", "trust^")],
         f"mine.toml:9{NO_HIT}{SEEN}6: intent/mine: `when`: no text can match 'trust^' (labels), so this "
         f"rule never speaks; correct the pattern [dead-pattern]\n{ONE_FAILED}"),
        ([("'^trust$'", r"['^trust$', 'trust\bee']")],
         rf"{SEEN}6: intent/mine: `when`: no text can match 'trust\bee' (labels), so this part of it does "
         f"nothing; correct the pattern [dead-pattern]\n{NONE_FAILED}"),
        ([("'^trust$'", "[]")],
         f"mine.toml:9{NO_HIT}{SEEN}6: intent/mine: `when` lists no pattern for labels, so this rule never "
         f"speaks; add one [dead-pattern]\n{ONE_FAILED}"),
        ([("value =", "unless = { labels = '$ee' }\nvalue =")],
         f"{SEEN}7: intent/mine: `unless`: no text can match '$ee' (labels), so it takes nothing away; "
         f"correct the pattern [dead-pattern]\n{NONE_FAILED}"),
        ([("labels", "lables"), ("labels", "lables"), ("labels", "lables")],
         f"{SEEN}6: intent/mine: `when` looks at `lables`, which no tracker has (did you mean `labels`?), so "
         f"this rule never speaks [unknown-attribute]\n{NONE_FAILED}"),
        ([('labels = ["trustee"]', 'label = ["trust"]')],
         f"{SEEN}13: intent/mine: the item of this test has `label`, which no tracker has (did you mean "
         f"`labels`?), so it shows nothing [unknown-attribute]\n{NONE_FAILED}"),
        ([("value =", "unless = { labels = '^trust$' }\nvalue =")],
         f"mine.toml:10{NO_HIT}{SEEN}7: intent/mine: `unless` takes away all that `when` finds in labels: "
         "'^trust$' matches what '^trust$' does, so this rule never speaks; narrow `unless` "
         f"[takes-all-away]\n{ONE_FAILED}"),
        ([("value =", "unless = { labels = '.*' }\nvalue =")],
         f"mine.toml:10{NO_HIT}{SEEN}7: intent/mine: `unless` takes away all that `when` finds in labels: "
         "'.*' matches what '^trust$' does, so this rule never speaks; narrow `unless` "
         f"[takes-all-away]\n{ONE_FAILED}"),
        ([('value = "reliability"\n', "")],
         f"mine.toml:8{NO_HIT}{SEEN}6: intent/mine: has nothing to give: no `value`, and no pattern in "
         f"`when` with a group (?P<value>…); add one of the two [no-value]\n{ONE_FAILED}"),
        ([PARTS, ("'^trust$'", "'^{trust}$'")],
         f"{SEEN}5: part 'sure': no pattern of this file uses the part; take it out, or write {{sure}} where "
         f"it is meant [unused-part]\n{NONE_FAILED}"),
        ([PARTS, ("'^trust$'", r"['^trust$', '{sure}\bee']")],
         rf"{SEEN}10: intent/mine: `when`: no text can match '{{sure}}\bee' (labels), so this part of it "
         f"does nothing; correct the pattern [dead-pattern]\n{NONE_FAILED}"),
    ],
    ids=["dead", "dead in a list", "no pattern", "dead veto", "attribute", "attribute of a test", "same veto",
         "veto of all", "no value", "part of nothing", "dead with a part"],
)  # fmt: skip
def test_a_rule_that_cannot_do_what_it_says(desk: Desk, edits: list[tuple[str, str]], out: str) -> None:
    assert of(desk, edits) == f"$ tracker-sync rules test mine.toml\n{out}{ONE_ERROR}exit code 2\n"


def test_customer_rules_cannot_look_at_the_customer(desk: Desk) -> None:
    edits = [('"intent"', '"customer"'), *[("labels = ", "customer = ")] * 3]
    assert of(desk, edits) == (
        "$ tracker-sync rules test mine.toml\n"
        "! error: mine.toml:6: customer/mine: `when` looks at `customer`, which customer rules themselves "
        "find: to them it is always empty, so this rule never speaks [unknown-attribute]\n"
        f"{NONE_FAILED}{ONE_ERROR}exit code 2\n"
    )


@pytest.mark.parametrize(
    ("dimension", "value", "said"),
    [
        ("origin", "Sales", "did you mean 'sales'?"),
        ("origin", "weather", "the words are: sales, support, customer, research, strategy, engineering, "
         "executive, compliance"),
        ("commitment", "asked for", "the words are: promised, due"),
    ],
)  # fmt: skip
def test_a_value_that_no_report_knows(desk: Desk, dimension: str, value: str, said: str) -> None:
    edits = [('"intent"', f'"{dimension}"'), *[('"reliability"', f'"{value}"')] * 2]
    assert of(desk, edits) == (
        "$ tracker-sync rules test mine.toml\n"
        f"! error: mine.toml:7: {dimension}/mine: gives the {dimension} '{value}', which no report knows; "
        f"{said} [unknown-value]\n{NONE_FAILED}{ONE_ERROR}exit code 2\n"
    )


# --- Rules together, and with the configuration

BUILT_IN = """\
dimension = "intent"

[[rule]]
id = "label"
why = "intent/<id> names it."
when = { labels = '^intent/(?P<value>.+)$' }

[[rule.test]]
item = { labels = ["intent/x"] }
gives = ["x"]

[[rule.test]]
item = { labels = ["intent"] }
gives = []

[[rule]]
id = "field"
why = "The field you configured names it."
when = { intent_field = '^(?P<value>.+)$' }

[[rule.test]]
item = { intent_field = "x" }
gives = ["x"]

[[rule.test]]
item = { title = "x" }
gives = []
"""
CONFIG = """\
[[sources]]
name = "web"
kind = "github"
repos = ["acme/web"]

[rules]
paths = ["ours"]
"""
STRATEGY = """\
[[intents]]
id = "reliability"
mission = "Site managers trust the plan on their phone."
aliases = ["Trustworthy plans"]
"""
BROAD = (
    RULE.replace("mine", "broad")
    .replace("'^trust$'", "['^trust$', '^sure$']")
    .replace('intent"\n', 'intent"\nkeep = "first"\n')
)
LATER = RULE[RULE.index("[[rule]]") :]


@pytest.fixture(autouse=True)
def two_rules(desk: Desk, built_in: Path) -> None:
    """All that comes with tracker-sync here."""
    desk.write(f"{built_in.name}/tags/intent.toml", BUILT_IN)


def configured(desk: Desk, rule: str, config: str = CONFIG, strategy: str = STRATEGY) -> str:
    """What `rules test` says where the configuration names a rule file of ours."""
    desk.write("tracker-sync.toml", config)
    desk.write("strategy.toml", strategy)
    desk.write("ours/tags/a.toml", rule)
    return typed(desk, "rules", "test")


def told(*lines: str, rules: int = 3, code: int = 2) -> str:
    """What is expected, with the counts below it: each rule has two tests, and none fails."""
    errors = sum(line.startswith("error: ") for line in lines)
    notes = sum(line.startswith("note: ") for line in lines)
    more = f"; {errors} error{'s' * (errors != 1)}, {notes} note{'s' * (notes != 1)}" * bool(errors + notes)
    counts = f"{rules} rule{'s' * (rules != 1)}, {2 * rules} tests, 0 failed{more}"
    return (
        "$ tracker-sync rules test\n" + "".join(f"! {s}\n" for s in (*lines, counts)) + f"exit code {code}\n"
    )


def test_rules_that_fit(desk: Desk) -> None:
    assert configured(desk, RULE) == told(code=0)


def test_without_a_configuration_the_built_in_rules_are_tested(desk: Desk) -> None:
    assert typed(desk, "rules", "test") == told(NOT_ASSESSED[2:-1], rules=2, code=0)


@pytest.mark.parametrize(
    ("rules", "line", "said"),
    [
        (BROAD + LATER, 18, "intent/broad (line 5) comes first and speaks whenever this one could; {only}; "
         "move this one before it, or narrow the other"),
        (BROAD + LATER.replace("^trust$", "^trust(?:ed)?$"), 18, "each of its own examples is answered by an "
         "earlier rule, intent/broad; {only}; move this one up, or give it an example of its own"),
    ],
    ids=["same patterns", "own examples"],
)  # fmt: skip
def test_a_rule_that_an_earlier_one_keeps_silent(desk: Desk, rules: str, line: int, said: str) -> None:
    only = 'in a file with keep = "first" only the first rule that speaks is heard'
    text = f"error: ours/tags/a.toml:{line}: intent/mine: {said.format(only=only)} [shadowed]"
    assert configured(desk, rules) == told(text, rules=4)
    assert configured(desk, rules.replace('"first"', '"all"')) == told(rules=4, code=0)


def test_an_earlier_rule_that_may_be_vetoed_keeps_nothing_silent(desk: Desk) -> None:
    vetoed = BROAD.replace("value =", "unless = { labels = 'su' }\nvalue =")
    assert configured(desk, vetoed + LATER.replace("trust", "sure", 2)) == told(rules=4, code=0)


@pytest.mark.parametrize("other", ["a", "b"])
def test_two_rules_of_one_name_in_one_folder(desk: Desk, other: str) -> None:
    desk.write(f"ours/tags/{other}.toml", RULE)
    line = 17 if other == "a" else 4
    assert configured(desk, RULE + LATER if other == "a" else RULE) == told(
        f"error: ours/tags/a.toml:4: intent/mine: is never used: ours/tags/{other}.toml:{line} has a rule of "
        "the same name, which takes its place; give one of the two another id [same-id]"
    )


def test_a_rule_that_takes_the_place_of_a_built_in_one_is_told(desk: Desk) -> None:
    assert configured(desk, RULE.replace('"mine"', '"label"')) == told(
        "note: ours/tags/a.toml:4: intent/label: takes the place of the rule of the same name in "
        "built-in/intent.toml:4; give it another id if both are wanted [replaced]",
        rules=2,
        code=0,
    )


@pytest.mark.parametrize(
    ("value", "instead"),
    [("relaibility", "did you mean 'reliability'?"), ("world peace", "state it there, or correct `value`")],
)
def test_a_rule_that_gives_an_intent_which_is_not_stated(desk: Desk, value: str, instead: str) -> None:
    assert configured(desk, RULE.replace('"reliability"', f'"{value}"')) == told(
        f"error: ours/tags/a.toml:7: intent/mine: gives the intent '{value}', which the strategy states "
        f"neither as an id nor as an alias; {instead} [unstated-intent]"
    )


def test_an_alias_of_a_stated_intent_will_do(desk: Desk) -> None:
    assert configured(desk, RULE.replace('"reliability"', '"trustworthy plans"')) == told(code=0)


def test_a_stated_intent_that_no_rule_gives(desk: Desk) -> None:
    off = ["intent/label"]
    speed = '\n[[intents]]\nid = "speed"\nmission = "It is quick."\n'
    assert configured(desk, RULE, f"{CONFIG}disable = {off}\n", STRATEGY + speed) == told(
        "note: strategy.toml:7: speed: no rule gives this intent, by its id or an alias, so only people can "
        "tag work with it; add a rule, or to `aliases` what your tracker calls it [unserved-intent]",
        rules=2,
        code=0,
    )
    own = RULE.replace("^trust$", "^(?P<value>trust)$").replace('value = "reliability"\n', "")
    named = STRATEGY.replace("Trustworthy plans", "Trust")
    own = own.replace('["reliability"]', '["trust"]')
    said = configured(desk, own, f"{CONFIG}disable = {off}\n", named)
    assert said == told(rules=2, code=0), "a group may take the alias"


def test_a_rule_that_waits_for_a_field_which_no_source_names(desk: Desk) -> None:
    rule = RULE.replace("labels", "intent_field")
    assert configured(desk, rule) == told(
        "note: ours/tags/a.toml:6: intent/mine: waits for `intent_field`, and no source in "
        "tracker-sync.toml names such a field; if your tracker has one, say so there: "
        'fields = { intent = "…" } [unnamed-field]',
        code=0,
    )
    jira = '[[sources]]\nname = "acme"\nkind = "jira"\nurl = "https://acme.example"\n'
    assert configured(desk, rule, f'{jira}fields = {{ intent = "Theme" }}\n{CONFIG}') == told(code=0)


def test_a_built_in_rule_that_waits_for_a_field_is_told_beside_a_jira(desk: Desk) -> None:
    jira = '[[sources]]\nname = "acme"\nkind = "jira"\nurl = "https://acme.example"\n'
    assert configured(desk, RULE, jira + CONFIG) == told(
        "note: built-in/intent.toml:19: intent/field: waits for `intent_field`, and no source in "
        "tracker-sync.toml names such a field; if your tracker has one, say so there: "
        'fields = { intent = "…" } [unnamed-field]',
        code=0,
    )


def test_a_switch_for_a_rule_that_there_is_not(desk: Desk) -> None:
    config = f'{CONFIG}disable = ["intent/labels", "bias/maslows-hammer"]\n'
    assert configured(desk, RULE, config) == told(
        "note: tracker-sync.toml:8: intent/labels: `disable` names no rule, so nothing is switched off "
        "by it; did you mean 'intent/label'? [unknown-rule]",
        code=0,
    )


def test_without_a_strategy_intents_are_not_assessed(desk: Desk) -> None:
    wrong = RULE.replace('"reliability"', '"world peace"')
    assert configured(desk, wrong, strategy="") == told(
        "not assessed: no strategy in strategy.toml (that intents which rules name are there)", code=0
    )


def test_a_named_file_is_held_against_the_configuration_that_is_there(desk: Desk) -> None:
    configured(desk, RULE.replace('"reliability"', '"world peace"'))
    assert typed(desk, "rules", "test", "ours/tags/a.toml") == (
        "$ tracker-sync rules test ours/tags/a.toml\n"
        "! error: ours/tags/a.toml:7: intent/mine: gives the intent 'world peace', which the strategy states "
        "neither as an id nor as an alias; state it there, or correct `value` [unstated-intent]\n"
        "! 1 rule, 2 tests, 0 failed; 1 error, 0 notes\n"
        "exit code 2\n"
    )


def test_of_a_folder_the_rules_in_tags_are_tested(desk: Desk) -> None:
    configured(desk, RULE.replace('"mine"', '"label"'))
    desk.write("ours/strategy.toml", STRATEGY)
    for folder in ("ours", "ours/tags"):
        assert typed(desk, "rules", "test", folder) == (
            f"$ tracker-sync rules test {folder}\n"
            "! note: ours/tags/a.toml:4: intent/label: takes the place of the rule of the same name in "
            "built-in/intent.toml:4; give it another id if both are wanted [replaced]\n"
            "! 1 rule, 2 tests, 0 failed; 0 errors, 1 note\n"
            "exit code 0\n"
        )


def test_a_rule_with_hostile_names_steers_no_terminal(desk: Desk) -> None:
    hostile = RULE.replace("'^trust$'", '"tr\\u001bust^"').replace("trust", "tr\\u202eust")
    desk.write("mine.toml", hostile)
    said = typed(desk, "rules", "test", "mine.toml")
    assert "[dead-pattern]" in said
    desk.write("mine.toml", hostile.replace("^", "("))
    said += typed(desk, "rules", "test", "mine.toml")
    assert "missing )" in said
    assert not {"\x1b", "\u202e"} & set(said)
