"""Bias rules: TOML files that make a warning of what a measure sees, with tests inside."""

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from string import Formatter
from typing import Any, Literal

import msgspec
from msgspec import Struct

from tracker_sync import tomlfile
from tracker_sync.errors import RuleError
from tracker_sync.patterns.facts import INPUTS, Facts, spelt
from tracker_sync.patterns.measure import Measure, Word
from tracker_sync.patterns.measures import MEASURES

Confidence = Literal["low", "medium", "high"]
_VERDICT = re.compile(r"\b(is|are|was|were)\s+biased\b|\bguilty\b|\bblame[ds]?\b|\bfault\b", re.IGNORECASE)


class Unless(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[unless]`: when the rule is silent."""

    market: list[str] = []
    """Words of the strategy's market: regulated, new-category, consumer."""
    marked: list[str] = []
    """Labels, in lower case: epics that carry any, and all work under them, are left out."""


class _Rule(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    id: str
    pattern: str
    severity: Literal["note", "warning", "alarm"]
    confidence: Confidence
    finding: str
    ask: str
    see: list[str]
    needs: list[str] = []
    when: dict[str, Any]
    because: dict[str, str]
    unless: Unless = Unless()
    test: list[dict[str, Any]]


class Trial(Struct, frozen=True):
    """A test inside a rule file."""

    name: str
    facts: Facts
    finds: tuple[str, ...] | bool | None
    """The subjects that are found; whether anything is; None: nothing can be said."""


class BiasRule(Struct, frozen=True):
    """One rule, ready to look."""

    id: str
    path: Path
    pattern: str
    severity: Literal["note", "warning", "alarm"]
    confidence: Confidence
    finding: str
    ask: str
    see: tuple[str, ...]
    needs: tuple[str, ...]
    measure: Measure
    when: Any
    """The thresholds, of the measure's own kind."""
    because: Mapping[str, str]
    """The reason for each threshold."""
    unless: Unless
    trials: tuple[Trial, ...]

    @property
    def name(self) -> str:
        """What people call it: `bias/loudest-account`."""
        return f"bias/{self.id}"

    def claim(self, words: Mapping[str, Word]) -> str:
        """The finding's sentence."""
        return said(self.finding, words)


class _Words(Formatter):
    """Fills in a sentence; a Fraction is a share."""

    def format_field(self, value: Any, spec: str) -> str:
        if isinstance(value, Fraction):
            return f"{round(value * 100)} %" if not spec else format(float(value), spec)
        if isinstance(value, float) and not spec:
            return f"{value:.2g}"
        return str(format(value, spec))


def said(text: str, words: Mapping[str, Word]) -> str:
    """A sentence with its words filled in; raises KeyError or ValueError where one is not there."""
    if strange := [name for _, name, *_ in Formatter().parse(text) if name and not name.isidentifier()]:
        raise ValueError(f"{{{strange[0]}}} is no plain name")
    return _Words().vformat(text, (), words)


def read(path: Path, text: str) -> BiasRule:
    """The rule of a file, given its text. Raises ConfigError or RuleError with file and line."""
    raw = tomlfile.parse(text, _Rule, path)
    try:
        return _made(raw, path)
    except _Wrong as e:
        raise RuleError(str(e), path, raw.id, tomlfile.line_of(text, e.where)) from None


class _Wrong(ValueError):
    """What is wrong with a rule, and where in its file."""

    def __init__(self, what: str, where: str) -> None:
        self.where = where
        super().__init__(what)


def _made(raw: _Rule, path: Path) -> BiasRule:
    measure, when = _measure(raw)
    if unknown := [n for n in raw.needs if n not in INPUTS]:
        raise _Wrong(f"needs {unknown[0]!r}; there are: {', '.join(INPUTS)}", "$.needs")
    _worded(raw, measure)
    trials = tuple(_trial(told, n) for n, told in enumerate(raw.test))
    if not any(t.finds for t in trials) or all(t.finds for t in trials):
        raise _Wrong("needs a test that finds something, and a near miss that does not", "$.test[0]")
    return BiasRule(
        raw.id, path, raw.pattern, raw.severity, raw.confidence, raw.finding, raw.ask, tuple(raw.see),
        tuple(raw.needs), measure, when, raw.because, raw.unless, trials,
    )  # fmt: skip


def _measure(raw: _Rule) -> tuple[Measure, Any]:
    name, told = raw.when.get("measure"), {k: v for k, v in raw.when.items() if k != "measure"}
    measure = MEASURES.get(name) if isinstance(name, str) else None
    if measure is None:
        raise _Wrong(f"there is no measure {name!r}; there are: {', '.join(sorted(MEASURES))}", "$.when")
    try:
        when: Any = msgspec.convert(told, measure.when)
    except msgspec.ValidationError as e:
        raise _Wrong(f"[when] of the measure {name!r}: {str(e)[0].lower()}{str(e)[1:]}", "$.when") from None
    lacking = sorted({*told} - {*raw.because})
    if lacking:
        raise _Wrong(f"says no reason for {lacking[0]!r}; give it under [because]", f"$.when.{lacking[0]}")
    if strange := sorted({*raw.because} - {*told}):
        raise _Wrong(f"[because] gives a reason for {strange[0]!r}, which [when] has not", "$.because")
    return measure, when


def _worded(raw: _Rule, measure: Measure) -> None:
    """Whether the sentences can be said, and are those of a pattern and no verdict."""
    try:
        said(raw.finding, measure.words)
    except KeyError as e:
        there = ", ".join(sorted(measure.words))
        raise _Wrong(f"the finding names {{{e.args[0]}}}; this measure has: {there}", "$.finding") from None
    except ValueError as e:
        raise _Wrong(f"the finding cannot be said: {e}", "$.finding") from None
    if not raw.ask.rstrip().endswith("?"):
        raise _Wrong("asks no question: `ask` ends in a question mark", "$.ask")
    for key, text in (("finding", raw.finding), ("ask", raw.ask), ("pattern", raw.pattern)):
        if found := _VERDICT.search(text):
            raise _Wrong(f"{found.group()!r} is a verdict; say what the work looks like", f"$.{key}")


def _trial(told: dict[str, Any], number: int) -> Trial:
    rest = {k: v for k, v in told.items() if k not in ("name", "finds", "unassessed")}
    where = f"$.test[{number}]"
    finds = None if told.get("unassessed") else told.get("finds")
    if finds is None and not told.get("unassessed"):
        raise _Wrong("a test says what it `finds`, or that it is `unassessed`", where)
    try:
        facts = msgspec.convert(
            {k: _many(k, v) if isinstance(v, list) else v for k, v in rest.items()}, Facts, dec_hook=spelt
        )
    except msgspec.ValidationError as e:
        raise _Wrong(f"test {told.get('name', number + 1)!r}: {e}", where) from None
    one = (finds,) if isinstance(finds, str) else tuple(finds) if isinstance(finds, list) else finds
    return Trial(str(told.get("name", number + 1)), facts, one)


def _many(key: str, told: list[Any]) -> list[Any]:
    """Records of a test: one with `n` stands for so many, and one without a ref gets a number."""
    found = list[Any]()
    for one in told:
        if not isinstance(one, dict):
            return told
        rest = {k: v for k, v in one.items() if k != "n"}
        for _ in range(one.get("n", 1)):
            ref = {"ref": f"T-{len(found) + 1}"} if key in ("epics", "works", "breaches") else {}
            reply = {"respondent": f"r{len(found) + 1}"} if key == "replies" else {}
            found.append(ref | reply | rest)
    return found


def load(files: Iterable[tuple[Path, str]], disable: Iterable[str] = ()) -> tuple[BiasRule, ...]:
    """The rules of files, each a path and its text, by id; a later file replaces a rule of the same id.

    `disable` has names as `bias/maslows-hammer`. Raises ConfigError or RuleError with file and line.
    """
    found = {rule.id: rule for rule in (read(path, text) for path, text in files)}
    off = {*disable}
    return tuple(found[id_] for id_ in sorted(found) if f"bias/{id_}" not in off)
