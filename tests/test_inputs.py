"""What judgement rests on is told to the log when it changes, and a past report comes out as it did."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import Desk

from tests.reports.test_edges import CUSTOMERS, STRATEGY, at, item
from tracker_sync.config import Config, load
from tracker_sync.days import EPOCH
from tracker_sync.errors import ConfigError
from tracker_sync.events import Named
from tracker_sync.inputs import judgement, now_stated, record, told
from tracker_sync.log import EventLog
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.reports.opening import Asked, basis, open_portfolio
from tracker_sync.states import keeping

CONFIG = '[[sources]]\nname = "o"\nkind = "jira"\nurl = "https://o.example"\nfields = { intent = "Goal" }\n'
RULE = """\
dimension = "origin"
[[rule]]
id = "mine"
why = "We say so."
when = { labels = "^deal$" }
value = "sales"
[[rule.test]]
item = { labels = "deal" }
gives = ["sales"]
[[rule.test]]
item = { labels = "ideal" }
gives = []
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A log with two pieces of work, one of them for Acme, and the files that it is judged by."""
    (tmp_path / "tracker-sync.toml").write_text(CONFIG + '[rules]\npaths = ["mine"]\n')
    (tmp_path / "customers.csv").write_text(CUSTOMERS)
    (tmp_path / "strategy.toml").write_text(STRATEGY)
    (tmp_path / "people.toml").write_text('[[people]]\nlogins = ["ann"]\nrole = "sales"\n')
    (tmp_path / "mine" / "tags").mkdir(parents=True)
    (tmp_path / "mine" / "tags" / "origin.toml").write_text(RULE)
    log = SqliteLog(tmp_path / "tracker-sync.db", write=True)
    doing = Named(id="n2", item="", ts=0, attr="status", key="2", val="Doing", means="indeterminate")
    log.append("o", [doing, *item("A-1", "customer/Acme", "deal", "intent/search"),
                     *item("A-2", "customer/Globex", reporter="ann")], now=at(1))  # fmt: skip
    log.close()
    return tmp_path


def run(folder: Path, *commands: str) -> str:
    """What some commands print, run one after the other."""
    with pytest.MonkeyPatch.context() as patch:
        done = [Desk(folder, patch).run(*args.split()) for args in commands]
    assert [d.err for d in done if d.code] == []
    return "".join(d.out for d in done)


def stated(folder: Path) -> list[str]:
    log = SqliteLog(folder / "tracker-sync.db")
    found = [e.attr for _, e in told(log)]
    log.close()
    return found


def test_a_report_tells_the_log_what_it_rests_on_once(folder: Path) -> None:
    run(folder, "report")
    first = stated(folder)
    assert sorted(first) == ["customers", "patterns", "people", "rules", "settings", "strategy"]
    run(folder, "report")
    assert stated(folder) == first
    (folder / "people.toml").write_text("")
    run(folder, "report")
    assert stated(folder) == [*first, "people"]


CHANGES: dict[str, Callable[[Path], object]] = {
    "strategy": lambda f: (f / "strategy.toml").write_text(STRATEGY.replace('"search"', '"find"')),
    "strategy gone": lambda f: (f / "strategy.toml").unlink(),
    "customers": lambda f: (f / "customers.csv").write_text(CUSTOMERS.replace("yes", "no")),
    "people": lambda f: (f / "people.toml").write_text('[[people]]\nlogins = ["bob"]\nrole = "sales"\n'),
    "a rule": lambda f: (f / "mine/tags/origin.toml").write_text(RULE.replace('"sales"', '"support"')),
    "a rule gone": lambda f: (f / "mine/tags/origin.toml").unlink(),
    "a rule switched off": lambda f: (f / "tracker-sync.toml").write_text(
        CONFIG + '[rules]\npaths = ["mine"]\ndisable = ["origin/mine"]\n'
    ),
    "the calendar": lambda f: (f / "tracker-sync.toml").write_text(
        CONFIG + '[rules]\npaths = ["mine"]\n[calendar]\nworking_days = ["sun"]\n'
    ),
}


QUICK = ("strategy", "customers", "a rule", "the calendar")
each_change = pytest.mark.parametrize(
    "what", [w if w in QUICK else pytest.param(w, marks=pytest.mark.slow) for w in CHANGES]
)


@each_change
def test_a_past_report_comes_out_as_it_did_whatever_changed_since(folder: Path, what: str) -> None:
    reports = ("overview", "sales-led", "intents", "single-customer")

    def all_of(known_at: str = "") -> str:
        return run(folder, *(f"report {name} --format json {known_at}" for name in reports))

    run(folder, "report")
    log = SqliteLog(folder / "tracker-sync.db")
    known_at = (EPOCH + timedelta(microseconds=max(e.recorded_at for e in log.read()))).isoformat()
    log.close()
    before, now_before = all_of(f"--known-at {known_at}"), all_of()
    CHANGES[what](folder)
    assert all_of() != now_before or what == "strategy gone", "the change changes a report made now"
    assert all_of(f"--known-at {known_at}") == before


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("customers.csv", "who\n", "first line"),
        ("mine/tags/origin.toml", RULE.replace("why", "because"), "`because`"),
    ],
)
def test_a_broken_input_is_not_told(folder: Path, file: str, text: str, said: str) -> None:
    config = load(folder / "tracker-sync.toml")
    (folder / file).write_text(text)
    log = SqliteLog(folder / "tracker-sync.db", write=True)
    with pytest.raises(ConfigError, match=said):
        record(config, log, now=at(2))
    assert told(log) == []
    log.close()


def test_a_report_on_what_was_judged_before_reads_no_rule(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run(folder, "report")

    def load(*_: object) -> None:
        raise AssertionError("the rules were read")

    monkeypatch.setattr("tracker_sync.inputs.rules.load", load)
    assert run(folder, "report") == before
    with pytest.raises(AssertionError, match="the rules were read"):
        run(folder, "report --known-at 2020-01-01", "log rebuild")


def test_what_was_never_told_is_as_its_file_says_but_no_strategy_was_in_force(folder: Path) -> None:
    config = load(folder / "tracker-sync.toml")
    judged = judgement(config, [], None)
    assert judged.customers.find("Acme") is not None
    assert judged.strategies.versions == ()
    assert judgement(config, [], now_stated(config)).strategies.latest is not None


def test_a_new_side_input_is_told_and_no_item_is_judged_anew(folder: Path) -> None:
    config = load(folder / "tracker-sync.toml")
    log = SqliteLog(folder / "tracker-sync.db", write=True)
    assert kept_up(config, log, now=at(2)) > 0
    for n, text in enumerate(("", "PAY-1,Acme,2026-03-01,3\n", "PAY-1,Acme,2026-03-01,4\n"), 3):
        (folder / "adoption.csv").write_text(f"epic,account,date,users\n{text}")
        assert kept_up(config, log, now=at(n)) == 0
    assert [e.attr for _, e in told(log)].count("adoption") == 3
    (folder / "customers.csv").write_text(CUSTOMERS.replace("yes", "no"))
    assert kept_up(config, log, now=at(6)) > 0
    log.close()


def test_reports_have_the_side_inputs_of_now_or_of_what_was_known_then(folder: Path) -> None:
    config = load(folder / "tracker-sync.toml")
    log = SqliteLog(folder / "tracker-sync.db", write=True)
    for n, users in ((2, 3), (4, 5)):
        (folder / "adoption.csv").write_text(f"epic,account,date,users\no:A-1,Acme,2026-03-01,{users}\n")
        kept_up(config, log, now=at(n))

    def users_known(day: int | None) -> list[int] | None:
        known_at = None if day is None else (EPOCH + timedelta(microseconds=at(day))).isoformat()
        org, _ = open_portfolio(config, log, Asked(known_at=known_at))
        return None if org.sides.adoption is None else [use.amount for use in org.sides.adoption]

    assert [users_known(day) for day in (1, 2, 3, 4, None)] == [None, [3], [3], [5], [5]]
    log.close()


def kept_up(config: Config, log: EventLog, now: int) -> int:
    """State what is new; of how many items the kept lives were made anew."""
    record(config, log, now=now)
    return keeping.refresh(log, *basis(config, told(log), now_stated(config)))


@pytest.mark.parametrize("gone", ["mine/tags/zeal.toml", "the pack"])
def test_the_order_of_rules_is_as_it_was_where_some_of_them_are_gone(folder: Path, gone: str) -> None:
    config = folder / "tracker-sync.toml"
    config.write_text(CONFIG + '[rules]\npaths = ["mine"]\npacks = ["public"]\n')
    (folder / "mine" / "tags" / "zeal.toml").write_text(RULE.replace('"mine"', '"zeal"'))
    log = SqliteLog(folder / "tracker-sync.db", write=True)
    record(load(config), log, now=at(2))
    before = [r.name for r in judgement(load(config), told(log), None).rules]
    assert before[:3] == ["origin/mine", "origin/zeal", "customer/account-told"]
    if gone == "the pack":
        config.write_text(config.read_text().replace('packs = ["public"]\n', ""))
    else:
        (folder / gone).unlink()
    after = [r.name for r in judgement(load(config), told(log), None).rules]
    log.close()
    assert after == before
