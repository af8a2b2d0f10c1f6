"""The built-in rules hold their own tests, and a rule file that does not hold is named."""

from pathlib import Path

import pytest

from tracker_sync.errors import ConfigError, RuleError
from tracker_sync.tagging.rules import Pack, Rule, Text, failures, load, packs, read

RULES = load(packs())
GOOD = """
dimension = "customer"

[[rule]]
id = "for"
why = "A label says for whom."
when = { labels = '^for (?P<value>.+)$' }

[[rule.test]]
item = { labels = ["for Acme"] }
gives = ["acme"]

[[rule.test]]
item = { labels = ["format"] }
gives = []
"""


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_a_built_in_rule_passes_its_own_tests(rule: Rule) -> None:
    assert list(failures(rule)) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_a_pack_finds_what_its_rules_find_one_by_one(rule: Rule) -> None:
    """The pack's single pass over a text must not lose a rule."""
    pack = Pack(r for r in RULES if r.dimension == rule.dimension)
    for test in rule.tests:
        texts = {
            a: [Text(v, 0, "") for v in ([values] if isinstance(values, str) else values)]
            for a, values in test.item.items()
        }

        def given(attr: str, texts: dict[str, list[Text]] = texts) -> list[Text]:
            return texts.get(attr, [])

        found = {r.name: m for r, m in pack.matches(given)}
        assert found == {r.name: m for r in pack.rules if (m := r.matches(given))}


@pytest.mark.parametrize(
    "item",
    [
        {"labels": "custom"},
        {"labels": "httpclient"},
        {"labels": "client"},
        {"body": "Call our customer service phone number +1 800 555 0100 now"},
        {"body": "The customer of my shop sees a blank page"},
        {"field.SFDC Cases Counter": "0.0"},
    ],
    ids=str,
)
def test_a_false_friend_means_no_customer_and_no_origin(item: dict[str, str]) -> None:
    texts = {a: [Text(v, 0, "")] for a, v in item.items()}
    said = [r.name for r in RULES if r.dimension != "intent" and r.matches(lambda a: texts.get(a, []))]
    assert said == []


def test_no_pattern_hangs_a_run(tmp_path: Path) -> None:
    """Whoever tries every way to share out a hundred thousand letters does not come to an end."""
    slow = GOOD.replace("^for (?P<value>.+)$", "^for ((?P<value>[a-z]+) ?)+$").replace("Acme", "acme")
    [rule] = read(tmp_path / "slow.toml", slow)
    letters = Text("for " + "a" * 100_000 + "!", 0, "")
    assert not rule.matches(lambda attr: [letters] if attr == "labels" else [])


def test_a_users_rule_with_the_same_name_replaces(tmp_path: Path) -> None:
    folder = tmp_path / "tags"
    folder.mkdir()
    (folder / "mine.toml").write_text(GOOD.replace('"for"', '"customer-label"'))
    rules = {r.name: r for r in load(packs([tmp_path]))}
    assert rules["customer/customer-label"].why == "A label says for whom."
    assert len(rules) == len(RULES)


def test_a_disabled_rule_is_gone() -> None:
    assert "origin/rfe-project" not in {r.name for r in load(packs(), ["origin/rfe-project"])}


@pytest.mark.parametrize(
    ("change", "line", "says"),
    [
        (("(?P<value>.+)$", "(?P<value>.+$"), 5, "missing )"),
        (("gives = []", 'gives = ["x"]'), 5, "only tests that hit"),
        (('dimension = "customer"', 'dimension = "colour"'), 2, "dimension"),
        (("why =", "wy ="), 6, "wy"),
        (("[[rule]]", "[[rule]"), 4, "TOML"),
    ],
)
def test_a_bad_rule_file_is_named_by_line(
    tmp_path: Path, change: tuple[str, str], line: int, says: str
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(GOOD.replace(*change, 1))
    with pytest.raises((ConfigError, RuleError)) as caught:
        read(path, path.read_text())
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert says in str(caught.value)


def test_a_failing_rule_test_says_given_expected_and_got(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(GOOD.replace('gives = ["acme"]', 'gives = ["globex"]'))
    (failure,) = failures(read(path, path.read_text())[0])
    assert failure == (0, {"labels": ["for Acme"]}, ["globex"], ["acme"])


def test_text_stands_for_the_title_the_description_and_comments(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    [rule] = read(path, GOOD.replace("labels = '^for", "text = 'for").replace("labels =", "body ="))
    found = [[m.value for m in rule.matches(lambda a, at=at: [Text("for Acme", 0, "")] if a == at else [])]
             for at in ("title", "body", "comments", "labels")]  # fmt: skip
    assert found == [["Acme"], ["Acme"], ["Acme"], []]


def test_what_unless_finds_in_one_text_takes_no_other_text_away(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    text = GOOD.replace("labels = '^for", "text = 'for").replace("labels =", "body =")
    [rule] = read(path, text.replace("\n[[rule.test]]", "unless = { text = 'hush' }\n\n[[rule.test]]", 1))
    said = {"title": "for Acme", "comments": "hush, for Globex"}
    found = [m.value for m in rule.matches(lambda a: [Text(said[a], 0, "")] if a in said else [])]
    assert found == ["Acme"]


def test_the_same_text_is_read_once_and_another_one_anew(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    first = read(path, GOOD)
    assert read(path, GOOD) is first
    (other,) = read(path, GOOD.replace('why = "', 'why = "not '))
    assert (other.why, other.name) == (f"not {first[0].why}", first[0].name)
