"""Whether sales-led work served the strategy as it stood when it was asked for."""

from typing import Literal

from msgspec import Struct

from tracker_sync.customers import Customers
from tracker_sync.items import Item
from tracker_sync.strategies import Version
from tracker_sync.tagging import Judgement, Tags

Verdict = Literal["healthy", "unhealthy", "undecidable", "unknown", "other"]
"""The classes H, U, G and Q of the definition, and work that is not sales-led."""


class Ruling(Struct, frozen=True):
    """A leaf's class and the reason for it."""

    verdict: Verdict
    why: str
    backdated: bool = False
    """It rests on a strategy version that this log recorded only after the request."""


_UNKNOWN = Ruling("unknown", "nothing says where the demand came from")


def ruling(item: Item, tags: Tags, judged: Judgement) -> Ruling:
    """The class of a leaf. Definition: domain, section 2."""
    if tags.origin is None:
        return _UNKNOWN
    if tags.origin.fallback:
        return Ruling("unknown", f"presumed to be from {tags.origin.value}, by who raised it")
    if tags.origin.value != "sales":
        return Ruling("other", f"came from {tags.origin.value}")
    asked = tags.requested_at if tags.requested_at is not None else item.opened_at
    version = judged.strategies.at(asked)
    if not tags.origin.settled and (pull := independent(tags, judged.customers, version, asked)):
        return Ruling("other", f"customer pull: {' and '.join(pull)} asked independently")
    if version is None:
        return Ruling("undecidable", "no strategy was in force when it was asked for")
    backdated = version.recorded_at is None or version.recorded_at > asked
    if excluded := version.exclusion([item.title, *item.many("labels")], asked):
        return Ruling("unhealthy", f"decided against: {excluded.id}", backdated)
    intent_ok, intent_why = _intent(tags, version, asked)
    icp_ok, icp_why = _icp(tags, judged.customers, version, asked)
    if intent_ok is False:
        return Ruling("unhealthy", intent_why, backdated)
    if icp_ok is False:
        return Ruling("unhealthy", icp_why, backdated)
    if intent_ok and icp_ok:
        return Ruling("healthy", f"{intent_why}, {icp_why}", backdated)
    return Ruling("undecidable", intent_why if intent_ok is None else icp_why, backdated)


def accounts(tags: Tags, customers: Customers, before: int | None = None) -> list[str]:
    """The independent accounts that asked for an item: a parent or reseller counts as one."""
    return sorted({customers.root(t.value) for t in tags.customers if before is None or t.since <= before})


def independent(tags: Tags, customers: Customers, version: Version | None, asked: int) -> list[str]:
    """Two or more independent ICP accounts that asked before commitment; else none."""
    icp = version.strategy.icp if version else None
    early = accounts(tags, customers, before=tags.committed_at)
    named = [a for a in early if customers.in_icp(a, asked, icp)]
    return named if len(named) > 1 else []


def _intent(tags: Tags, version: Version, asked: int) -> tuple[bool | None, str]:
    if not tags.intents:
        return None, "no intent is named"
    found = [version.intent(t.value) for t in tags.intents]
    if len(found) > 1 and any(i is not None and version.stands(i, asked) for i in found):
        return None, f"several intents are named: {', '.join(t.value for t in tags.intents)}"
    intent = found[0]
    if intent is None:
        return False, f"the intent {tags.intents[0].value!r} was not in the strategy when it was asked for"
    if not version.stands(intent, asked):
        return (
            False,
            f"the intent {intent.id!r} did not stand in the strategy when it was asked for",
        )
    return True, f"serves {intent.id!r}"


def _icp(tags: Tags, customers: Customers, version: Version, asked: int) -> tuple[bool | None, str]:
    # Who asked is who was named before commitment; only where nobody was, who was named later.
    names = accounts(tags, customers, before=tags.committed_at) or accounts(tags, customers)
    if not names:
        return None, "no account is named"
    known = {n: customers.in_icp(n, asked, version.strategy.icp) for n in names}
    said = " and ".join(names)
    if fitting := [n for n, fits in known.items() if fits]:
        return True, f"for {' and '.join(fitting)}, whom the product is for"
    if None in known.values():
        return None, f"the customers file does not say whether the product is for {said}"
    return False, f"{said} is not among those the product is for"
