"""What an item is tagged with at an instant: by people, by the rules, or by what is above it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from tests.oracle.inputs import Inputs
from tests.oracle.rules import KINDS, Found, Rule, Text
from tests.oracle.strategy import resolve
from tests.oracle.texts import Texts
from tests.oracle.world import Issue, Tree, words

SENDER = re.compile(r"^([> \t*]*)(?:from|reply-to|sender)[ \t]*:\**[ \t]*(.*)$", re.IGNORECASE | re.MULTILINE)
FORWARDED = re.compile(
    r"^[> \t*-]*(?:(?:begin )?forwarded message|original message|subject\**:\**[ \t]*(?:fwd?|wg|tr)\b)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Sign:
    """Something that says a value."""

    value: str
    since: int
    fallback: bool = False
    person: bool = False
    """A person said this very thing."""
    event: str = ""


class Tagged:
    """One item at an instant; made after those above it."""

    def __init__(self, issue: Issue, at: int, inputs: Inputs, above: list["Tagged"]) -> None:
        self.issue, self.at, self.inputs, self.above = issue, at, inputs, above
        self._alone = Texts(issue, at, inputs)

    # -- people ---------------------------------------------------------------------------------

    @cached_property
    def word(self) -> dict[str, str]:
        """ "Their word beats every rule"; the last one of each dimension, until it is taken back."""
        found: dict[str, str] = {}
        for s in self.issue.judged:
            found.pop(s.attr, None)
            if s.val is not None:
                found[s.attr] = s.val
        return found

    # -- rules ----------------------------------------------------------------------------------

    def heard(self, dimension: str, texts: Texts) -> Iterator[tuple[Rule, list[Found]]]:
        """ "`first`: of this file only the first rule that speaks. A `stated_only` rule keeps no other
        silent. Of intents the kind of sign decides first"."""
        silent: set[str] = set()
        for rule in self.inputs.rules:
            if rule.dimension == dimension and (found := rule.gives(texts)):
                if rule.file not in silent or dimension == "intent":
                    yield rule, found
                if rule.first and not rule.flag("stated_only"):
                    silent.add(rule.file)

    # -- customers ------------------------------------------------------------------------------

    @cached_property
    def named(self) -> list[Sign]:
        """Whom the item itself names, of each account the earliest sign: "customers are all kept"."""
        if "customer" in self.word:
            accounts = self.accounts(self.word["customer"])
            return [Sign(a, self.issue.opened_at) for a in accounts]
        passed = self._passed_on(self.mentioned)
        return _earliest(s for s in self.mentioned if (s.event, s.value) not in passed)

    @cached_property
    def mentioned(self) -> list[Sign]:
        """Every account that a rule finds in it."""
        known, found = self.inputs.customers, list[Sign]()
        for rule, given in self.heard("customer", self._alone):
            for one in given:
                listed = known.find(one.value) is not None
                unclear = not listed and known.between(one.value)  # "nobody is guessed"
                unknown = rule.flag("known_only") and known.accounts and not listed
                if not unclear and not unknown:
                    found.append(Sign(self._account(one.value), one.since, event=one.event))
        return found

    def accounts(self, word: str) -> list[str]:
        """Whom a person's word names."""
        return list(dict.fromkeys(self._account(n) for n in word.split(";") if n.strip()))

    def _account(self, name: str) -> str:
        account = self.inputs.customers.find(name)
        return account.name if account else " ".join(name.casefold().split())

    def _passed_on(self, found: list[Sign]) -> set[tuple[str, str]]:
        """(event, account) of who only forwarded a mail: "a forwarded thread is one account's demand"."""
        names, events = {s.value for s in found}, {s.event for s in found}
        passed: set[tuple[str, str]] = set()
        for text in (t for a in ("named.body", "named.comments") for t in self._alone(a)):
            mails = [
                (acc[1], line[1].count(">"), line.end())
                for line in SENDER.finditer(text.val)
                if (acc := re.search("«([^«»]+)»", line[2]))
            ]
            for (outer, depth, end), (_, deeper, stop) in pairwise(mails):
                inside = deeper > depth or FORWARDED.search(text.val, end, stop)
                asked = mails[-1][0]
                if text.event in events and inside and outer != asked and asked in names:
                    passed.add((text.event, outer))
        return passed if len(names) > 1 else set()

    @cached_property
    def customers(self) -> list[Sign]:
        """ "An item for which nothing speaks takes what is said of the item above it"."""
        return self.named or next((t.named for t in self.above if t.named), [])

    @cached_property
    def texts(self) -> Texts:
        """ "`customer`: each customer that the customer rules, or a person, found; not for customer
        rules"."""
        said = [Text(s.value, s.since, s.event) for s in self.customers]
        return Texts(self.issue, self.at, self.inputs, said)

    # -- commitment -----------------------------------------------------------------------------

    @cached_property
    def commitment(self) -> int | None:
        """ "First move to a started status, or a commitment/promise/due signal, whichever is first";
        "straight to done is a commitment; declined unstarted is not work"."""
        moments = [ts for ts, phase in self.issue.phases if phase in ("doing", "done") and ts <= self.at]
        given = [f for _, some in self.heard("commitment", self.texts) for f in some]
        moments += [self._first_due if f.value == "due" else f.since for f in given]
        return min(moments, default=None)

    @property
    def _first_due(self) -> int:
        """ "A due date counts from the day on which the item first had one, while it has any"; "a date that
        was replaced within ten minutes of creation never counted"."""
        return min(ts for ts, day in self.issue.dues(self.at) if day)

    # -- origin ---------------------------------------------------------------------------------

    @cached_property
    def signs(self) -> list[Sign]:
        """Every sign of an origin, in the order of the rules, then those of accounts: "an account named by a
        label or field is such a sign: sales where it was a prospect at that time, else customer"."""
        found = [
            Sign(f.value, f.since, rule.flag("fallback"))
            for rule, given in self.heard("origin", self.texts)
            for f in given
        ]
        prospect = self.inputs.customers.prospect
        own = [Sign("sales" if prospect(s.value, s.since) else "customer", s.since) for s in self.named]
        return found + own

    @cached_property
    def origin(self) -> Sign | None:
        """ "A person's word; else the earliest sign not later than commitment (at the same moment: sales
        first, then the order of the rules); else the nearest ancestor's; else a fallback sign"."""
        if "origin" in self.word:
            return Sign(self.word["origin"], self.issue.opened_at, person=True)
        end = self.commitment
        in_time = [s for s in self.signs if end is None or s.since <= end]
        for fallback in (False, True):
            own = [s for s in in_time if s.fallback == fallback]
            if own:
                return min(own, key=lambda s: (s.since, s.value != "sales"))
            for t in self.above:
                if t.origin and t.origin.fallback == fallback:
                    return t.origin
        return None

    # -- intents --------------------------------------------------------------------------------

    @cached_property
    def own_intents(self) -> set[str]:
        """ "An item has one intent, and its strongest sign decides it. Of two signs of one kind the rule that
        comes first decides"; "two values of one sign are settled by nobody"."""
        if "intent" in self.word:
            return {self._intent(self.word["intent"])}
        ranked: list[tuple[int, set[str]]] = []
        for kept in self.naming_intents:
            for kind in KINDS:
                if some := {self._intent(f.value) for f in kept if f.kind == kind}:
                    ranked.append((KINDS.index(kind), some))
        return min(ranked, key=lambda r: r[0], default=(0, set[str]()))[1]

    @property
    def naming_intents(self) -> Iterator[list[Found]]:
        """What each rule says of the intent; "a `stated_only` rule counts only if the strategy states an
        intent by that name"."""
        for rule, given in self.heard("intent", self.texts):
            stated = rule.flag("stated_only")
            yield [f for f in given if not stated or resolve(self.inputs.versions, f.value)]

    def _intent(self, name: str) -> str:
        return resolve(self.inputs.versions, name) or words(name).replace(" ", "-")

    @cached_property
    def intents(self) -> set[str]:
        """ "Then the nearest item above"."""
        return self.own_intents or next((t.own_intents for t in self.above if t.own_intents), set())

    # -- when -----------------------------------------------------------------------------------

    @property
    def requested(self) -> int:
        """ "The first moment a label, field, link, comment or reporter named the customer or deal; for what
        was there at creation, the creation"."""
        return min([*(s.since for s in self.customers), *([self.origin.since] if self.origin else [])],
                   default=self.issue.opened_at)  # fmt: skip


def _earliest(signs: Iterator[Sign]) -> list[Sign]:
    found: dict[str, Sign] = {}
    for one in signs:
        if one.value not in found or one.since < found[one.value].since:
            found[one.value] = one
    return [replace(found[v]) for v in sorted(found)]


def tagged(tree: Tree, inputs: Inputs) -> dict[Issue, Tagged]:
    """Every item at the tree's instant, each judged under those above it."""
    found: dict[tuple[Issue, ...], Tagged] = {}

    def of(line: tuple[Issue, ...]) -> Tagged:
        if line not in found:
            above = [of(line[n:]) for n in range(1, len(line))]
            found[line] = Tagged(line[0], tree.at, inputs, above)
        return found[line]

    return {issue: of(tuple(tree.line(issue))) for issue in tree.issues}
