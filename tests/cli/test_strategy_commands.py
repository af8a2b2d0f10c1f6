"""`strategy check`, `show` and `diff`, and the file that `init` writes to begin with."""

import json
from pathlib import Path

import pytest
from conftest import Desk

from tests.cli.strategies import CONFIG, GOOD
from tests.reports.test_edges import at
from tracker_sync.cli.templates import STRATEGY
from tracker_sync.events import Stated
from tracker_sync.log import PEOPLE
from tracker_sync.log.sqlite import SqliteLog
from tracker_sync.strategy_parts import PARTS

OLD = """\
effective = 2026-01-01
[vision]
behaviour = "Site managers plan ahead."
[icp]
segments = ["mid-market"]
[[not_doing]]
id = "payroll"
why = "Others do it."
patterns = ["payroll"]
[[intents]]
id = "planning"
mission = "Work that can start."
owner = "nora"
target = 0.6
[[intents]]
id = "insight"
mission = "See which site needs a visit."
target = 0.4
since = 2026-02-01
[limits]
sales_led_share = 0.25
"""
NEW = """\
effective = 2026-03-01
[vision]
behaviour = "Site managers plan ahead."
[icp]
segments = ["mid-market", "enterprise"]
[[not_doing]]
id = "cranes"
why = "Nobody asked for it."
patterns = ["crane"]
[[intents]]
id = "planning"
mission = "Work that can start."
owner = "otis"
target = 0.7
hypothesis = { text = "Crews wait less.", expires = 2026-12-31 }
[[intents]]
id = "reporting"
mission = "What happened is in the plan."
target = 0.3
[limits]
sales_led_share = 0.2
active_intents = 3
"""


def tell(desk: Desk, *texts: str) -> None:
    """A log that was told these strategies, one a day from 2 February 2026 on; the last is in the file."""
    desk.write("tracker-sync.toml", CONFIG)
    desk.write("strategy.toml", texts[-1])
    log = SqliteLog(desk.db, write=True)
    for n, text in enumerate(texts, 1):
        told = Stated(id=f"strategy.{n}", item="", ts=at(n - 1), attr="strategy", val=text)
        log.append(PEOPLE, [told], now=at(n - 1))
    log.close()


# --- To begin with


def test_the_file_of_init_is_walked_through_part_by_part(desk: Desk) -> None:
    assert desk.run("init", "--jira", "https://acme.example").code == 0
    done = desk.run("strategy", "check", "--at", "2026-07-01")
    assert done.code == 0
    assert done.out.startswith(
        "strategy.toml, as of 2026-07-01\n8 warnings, 4 notes; still empty: 13 of 13 parts\n"
        "\nStill to say in strategy.toml, best in this order:\n\n1. vision: "
    )
    numbered = [line.split()[1] for line in done.out.splitlines() if line[:1].isdigit() and ". " in line[:4]]
    assert numbered == [f"{part.name}:" for part in PARTS]
    assert done.err == "Copy the lines into strategy.toml, say what holds for you, and check again.\n"
    assert max(map(len, done.out.splitlines())) <= 80


def test_the_examples_of_init_are_a_good_strategy_as_they_stand(desk: Desk) -> None:
    desk.run("init", "--jira", "https://acme.example")
    lines = [ln.removeprefix("#") for ln in STRATEGY.splitlines() if not ln.startswith("# ")]
    desk.write("strategy.toml", "\n".join(lines))
    done = desk.run("strategy", "check", "--at", "2026-07-01")
    assert (
        done.out
        == """\
strategy.toml, as of 2026-07-01
0 warnings, 0 notes; still empty: 0 of 13 parts

Not assessed:
  icp/everybody needs at least 5 accounts in customers.csv
  icp/no-account needs accounts in customers.csv
  vocabulary/vague needs the titles of epics: run `tracker-sync sync`
  limits/breached needs work in the log, for sales_led_share: run `tracker-sync
    sync`
  limits/breached needs work in the log, for single_customer_share: run
    `tracker-sync sync`
  limits/under-target needs initiatives with epics in the log: run `tracker-sync
    sync`
"""
    )


def test_every_part_is_explained_in_the_file_of_init() -> None:
    for part in PARTS:
        assert f"\n# {part.name}: " in STRATEGY
        assert f"\n#[{part.name}]" in STRATEGY or f"\n#[[{part.name}]]" in STRATEGY


@pytest.mark.parametrize("stated", ["", GOOD.partition("[[initiatives]]")[0]], ids=["nothing", "two intents"])
def test_what_the_walk_says_to_copy_fills_the_part(desk: Desk, stated: str) -> None:
    desk.write("tracker-sync.toml", CONFIG)
    text = stated
    while True:
        desk.write("strategy.toml", text)
        done = desk.run("strategy", "check", "--format", "json", "--at", "2026-07-01")
        assert done.code == 0, done.err
        empty = json.loads(done.out)["empty"]
        if not empty:
            break
        text += f"\n{empty[0]['example']}\n"
    assert text.count("\n[") > 5


def test_a_transcript_of_a_file_that_lacks_two_parts(desk: Desk) -> None:
    desk.write("tracker-sync.toml", CONFIG)
    text = GOOD.replace('[[watching]]\nid = "cranes"\n', "").replace("[icp]\n", "[icp]\npersonas = ['x']\n")
    head, _, tail = text.partition("[[kpi_tree]]")
    rest = '[[kpi_tree]]\nfrom = "short-log"\nto = "sites with a plan"\n'
    desk.write("strategy.toml", head + tail.partition(rest)[2])
    desk.write("customers.csv", "")
    done = desk.run("strategy", "check", "--at", "2026-07-01", "--fail-on", "note")
    assert (done.code, done.out) == (10, """\
strategy.toml, as of 2026-07-01
0 warnings, 1 note; still empty: 2 of 13 parts

Not assessed:
  icp/everybody needs at least 5 accounts in customers.csv
  icp/no-account needs accounts in customers.csv
  vocabulary/vague needs the titles of epics: run `tracker-sync sync`

Still to say in strategy.toml, best in this order:

1. watching: Adjacent opportunities that are not decided yet.
   (may stay empty. Kalsey: three kinds of opportunity)
     [[watching]]
     id = "crane-telemetry"

2. kpi_tree: What moves what: from an initiative to a leading metric, to the
   North Star, to a figure of the business. No numbers: nobody knows by how
   much.
   (kpi_tree/missing, note. Playbook: the KPI tree)
     [[kpi_tree]]
     from = "constraints"
     to = "sites with a six-week plan"
""")  # fmt: skip
    assert desk.run("strategy", "check", "--at", "2026-07-01", "--fail-on", "warning").code == 0


def test_a_file_that_is_not_there_is_begun_with(desk: Desk) -> None:
    desk.write("tracker-sync.toml", CONFIG)
    done = desk.run("strategy", "check", "--at", "2026-07-01")
    assert (done.code, done.out.splitlines()[:2]) == (0, [
        "strategy.toml, which is not there yet, as of 2026-07-01",
        "8 warnings, 4 notes; still empty: 13 of 13 parts",
    ])  # fmt: skip
    assert desk.run("strategy", "show").out == "no strategy is stated yet\n"


@pytest.mark.parametrize("command", ["check", "show", "diff"])
def test_a_broken_file_is_2_with_its_line(desk: Desk, command: str) -> None:
    desk.write("tracker-sync.toml", CONFIG)
    path = desk.write("strategy.toml", "[[kpi_tree]]\nfrom = 'a'\nto = 'b'\nweight = 0.4\n")
    done = desk.run("strategy", command)
    assert (done.code, done.out, done.err) == (2, "", (
        f"tracker-sync: {path}:4: kpi_tree: weight = 0.4 is a coefficient. The tree is schematic: it says "
        "what moves what, not by how much, which nobody knows. Leave the number out\n"
    ))  # fmt: skip


def test_an_intent_stands_since_the_first_version_in_the_log_that_has_it(desk: Desk) -> None:
    undated = GOOD.replace("since = 2026-01-01\n", "")
    tell(desk, undated, undated.replace("effective = 2026-01-01", "effective = 2026-03-01"))
    assert "initiatives/older" not in desk.run("strategy", "check").out
    older = undated.replace("since = 2026-02-01", "since = 2025-12-31")
    desk.write("strategy.toml", older.replace("effective = 2026-01-01", "effective = 2026-04-01"))
    assert "stands since 2026-01-01. " in desk.run("strategy", "check").out.replace("\n", " ")


# --- In force on a day


def test_a_transcript_of_the_strategy_in_force_on_a_day(desk: Desk) -> None:
    tell(desk, OLD, NEW)
    done = desk.run("strategy", "show", "--at", "2026-01-15")
    assert (done.code, done.err, done.out) == (0, "", """\
The strategy in force on 2026-01-15
It is the one in force since 2026-01-01, recorded on 2026-02-02.

Vision
  Site managers plan ahead.

Whom it is for
  segments: mid-market

Decided against
  payroll: Others do it.

Intents
  planning (60 % of the effort, owned by nora): Work that can start.
  Stated, but not in force on this day: insight

Limits
  at most 25 % of the effort asked for by sales

Nothing is said yet of: mission, market, watching, goals, initiatives,
principles, kpi_tree, vocabulary.
""")  # fmt: skip


def test_the_newest_strategy_is_shown_without_a_day_also_where_nobody_was_told_of_it(desk: Desk) -> None:
    tell(desk, OLD)
    desk.write("strategy.toml", NEW.replace("effective = 2026-03-01\n", ""))
    assert desk.run("strategy", "show").out.startswith(
        "The newest strategy\n"
        "It is the one in the file, which the log was not told yet (sync and report do\nit).\n"
    )


def test_before_the_first_strategy_none_was_in_force(desk: Desk) -> None:
    tell(desk, OLD)
    done = desk.run("strategy", "show", "--at", "2025-12-31")
    said = "no strategy was in force on 2025-12-31; the first holds from 2026-01-01\n"
    assert (done.code, done.out) == (0, said)
    told = json.loads(desk.run("strategy", "show", "--at", "2025-12-31", "--format", "json").out)
    assert (told["strategy"], told["version"], told["standing"]) == (None, None, [])


@pytest.mark.parametrize("args", [("show", "--at", "soon"), ("check", "--at", "soon"), ("diff", "soon")])
def test_what_is_no_day_is_2(desk: Desk, args: tuple[str, ...]) -> None:
    tell(desk, OLD)
    done = desk.run("strategy", *args)
    assert (done.code, "'soon' is not a day like 2026-03-01" in done.err) == (2, True)


# --- What changed

CHANGED = """
In force from
  changed: 2026-01-01 → 2026-03-01

Whom it is for
  changed: segments: mid-market → enterprise, mid-market

Decided against
  removed: payroll: Others do it.
  added: cranes: Nobody asked for it.

Intents
  changed: planning, owner: nora → otis
  changed: planning, target: 60 % → 70 %
  added: planning, hypothesis.text: Crews wait less.
  added: planning, hypothesis.expires: 2026-12-31
  removed: insight (target 40 %): See which site needs a visit.
  added: reporting (target 30 %): What happened is in the plan.

Limits
  added: active_intents: 3
  changed: sales_led_share: 25 % → 20 %
"""
BEFORE = "Before: the one in force since 2026-01-01, recorded on 2026-02-02\n"
AFTER = "After: the one in force since 2026-03-01, recorded on 2026-02-03\n"


def test_a_transcript_of_the_last_change(desk: Desk) -> None:
    tell(desk, OLD, NEW)
    done = desk.run("strategy", "diff")
    assert (done.code, done.err, done.out) == (0, "", BEFORE + AFTER + CHANGED)
    assert desk.run("strategy", "diff", "2026-01-15").out == BEFORE + AFTER + CHANGED
    assert desk.run("strategy", "diff", "2026-01-15", "2026-03-01").out == BEFORE + AFTER + CHANGED


def test_without_a_change_between_two_days_there_is_nothing_to_say(desk: Desk) -> None:
    tell(desk, OLD, NEW)
    after = BEFORE.replace("Before", "After")
    assert desk.run("strategy", "diff", "2026-01-15", "2026-02-28").out == (
        f"{BEFORE}{after}\nNothing changed.\n"
    )


def test_the_file_is_compared_with_what_was_recorded_last(desk: Desk) -> None:
    tell(desk, OLD)
    desk.write("strategy.toml", NEW)
    untold = "After: the one in force since 2026-03-01, in the file, which the log was not\n"
    assert desk.run("strategy", "diff").out == f"{BEFORE}{untold}told yet (sync and report do it)\n{CHANGED}"


def test_a_version_that_is_recorded_late_is_still_the_last_change(desk: Desk) -> None:
    tell(desk, NEW, OLD)
    assert desk.run("strategy", "diff").out.startswith("Before: the one in force since 2026-03-01, recorded")


def test_of_one_version_nothing_changed(desk: Desk) -> None:
    tell(desk, OLD)
    assert desk.run("strategy", "diff").out == (
        "There is only one version of the strategy so far: the one in force since\n"
        "2026-01-01, recorded on 2026-02-02.\n"
    )


def test_edges_and_kill_lines_come_and_go_by_what_they_are_about(desk: Desk) -> None:
    kill = '[[limits.kill_lines]]\ninitiative = "short-log"\nmetric = "sites with a plan"\nbelow = 10\n'
    edge = '[[kpi_tree]]\nfrom = "short-log"\nto = "sites with a plan"\n'
    tell(desk, GOOD + kill, GOOD.replace(edge, "") + kill.replace("below = 10", "below = 20"))
    assert (
        desk.run("strategy", "diff").out.partition("\n\n")[2]
        == """\
What moves what
  removed: short-log → sites with a plan

Limits
  changed: kill line of short-log sites with a plan, below: 10 → 20
"""
    )


# --- For machines, and from strangers


def test_json_has_the_same_bytes_anywhere(desk: Desk) -> None:
    tell(desk, OLD, NEW)
    for command in (["check", "--at", "2026-07-01"], ["show"], ["diff"]):
        args = ("strategy", *command, "--format", "json")
        done = desk.run(*args)
        assert json.loads(done.out)["schema"] == f"tracker-sync/strategy-{command[0]}/1"
        other = desk.spawn(*args, LC_ALL="C", TZ="Pacific/Auckland", PYTHONHASHSEED="7")
        assert (other.code, other.out) == (0, done.out)


def test_a_finding_in_json_has_all_that_the_text_has(desk: Desk) -> None:
    tell(desk, GOOD.replace('owner = "otis"\n', ""))
    told = json.loads(desk.run("strategy", "check", "--format", "json", "--at", "2026-07-01").out)
    assert told["generated_for"] == {"at": "2026-07-01", "clock": "asked"}
    assert told["summary"] == {"warning": 1, "note": 0}
    assert told["rows"] == [{
        "id": "intents/no-owner", "level": "warning", "part": "intents", "line": 39,
        "what": "Nobody owns the intent 'reporting'.",
        "todo": "Name in `owner` the one person who may say no in its name.",
        "idea": "Mironov: no head of product", "items": [],
    }]  # fmt: skip


def test_nothing_in_a_strategy_steers_a_terminal(desk: Desk) -> None:
    evil = "\\u001b]8;;http://evil.test\\u0007\\u202e"
    tell(desk, OLD.replace("Site", evil), NEW.replace('"planning"', f'"plan{evil}"').replace("Nobody", evil))
    for command in ("check", "show", "diff"):
        done = desk.run("strategy", command)
        assert done.code == 0
        assert not {"\x1b", "\x07", "\u202e"} & set(done.said)


def test_reading_writes_nothing(desk: Desk) -> None:
    tell(desk, OLD)
    desk.write("strategy.toml", NEW)
    before = {p: Path(p).read_bytes() for p in sorted(map(str, desk.folder.iterdir()))}
    for command in ("check", "show", "diff"):
        assert desk.run("strategy", command).code == 0
    assert {p: Path(p).read_bytes() for p in sorted(map(str, desk.folder.iterdir()))} == before
