"""PySpark over a Parquet export comes to the figures of the local report, to the last digit."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.reports.test_against_oracle import WEEK, WORKERS, as_csv, as_events, as_toml, organisation
from tests.states.test_life import NAMES, rough
from tracker_sync import spark as engine
from tracker_sync.config import load
from tracker_sync.events import Added, Event, Moved, Opened, Stated, Tagged
from tracker_sync.log.sqlite import SqliteLog

pytestmark = pytest.mark.slow
NOW = 1_900_000_000_000000
SHARES = ("sales_led", "unhealthy", "healthy_ratio")
Plain = dict[str, Any]


def java() -> int:
    """The version of the Java that Spark would start; 0 without one."""
    home = os.environ.get("JAVA_HOME")
    program = shutil.which("java", path=f"{home}/bin" if home else None)
    said = subprocess.run([program, "-version"], capture_output=True, text=True).stderr if program else ""
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql", reason="PySpark is not installed: `make test-spark` brings it")
    if java() < 17:
        pytest.skip("Spark needs Java 17 or newer")
    with pytest.MonkeyPatch.context() as here:
        here.setenv("PYSPARK_PYTHON", sys.executable)
        here.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        session = (
            sql.SparkSession.builder.master("local[2]")
            .config("spark.sql.shuffle.partitions", 4).config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false").getOrCreate()
        )  # fmt: skip
        yield session
        session.stop()


def run(folder: Path, *args: str) -> str:
    command = [sys.executable, "-m", "tracker_sync", *args]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def reported(folder: Path) -> Plain:
    """What the local report says."""
    figures = json.loads(run(folder, "report", "sales-led", "--format", "json"))["summary"]["by_weight"]
    return {
        weight: {name: {k: one[name][k] for k in ("low", "high", "point", "n", "total")} for name in SHARES}
        | {"amounts": one["amounts"]}
        for weight, one in figures.items()
    }  # fmt: skip


def by_spark(spark: Any, folder: Path) -> Plain:
    """What Spark says of the folder's export, in the same words."""
    found = engine.shares(spark, folder / "export", load(folder / "tracker-sync.toml"))
    return {
        weight: {name: as_json(getattr(one, name)) for name in SHARES}
        | {"amounts": {v: float(a) for v, a in one.amounts.items()}}
        for weight, one in found.items()
    }


def as_json(share: engine.Share) -> Plain:
    low, high = share.low, share.high
    close = low is not None and high is not None and high - low <= Fraction(1, 5)
    point = (low + high) / 2 if close and low is not None and high is not None else None
    numbers = {"low": low, "high": high, "point": point, "total": share.total}
    return {k: None if v is None else float(v) for k, v in numbers.items()} | {"n": share.n}


def export(folder: Path) -> None:
    run(folder, "log", "export", "--format", "parquet", "--out", "export")


def company(
    folder: Path, events: Mapping[str, list[Event]], seed: int = 0, zone: str = "UTC",
    tags: Iterable[Event] = (),
) -> Path:  # fmt: skip
    """A folder with a log of these events by source, judged by the inputs of an organisation."""
    org = organisation(seed, zone)
    days = ", ".join(f'"{WEEK[d]}"' for d in org.working)
    roles = org.roles | dict.fromkeys(WORKERS, "engineering")  # the same people in every source
    files = {
        "tracker-sync.toml": '[[sources]]\nname = "o"\nkind = "jira"\nurl = "https://o.example"\n'
        f'[calendar]\ntimezone = "{zone}"\nworking_days = [{days}]\n',
        "customers.csv": as_csv(org.accounts),
        "strategy.toml": as_toml(org.strategies[-1]),
        "people.toml": "".join(f'[[people]]\nlogins = ["{w}"]\nrole = "{r}"\n' for w, r in roles.items()),
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    told = [Stated(id=f"strategy.{n}", item="", ts=NOW, attr="strategy", val=as_toml(s))
            for n, s in enumerate(org.strategies)]  # fmt: skip
    log = SqliteLog(folder / "tracker-sync.db", write=True)
    for source, some in {**events, "people": [*told, *tags]}.items():
        log.append(source, some, now=NOW, cursor="0")
    log.close()
    return folder


def in_progress(item: str, key: str, parent: str | None) -> Iterator[Event]:
    yield Opened(id=f"{item}:0", item=item, ts=0, val=key)
    yield Added(id=f"{item}:0.s", item=item, ts=0, attr="status", key="3", val="In Progress")
    if parent:
        yield Added(id=f"{item}:0.p", item=item, ts=0, attr="parent", key="", val=parent)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Organisations that share their people, some items tagged by people here, and others whose items move,
    go, come back and are related in every way, also in circles, and by a key that one had before."""
    events: dict[str, list[Event]] = {f"{n:03}": as_events(organisation(n)) for n in range(20)}
    events |= {f"r{n}": [*NAMES, *rough(random.Random(n))] for n in range(40)}
    events["moved"] = [
        *NAMES, *in_progress("1", "B-1", parent=None), *in_progress("2", "B-2", parent="A-1"),
        Moved(id="1:m", item="1", ts=1, val="B-1", old="A-1"),
    ]  # fmt: skip
    tags = [Tagged(id=f"t{n}", item=f"{n:03}:1", ts=NOW, attr="origin", val="sales", reason="They asked.")
            for n in range(20)]  # fmt: skip
    return company(tmp_path_factory.mktemp("many"), events, tags=tags)


@pytest.fixture(scope="module")
def told(many: Path) -> Plain:
    said = reported(many)
    export(many)
    return said


def test_the_demo_company_has_the_same_figures(spark: Any, tmp_path: Path) -> None:
    run(tmp_path, "demo", "--dir", ".")
    said = reported(tmp_path)
    export(tmp_path)
    assert by_spark(spark, tmp_path) == said
    assert said["effort"]["sales_led"]["low"] not in (None, 0, 1)


@pytest.mark.parametrize(
    ("seed", "zone"), [(3, "UTC"), (12, "UTC"), (60, "America/New_York"), (390, "Pacific/Auckland")]
)
def test_an_organisation_of_the_oracle_has_the_same_figures(
    spark: Any, tmp_path: Path, seed: int, zone: str
) -> None:
    company(tmp_path, {"o": as_events(organisation(seed, zone))}, seed, zone)
    said = reported(tmp_path)
    export(tmp_path)
    assert by_spark(spark, tmp_path) == said


def test_items_that_are_related_in_every_way_have_the_same_figures(
    spark: Any, many: Path, told: Plain
) -> None:
    assert by_spark(spark, many) == told


def test_an_empty_export_has_no_shares(spark: Any, tmp_path: Path) -> None:
    company(tmp_path, {})
    (tmp_path / "export").mkdir()
    for one in engine.shares(spark, tmp_path / "export", load(tmp_path / "tracker-sync.toml")).values():
        assert one.sales_led == engine.Share(None, None, 0, Fraction(0))


MUTANTS = {
    "a clock of ours": ("_LAST", ", 'stated'", ""),
    "no parents": ("_KEYS", "WHEN attr = 'parent' THEN array(val)", ""),
    "no sub-issues": ("_KEYS", "WHEN attr = 'sub_issues' THEN array(key)", ""),
    "no old keys": ("_KEYS", "array(val, get_json_object(body, '$.old'))", "array(val)"),
    "brothers only": ("_NEARER", "min(near) OVER (PARTITION BY whose)", "near"),
    "nobody's word": ("_TOLD", "IF(kind = 'tagged', item, ", "IF(kind = 'tagged', '', "),
    "parents count": ("_LEAVES", "WHERE leaf", ""),
    "idle items count": ("_NUMBER", "WHERE counts", ""),
    "a day too few": ("_DAYS", "AND :last_day", "AND :last_day - 1"),
    "whole days": ("_SPLIT", "count(*) OVER (PARTITION BY person, day)", "1"),
    "a day for each class": ("_SPLIT", "PARTITION BY person, day", "PARTITION BY verdict, person, day"),
    "items by stints": ("_NUMBER", "DISTINCT item", "item"),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTANTS)
def test_an_engine_that_is_wrong_is_found(
    spark: Any, many: Path, told: Plain, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, old, new = MUTANTS[name]
    right = getattr(engine, text)
    assert old in right
    monkeypatch.setattr(engine, text, right.replace(old, new))
    assert by_spark(spark, many) != told


def test_an_engine_that_works_on_sundays_is_found(
    spark: Any, many: Path, told: Plain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.Days, "works_on", lambda *_: True)
    assert by_spark(spark, many) != told
