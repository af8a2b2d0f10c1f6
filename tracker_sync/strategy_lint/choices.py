"""Checks of what was chosen and what was not: the ideal customer profile and the exclusions."""

from collections.abc import Iterator
from fractions import Fraction

from tracker_sync.customers import Standing, fits
from tracker_sync.strategy import normal
from tracker_sync.strategy_check import compiled
from tracker_sync.strategy_lint.finding import Found, Lacks, Look, Spot, check

MOST = Fraction(4, 5)
"""Share of the accounts above which a profile singles out nobody. Definition: domain, section 3."""
FEWEST = 5
"""Accounts: of fewer, a share says nothing."""
_CUSTOMERS = Lacks("accounts in customers.csv")


def _accounts(look: Look) -> list[Standing]:
    """What every account is on the day, but for those that left."""
    every = look.customers.accounts.values() if look.customers else ()
    rows = [account.at(look.end) for account in every]
    return [row for row in rows if row is not None and row.status != "churned"]


def _is_stated(look: Look) -> bool:
    return look.strategy.icp != type(look.strategy.icp)()


@check(
    "icp/everybody", "warning", "The ideal customer profile fits more than 80 % of the accounts",
    todo="Say whom it is not for: a segment, an industry, a region or a size that you would rather lose.",
    idea="Mironov: segments instead of one account at a time",
)  # fmt: skip
def everybody(look: Look) -> Found:
    icp = look.strategy.icp
    if not _is_stated(look):
        return
    if not (icp.segments or icp.industries or icp.geographies or icp.sizes):
        yield Spot(
            "$.icp", "The profile names no segment, industry, geography or size, so it fits everybody."
        )
        return
    rows = _accounts(look)
    verdicts = [fits(row, icp) for row in rows]
    fitting, unknown = verdicts.count(True), verdicts.count(None)
    if len(rows) < FEWEST:
        yield Lacks(f"at least {FEWEST} accounts in customers.csv")
    elif fitting > MOST * len(rows):
        yield Spot("$.icp", f"The profile fits {fitting} of {len(rows)} accounts: it is for everybody.")
    elif fitting + unknown > MOST * len(rows):
        yield Lacks(f"the segment, industry, geography or size of {unknown} accounts in customers.csv")


@check(
    "icp/no-account", "warning", "No account is in a segment that the product is for",
    todo="Compare the spelling with customers.csv. If it is right, plan how to come by the first one.",
    idea="Mironov: segments instead of one account at a time",
)  # fmt: skip
def no_account(look: Look) -> Found:
    wanted = look.strategy.icp.segments
    rows = _accounts(look)
    if wanted and not rows:
        yield _CUSTOMERS
        return
    there = {normal(row.segment) for row in rows}
    for segment in wanted:
        if normal(segment) not in there:
            yield Spot("$.icp.segments", f"No account is in the segment {segment!r}.")


@check(
    "icp/buyer-and-user", "note", "Who signs is not told apart from who uses it",
    todo="Name both in `buyer` and `user`: they want different things, and only one of them is in the room.",
    idea="Biddle: the buyer is not the user",
)  # fmt: skip
def buyer_and_user(look: Look) -> Found:
    icp = look.strategy.icp
    if not _is_stated(look) or look.strategy.market.kind == "consumer":
        return
    if not icp.buyer or not icp.user:
        missing = " and ".join(k for k in ("buyer", "user") if not getattr(icp, k))
        yield Spot("$.icp", f"The profile names no {missing}.")
    elif normal(icp.buyer) == normal(icp.user):
        yield Spot("$.icp.buyer", f"Buyer and user are the same: {icp.buyer!r}.")


@check(
    "not_doing/overlap", "warning", "What was decided against is also an intent, or is being watched",
    todo="Narrow the pattern, or take one of the two out: as it stands, work is on and off strategy at once.",
    idea="Kalsey: three kinds of opportunity",
)  # fmt: skip
def overlap(look: Look) -> Found:
    for n, excluded in enumerate(look.strategy.not_doing):
        patterns = [compiled(p) for p in excluded.patterns]
        for other, texts in _opportunities(look):
            same = normal(excluded.id) == normal(texts[0])
            hit = next((t for t in texts if any(p.search(t) for p in patterns)), None)
            if same or hit is not None:
                said = "" if hit is None else f": its pattern finds {hit!r}"
                yield Spot(f"$.not_doing[{n}]", f"{excluded.id!r}, decided against, meets {other}{said}.")


def _opportunities(look: Look) -> Iterator[tuple[str, list[str]]]:
    for _, intent in look.active:
        yield f"the intent {intent.id!r}", [intent.id, intent.mission, *intent.aliases]
    for initiative in look.strategy.initiatives:
        yield f"the initiative {initiative.id!r}", [initiative.id, initiative.text]
    for watched in look.strategy.watching:
        yield f"{watched.id!r}, which is being watched", [watched.id]


@check(
    "not_doing/no-pattern", "note", "Nothing recognises an opportunity that was decided against",
    todo="Add `patterns`: words that titles and labels would use for it. Without them nobody is told.",
    idea="Kalsey: guide rails",
)  # fmt: skip
def no_pattern(look: Look) -> Found:
    for n, excluded in enumerate(look.strategy.not_doing):
        if not excluded.patterns:
            yield Spot(f"$.not_doing[{n}]", f"No pattern recognises {excluded.id!r}.")


LINTS = (everybody, no_account, buyer_and_user, overlap, no_pattern)
