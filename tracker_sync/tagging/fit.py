"""What does not fit together: rules on one side, the stated strategy and the configuration on the other."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import NamedTuple

from tracker_sync import tomlfile
from tracker_sync.config import Config, FieldNames
from tracker_sync.strategies import Strategies, versions
from tracker_sync.strategy import Intent, normal
from tracker_sync.tagging.language import inside
from tracker_sync.tagging.lint import Finding
from tracker_sync.tagging.listing import Listed, in_use
from tracker_sync.tagging.rules import ROLES, Rule, compiled
from tracker_sync.tagging.silence import never_speaks


class Stated(NamedTuple):
    """The strategy as its file says it now."""

    strategies: Strategies
    text: str
    name: str


def stated_in(config: Config) -> Stated | None:
    """The strategy that the configuration names, where its file is there and states intents. Raises
    ConfigError with file and line."""
    path = config.file(config.strategy.file)
    text = tomlfile.text_of(path) if path.is_file() else ""
    strategies = versions([], text, path)
    states = strategies.latest is not None and strategies.latest.strategy.intents
    return Stated(strategies, text, config.strategy.file) if states else None


def misfits(
    rules: list[Listed], stated: Stated | None, fields: Mapping[str, FieldNames]
) -> Iterator[Finding]:
    """Rules that name an intent which is not stated, stated intents that no rule can give, and rules that
    look at a field which no source names. `fields`: what the sources call them."""
    asked = in_use(rules)
    named = {role for role, what in ROLES.items() if any(getattr(f, what) for f in fields.values())}
    for one in asked:
        if stated:
            yield from _unstated(one, stated.strategies)
        yield from _unnamed(one, named, any_fields=bool(fields))
    if stated and (version := stated.strategies.latest):
        givers = [one.rule for one in asked if one.rule.dimension == "intent" and not never_speaks(one.rule)]
        for n, intent in enumerate(version.strategy.intents):
            if not any(_can_give(rule, intent, named) for rule in givers):
                place = f"{stated.name}:{tomlfile.line_of(stated.text, f'$.intents[{n}].id') or 1}"
                said = "no rule gives this intent, by its id or an alias, so only people can tag work with it"
                remedy = "add a rule, or to `aliases` what your tracker calls it"
                yield Finding("unserved-intent", "note", place, intent.id, f"{said}; {remedy}")


def unknown_switches(rules: list[Listed], config: Config) -> Iterator[Finding]:
    """Names in `[rules] disable` that no tag rule has; detectors (`bias/…`) are not tag rules."""
    names = sorted({one.rule.name for one in rules})
    line = tomlfile.line_of(tomlfile.text_of(config.path), "$.rules.disable") or 1
    for name in config.rules.disable:
        if name.removeprefix("tags/") not in names and not name.startswith("bias/"):
            near = get_close_matches(name, names, 1)
            instead = f"did you mean {near[0]!r}?" if near else "`tracker-sync rules list` has them all"
            said = f"`disable` names no rule, so nothing is switched off by it; {instead}"
            yield Finding("unknown-rule", "note", f"{config.path.name}:{line}", name, said)


def _unstated(one: Listed, strategies: Strategies) -> Iterator[Finding]:
    rule = one.rule
    if rule.dimension != "intent" or not rule.value or strategies.resolve(rule.value):
        return
    known = {normal(n): n for v in strategies.versions for i in v.strategy.intents for n in _names(i)}
    near = get_close_matches(normal(rule.value), sorted(known), 1)
    instead = f"did you mean {known[near[0]]!r}?" if near else "state it there, or correct `value`"
    said = f"gives the intent {rule.value!r}, which the strategy states neither as an id nor as an alias"
    yield Finding("unstated-intent", "error", one.place("value"), rule.name, f"{said}; {instead}")


def _unnamed(one: Listed, named: set[str], *, any_fields: bool) -> Iterator[Finding]:
    if one.is_builtin and not any_fields:
        return  # nobody has fields that would have to be named
    asked = {attr for clause in one.rule.clauses for attr, _ in clause}
    for role in sorted(asked & ROLES.keys() - named):
        said = f"waits for `{role}`, and no source in tracker-sync.toml names such a field"
        remedy = f'if your tracker has one, say so there: fields = {{ {ROLES[role]} = "…" }}'
        yield Finding("unnamed-field", "note", one.place("when"), one.rule.name, f"{said}; {remedy}")


def _can_give(rule: Rule, intent: Intent, named: set[str]) -> bool:
    """Whether the rule's value is one of the intent's names, or its group can take one of them."""
    names = _names(intent)
    if rule.value is not None:
        return normal(rule.value) in map(normal, names)
    spelt = [s for n in names for s in (n, n.replace("-", " "), n.replace(" ", "-"))]
    return any(
        compiled(rf"\A(?:{value})\z").search(name)
        for clause in rule.clauses
        if not {attr for attr, _ in clause} & (ROLES.keys() - named)
        for _, patterns in clause
        for p in patterns
        if (value := inside(p.pattern, "value")) is not None
        for name in spelt
    )


def _names(intent: Intent) -> list[str]:
    return [intent.id, *intent.aliases]
