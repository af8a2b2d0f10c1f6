"""Who asked for an item: the accounts that its signs name, and what those accounts speak for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from tracker_sync.customers import Customers
from tracker_sync.tagging.judgement import Judgement
from tracker_sync.tagging.tags import Tag, with_first
from tracker_sync.tagging.threads import passed_on
from tracker_sync.tagging.view import View

Asked = tuple[tuple[Tag, ...], tuple[Tag, ...], tuple[Tag, ...]]
"""(who asked, names that may be several accounts', who else was named and overruled)"""


def customers_of(view: View, said: Mapping[str, Sequence[Tag]], judgement: Judgement) -> Asked:
    """Who asked for an item: whom a person named, or else everybody whom its own signs name."""
    found, unclear = _named(view, judgement) if view.hits() else ((), ())
    if told := said.get("customer"):
        words = [[replace(t, value=n) for n in _spelt(t.value, judgement.customers)] for t in told]
        signs = [*found, *(t for word in words for t in word)]
        others = _earliest(t for t in found if t.value not in {t.value for t in words[-1]})
        return tuple(with_first(t, signs) for t in words[-1]), (), others
    found, others = _of_threads(found, view)
    return _earliest(found), unclear, _earliest(t for t in others if t.value not in {f.value for f in found})


def _named(view: View, judgement: Judgement) -> tuple[tuple[Tag, ...], tuple[Tag, ...]]:
    """(every sign that names an account, names that may be several accounts')"""
    customers, found, unclear = judgement.customers, list[Tag](), dict[str, Tag]()
    for one in judgement.found("customer", view):
        known = customers.find(one.value)
        if known is None and (between := customers.between(one.value)):
            unclear.setdefault(one.value, replace(one, why=f"{' or '.join(between)}? {one.why}"))
        elif known is not None or not (customers.accounts and judgement.known_only(one.rule)):
            found.append(replace(one, value=customers.called(one.value)))
    # An item that names one of them elsewhere has said which it means.
    named = {t.value for t in found}
    open_ = (t for v, t in unclear.items() if named.isdisjoint(customers.between(v)))
    return tuple(found), tuple(sorted(open_, key=lambda t: t.value))


def _spelt(names: str, customers: Customers) -> list[str]:
    """The accounts in a person's word, as the customers file calls them."""
    return list(dict.fromkeys(customers.called(name) for name in names.split(";") if name.strip()))


def _earliest(tags: Iterable[Tag]) -> tuple[Tag, ...]:
    """Of each account the earliest sign, by name."""
    found: dict[str, Tag] = {}
    for one in tags:
        before = found.get(one.value)
        if before is None or one.since < before.since:
            found[one.value] = one
    return tuple(found[v] for v in sorted(found))


def _of_threads(found: tuple[Tag, ...], view: View) -> tuple[tuple[Tag, ...], tuple[Tag, ...]]:
    """(signs of who asked, of who only passed a mail on)"""
    names = {t.value for t in found}
    if len(names) < 2:
        return found, ()
    threads = passed_on(view, {t.event_id for t in found})
    passed = {(event, who): by for event, who, by in threads if by in names}
    others = tuple(
        replace(t, why=f"Only passed on what {passed[t.event_id, t.value]} wrote. {t.why}")
        for t in found if (t.event_id, t.value) in passed
    )  # fmt: skip
    return tuple(t for t in found if (t.event_id, t.value) not in passed), others


def told_by_account(tags: Iterable[Tag], customers: Customers) -> Iterator[Tag]:
    """The origin that a named account speaks for: a prospect's wish is sales, a customer's its own."""
    for one in tags:
        account = customers.find(one.value)
        standing = account.at(one.since) if account else None
        prospect = standing is not None and standing.status == "prospect"
        what = "a prospect at the time" if prospect else "the account that asked"
        yield replace(
            one, dimension="origin", value="sales" if prospect else "customer", follows=True,
            why=f"{one.value} is {what}. {one.why}",
        )  # fmt: skip
