"""Tags that nobody set widen the ranges: what is lost at random or by class leaves the full figures
inside."""

import random
import shutil
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from tests.oracle.shares import Figures, Question
from tests.reports.agreement import WEIGHTS, Case, Said, reported
from tracker_sync import config
from tracker_sync.events import Noted, Stated
from tracker_sync.log import Entry
from tracker_sync.log.sqlite import SqliteLog

Lost = Callable[[Entry], bool]
Full = Callable[[bool], Said]
FILES = ("tracker-sync.toml", "strategy.toml", "customers.csv", "people.toml")
INTENT, CUSTOMER = "customfield_10501", "customfield_10502"


def left(girder: Case, folder: Path, lost: Lost, *, roles: bool) -> Said:
    """What is reported without some of the demo's tags. Something still happened where one was set, so that
    no work goes stale for it."""
    for name in FILES:
        shutil.copy(girder.config.file(name), folder / name)
    if not roles:
        (folder / "people.toml").write_text("")
    conf = config.load(folder / "tracker-sync.toml")
    conf.log_path.unlink(missing_ok=True)
    log = SqliteLog(conf.log_path, write=True)
    told = [e for e in girder.log.read() if not isinstance(e.event, Stated)]
    for source in ("girder", "field-sync"):
        log.append(
            source, [_blank(e) if lost(e) else e.event for e in told if e.source == source], now=10**15
        )
    said = reported(conf, log, Question())
    log.close()
    return said


def _blank(entry: Entry) -> Noted:
    e = entry.event
    return Noted(id=e.id, item=e.item, ts=e.ts, actor=e.actor, attr="set something")


def tag(entry: Entry) -> tuple[str, str]:
    """(attribute, value in small letters) of what an event brings."""
    return getattr(entry.event, "attr", ""), (getattr(entry.event, "val", None) or "").casefold()


def of_sales(entry: Entry) -> bool:
    attr, val = tag(entry)
    label = attr == "labels" and val.startswith(("prospect", "customer"))
    return label or attr == CUSTOMER or (attr in ("body", "comment") and "salesforce" in val)


def of_customer(name: str) -> Lost:
    return lambda entry: of_sales(entry) and name in tag(entry)[1]


def where(case: Case, lost: Lost) -> Lost:
    """All that says who asked, of the items of which some is lost."""
    items = {(e.source, e.event.item) for e in case.log.read() if lost(e)}
    return lambda entry: of_sales(entry) and (entry.source, entry.event.item) in items


def of_an_intent(entry: Entry) -> bool:
    attr, val = tag(entry)
    return attr == INTENT or (attr == "labels" and val.startswith("intent"))


def at_random(seed: int) -> Lost:
    """All that two items in five say of who asked and of what they serve."""
    r, lost = random.Random(seed), dict[tuple[str, str], bool]()

    def chosen(entry: Entry) -> bool:
        said = of_sales(entry) or of_an_intent(entry)
        return said and lost.setdefault((entry.source, entry.event.item), r.random() < 0.4)

    return chosen


def outside(full: Said, lossy: Said) -> list[tuple[str, str]]:
    """The shares of which the full range is not within the range that is left."""
    found = []
    for weight in WEIGHTS:
        whole, part = full[weight, "sales-led"], lossy[weight, "sales-led"]  # type: ignore[index]
        assert isinstance(whole, Figures)
        assert isinstance(part, Figures)
        for name in ("sales_led", "unhealthy", "healthy"):
            if not within(getattr(whole, name), getattr(part, name)):
                found.append((weight, name))
        unnamed = lossy[weight, None][1]  # type: ignore[index]
        for intent, _, _ in full["intents"]:  # type: ignore[attr-defined]
            left_of_it = lossy.get((weight, intent), (Fraction(0), unnamed))  # type: ignore[call-overload]
            if not within(full[weight, intent], left_of_it):  # type: ignore[index]
                found.append((weight, intent))
    return found


def within(inner: tuple[Fraction, Fraction], outer: tuple[Fraction, Fraction]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


@pytest.fixture(scope="module")
def full(girder: Case, tmp_path_factory: pytest.TempPathFactory) -> Full:
    """What all tags say, with the roles of people or without."""

    @cache
    def said(roles: bool) -> Said:
        return left(girder, tmp_path_factory.mktemp("full"), lambda entry: False, roles=roles)

    return said


MORE = [pytest.param(at_random(seed), marks=pytest.mark.slow) for seed in range(1, 12)]


@pytest.mark.parametrize("lost", [of_sales, of_an_intent, at_random(0), *MORE])
def test_lost_tags_leave_the_full_figures_within_the_ranges(
    girder: Case, full: Full, tmp_path: Path, lost: Lost
) -> None:
    lossy = left(girder, tmp_path, lost, roles=False)
    assert lossy["effort"] == full(False)["effort"], "the work is the same"
    assert outside(full(False), lossy) == []


@pytest.mark.slow
def test_lost_intents_leave_the_full_figures_within_the_ranges(
    girder: Case, full: Full, tmp_path: Path
) -> None:
    lossy = left(girder, tmp_path, of_an_intent, roles=True)
    assert lossy["verdicts"] != full(True)["verdicts"]
    assert outside(full(True), lossy) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["aquaveil", "calder", "fenwick", "kestrel", "morrow", "northspan", "oakline", "quillstone", "underhill"],
)
def test_a_customer_lost_leaves_the_full_figures_within_the_ranges(
    girder: Case, full: Full, tmp_path: Path, name: str
) -> None:
    lossy = left(girder, tmp_path, where(girder, of_customer(name)), roles=False)
    assert lossy["count", "sales-led"] != full(False)["count", "sales-led"], "something is lost"
    assert outside(full(False), lossy) == []


@pytest.mark.slow
def test_a_later_sign_of_an_item_speaks_where_only_its_first_was_lost(
    girder: Case, full: Full, tmp_path: Path
) -> None:
    """What no range can promise: a tag was there, it said something else, and nothing tells that it did."""
    assert outside(full(False), left(girder, tmp_path, of_customer("aquaveil"), roles=False))


@pytest.mark.slow
@pytest.mark.parametrize("lost", [of_sales, at_random(0)])
def test_a_reporter_does_not_speak_for_what_was_lost(
    girder: Case, full: Full, tmp_path: Path, lost: Lost
) -> None:
    assert outside(full(True), left(girder, tmp_path, lost, roles=True)) == []
