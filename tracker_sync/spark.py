"""The shares of the sales-led report, worked out by PySpark from a Parquet export: for more than one machine.

Spark reads the events, finds out which items are related, counts who shared which day among how many items,
and sums. In between, each family of items goes through the fold and judgement of every report, in Spark's
Python workers: what an item is depends on its own events, on those of its relatives, and on a few events that
every worker is given (what ids are called, what judgement rests on).
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from msgspec import Struct

from tracker_sync.alignment import Verdict
from tracker_sync.config import Config
from tracker_sync.days import Days
from tracker_sync.events import Row, from_row
from tracker_sync.inputs import judgement, now_stated
from tracker_sync.items import Names, fold
from tracker_sync.log import Entry
from tracker_sync.states.refold import lives_of
from tracker_sync.tagging import Judgement

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
_SALES: tuple[Verdict, ...] = ("healthy", "unhealthy", "undecidable")
_ENTRY = ("seq", "rec_ts", "source", *Row._fields)
# With the columns of the path: left to itself, Spark makes a number of a source called 007.
_EVENT = """
seq bigint, rec_ts bigint, event_id string, item string, kind string, attr string, key string, val string,
ts bigint, actor string, body string, source string, month string"""
_ITEM = """
array<struct<item: string, verdict: string, leaf: boolean, opened: bigint,
  active: array<struct<phase: string, lo: bigint, hi: bigint>>,
  stints: array<struct<person: string, first: int, last: int>>>>"""

_LAST = """
SELECT greatest(max(ts), 0) FROM {events}
WHERE kind NOT IN ('named', 'tagged', 'stated', 'dismissed', 'removed', 'restored')"""
_KEYS = """
SELECT DISTINCT concat(source, ':', item) AS whose, source, explode(CASE
  WHEN kind = 'opened' THEN array(val)
  WHEN kind = 'moved' THEN array(val, get_json_object(body, '$.old'))
  WHEN attr = 'parent' THEN array(val)
  WHEN attr = 'sub_issues' THEN array(key) END) AS key
FROM {events}"""
_NEARER = """
SELECT whose, source, key, min(near) OVER (PARTITION BY whose) AS family, family AS before
FROM (SELECT *, min(family) OVER (PARTITION BY source, key) AS near FROM {found})"""
_TOLD = """
SELECT family, events.* FROM {events} AS events JOIN (SELECT DISTINCT whose, family FROM {found})
ON whose = IF(kind = 'tagged', item, concat(source, ':', item))"""
_LEAVES = """
SELECT item, verdict, stints, exists(active, a ->
  (a.phase = 'doing' AND a.lo <= :last AND a.hi > :since)
  OR (a.phase = 'done' AND a.lo BETWEEN :since AND :last)) AS counts
FROM {items} WHERE leaf"""
_DAYS = """
SELECT item, verdict, counts, stint.person, day FROM {leaves}
LATERAL VIEW explode(stints) AS stint LATERAL VIEW explode(sequence(stint.first, stint.last)) AS day
WHERE day BETWEEN :first_day AND :last_day"""
_SPLIT = """
SELECT verdict, n, count(*) AS days
FROM (SELECT *, count(*) OVER (PARTITION BY person, day) AS n FROM {days})
WHERE counts GROUP BY verdict, n"""
_NUMBER = "SELECT verdict, count(DISTINCT item) AS items FROM {some} WHERE counts GROUP BY verdict"


class Share(Struct, frozen=True):
    """A numerator over a denominator, as worst-case bounds; both None without a denominator."""

    low: Fraction | None
    """With everything unknown outside the numerator."""
    high: Fraction | None
    """With everything unknown inside."""
    n: int
    """Items in the denominator."""
    total: Fraction
    """The denominator, in the weight's unit."""


class Weighed(Struct, frozen=True):
    """The figures by one weight."""

    sales_led: Share
    unhealthy: Share
    healthy_ratio: Share
    """Of sales-led work alone: the healthy part of it."""
    amounts: Mapping[Verdict, Fraction]
    """All work by its class, in the weight's unit."""


def shares(spark: "SparkSession", export: Path | str, config: Config) -> dict[str, Weighed]:
    """The figures of the sales-led report by weight: "effort" (in person-days) and "count" (in items).

    They are exact, and those of `tracker-sync report sales-led` without options: about all that the export
    holds, as of the last thing a tracker said, judged by the inputs as their files say them now.

    `export` is a folder, or what else Spark can read (`s3a://…`). Raises ConfigError where one of those files
    is broken, and what Spark raises, as where there is no such folder.
    """
    events = spark.read.schema(_EVENT).parquet(str(export))
    for_all = fold(_entries(events.where("kind IN ('named', 'stated')").select(*_ENTRY).collect()))
    judged = judgement(config, for_all.stated, now_stated(config))
    [[last]] = spark.sql(_LAST, events=events).collect()
    return _figures(_items(events, for_all.names, judged), last, Days(judged.calendar))


def _entries(rows: Iterable[Any]) -> list[Entry]:
    """Events as the export's rows have them, as the log's entries and in its order."""
    return sorted(Entry(seq, at, source, from_row(Row(*row))) for seq, at, source, *row in rows)


def _items(events: "DataFrame", names: Mapping[str, Names], judged: Judgement) -> "DataFrame":
    """Every item that its tracker still has: how it is judged, and who had it in progress when."""
    from pyspark.sql.functions import collect_list, inline, struct, udf

    told = events.sparkSession.sql(_TOLD, events=events, found=_families(events))
    gathered = told.groupBy("family").agg(collect_list(struct(*_ENTRY)).alias("rows"))
    judge = udf(partial(_judged, names, judged), _ITEM, useArrow=False)
    # Judged once, and kept: under `persist`, each query on the items judged all of them anew.
    return gathered.select(judge("rows").alias("items")).select(inline("items")).localCheckpoint()


def _families(events: "DataFrame") -> "DataFrame":
    """(whose, family) for each key that an item had, or named as its parent's or child's: items that share
    a key are of one family, and so is whoever shares a key with them.

    In each round all take over the least name among those they share a key with, until nothing changes: as
    many rounds as the longest way between two relatives.
    """
    spark = events.sparkSession
    found = spark.sql(_KEYS, events=events).where("key IS NOT NULL").selectExpr("*", "whose AS family")
    while True:
        found = spark.sql(_NEARER, found=found).localCheckpoint()
        if found.where("family <> before").isEmpty():
            return found


def _judged(names: Mapping[str, Names], judged: Judgement, rows: Iterable[Any]) -> list[tuple[Any, ...]]:
    """The items of a family from its events, as `_ITEM` has them; runs in Spark's workers."""
    world = fold(_entries(rows))
    opened = {(i.source, i.id): i.opened_at for i in (*world.shadowed, *world.items.values())}
    every = lives_of(world, names, judged)
    found = {(life.source, life.id): life for life in every if (life.source, life.id) in opened}
    parents = {life.states[-1].parent for life in found.values()}
    return [
        (
            ":".join(place), life.states[-1].verdict, place not in parents, opened[place],
            [(a.phase, a.lo, a.hi) for a in life.active],
            [s if s.person else s._replace(person=f"item {':'.join(place)}") for s in life.stints],
        )
        for place, life in found.items()
    ]  # fmt: skip


def _figures(items: "DataFrame", last: int, days: Days) -> dict[str, Weighed]:
    """The figures; `last` is when a tracker said something last, in microseconds UTC."""
    from pyspark.sql.functions import col

    spark = items.sparkSession
    [[since]] = items.selectExpr("coalesce(min(opened), 0)").collect()
    leaves = spark.sql(_LEAVES, {"since": since, "last": last}, items=items)
    window = {"first_day": days.of(since), "last_day": days.of(last)}
    working = [n for n in range(7) if days.works_on(n + 1)]
    worked = spark.sql(_DAYS, window, leaves=leaves).where(((col("day") - 1) % 7).isin(working))
    effort: dict[Verdict, Fraction] = dict.fromkeys(VERDICTS, Fraction(0))
    for verdict, n, person_days in spark.sql(_SPLIT, days=worked).collect():
        effort[verdict] += Fraction(person_days, n)
    measured, count = (dict(spark.sql(_NUMBER, some=some).collect()) for some in (worked, leaves))
    return {
        "effort": _weighed(effort, measured),
        "count": _weighed({v: Fraction(count.get(v, 0)) for v in VERDICTS}, count),
    }


def _weighed(amounts: Mapping[Verdict, Fraction], items: Mapping[Verdict, int]) -> Weighed:
    """The shares of amounts by class, with how many items these are. Definition: domain, section 2."""

    def of(among: tuple[Verdict, ...], sure: tuple[Verdict, ...], maybe: tuple[Verdict, ...]) -> Share:
        total, low, more = (sum((amounts[v] for v in some), Fraction(0)) for some in (among, sure, maybe))
        n = sum(items.get(v, 0) for v in among)
        return Share(low / total, (low + more) / total, n, total) if total else Share(None, None, n, total)

    return Weighed(
        sales_led=of(VERDICTS, _SALES, ("unknown",)),
        unhealthy=of(VERDICTS, ("unhealthy",), ("undecidable", "unknown")),
        healthy_ratio=of((*_SALES, "unknown"), ("healthy",), ("undecidable", "unknown")),
        amounts=amounts,
    )
