"""The class of an item's work: healthy, unhealthy or undecidable sales-led work, unknown, or other."""

from tests.oracle.inputs import Inputs
from tests.oracle.strategy import Version, in_force
from tests.oracle.tags import Sign, Tagged

VERDICTS = ("healthy", "unhealthy", "undecidable", "unknown", "other")


def verdict(t: Tagged) -> str:
    """H, U, G, Q or other work: "each sales-led leaf is one of …"."""
    if t.origin is None or t.origin.fallback:  # who raised it is presumed, and not known, to be behind it
        return "unknown"
    if t.origin.value != "sales":
        return "other"
    version = in_force(t.inputs.versions, t.requested)
    if not t.origin.person and pulled(t, version):
        return "other"
    if version is None:  # "No strategy in force yet → alignment undecidable (G)"
        return "undecidable"
    meant, fits = intent_stood(t, version), icp(t, version)
    title = t.issue.one("title", t.at) or ""
    texts = [title, *t.issue.values("labels", t.at).values()]
    if version.excludes(texts, t.requested) or meant is False or fits is False:
        return "unhealthy"  # "intent absent or added later, or excluded, or account off-ICP"
    return "healthy" if meant and fits else "undecidable"


def backdated(t: Tagged) -> bool:
    """ "A version recorded after its effective date counts from that date, and the report says which part of
    each figure rests on such backdating"."""
    version = in_force(t.inputs.versions, t.requested)
    judged = verdict(t) in ("healthy", "unhealthy", "undecidable") and version is not None
    return judged and (version.recorded_at is None or version.recorded_at > t.requested)


def accounts(signs: list[Sign], inputs: Inputs, before: int | None = None) -> set[str]:
    """The independent accounts: "parent companies, resellers and forwarded threads are one account"."""
    return {inputs.customers.root(s.value) for s in signs if before is None or s.since <= before}


def pulled(t: Tagged, version: Version | None) -> bool:
    """ "Two or more independent ICP accounts before commitment make it customer pull, not sales-led"."""
    known, limits = t.inputs.customers, version.icp if version else None
    early = accounts(t.customers, t.inputs, t.commitment)
    return sum(known.in_icp(a, t.requested, limits) is True for a in early) >= 2


def intent_stood(t: Tagged, version: Version) -> bool | None:
    """Whether "its intent stood in the strategy version in force when it was requested"; "several intents on
    one item are a dispute", unless "none of them stood when the work was asked for"."""
    found = [version.intent(name) for name in t.intents]
    stood = [i is not None and version.stands(i, t.requested) for i in found]
    if not stood:
        return None
    if not any(stood):
        return False
    return True if len(stood) == 1 else None


def icp(t: Tagged, version: Version) -> bool | None:
    """Whether "the account is in the ICP": "who asked is who was named before commitment; accounts named
    later only where nobody was named before"; "several accounts, one in the ICP: the product is for
    them"."""
    asked = accounts(t.customers, t.inputs, t.commitment) or accounts(t.customers, t.inputs)
    fits = [t.inputs.customers.in_icp(a, t.requested, version.icp) for a in asked]
    if True in fits:
        return True
    return None if not fits or None in fits else False
