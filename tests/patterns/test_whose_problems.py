"""Whose problems are worked on: the untagged speaks against a finding, in whatever way it may be."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tracker_sync.patterns.facts import Epic, Facts, Moment, Ranking, Reply, Work
from tracker_sync.patterns.measure import Seen, Silent
from tracker_sync.patterns.measures import cohorts, problems, solutions

TOP = problems.When(top=3, above=0.5, at_least=10, personas=3, accounts=5, agree=0.05)
IGNORED = cohorts.When(above=0.5, answers=40, at_least=10)
HAMMER = solutions.When(above=0.5, share=0.6, at_least=20, problems=3)


def work(problem: str, effort: int, n: int = 1) -> Work:
    return Work(ref=f"o:{problem or 'X'}-{n}", effort=effort, problems=(problem,) if problem else ())


def ranked(*order: str, by: int = 12) -> tuple[Ranking, ...]:
    """So many people at as many accounts, in three personas, all in this order."""
    return tuple(
        Ranking(account=f"a{n}", persona=f"p{n % 3}", problem=problem, rank=place)
        for n in range(by)
        for place, problem in enumerate(order, 1)
    )


@given(st.lists(st.integers(0, 4), min_size=1, max_size=5), st.integers(0, 5), st.integers(1, 3))
def test_a_problem_stays_at_the_top_only_where_no_untagged_work_can_push_it_out(
    efforts: list[int], unknown: int, top: int
) -> None:
    """Against every way to give the untagged effort, unit by unit, to the problems and to some new ones."""
    effort = {f"p{n}": Fraction(e) for n, e in enumerate(efforts)}
    places = [*effort, "new 1", "new 2", "new 3"]

    def worlds(left: int, start: int) -> list[dict[str, Fraction]]:
        if not left:
            return [{}]
        found = []
        for n in range(start, len(places)):
            for rest in worlds(left - 1, n):
                found.append(rest | {places[n]: rest.get(places[n], Fraction(0)) + 1})
        return found

    def others(problem: str, world: dict[str, Fraction]) -> list[Fraction]:
        return [effort.get(p, Fraction(0)) + world.get(p, 0) for p in places if p != problem]

    for problem, own in effort.items():
        made = [others(problem, w) for w in worlds(unknown, 0) if problem not in w]
        pushed = any(sum(e > own for e in world) >= top for world in made)
        levelled = any(sum(e >= own for e in world) >= top for world in made)  # but for less than a unit
        stays = problems._stays(problem, effort, Fraction(unknown), top)
        assert not (stays and (pushed or not own))
        assert stays or levelled or not own


def test_one_more_untagged_item_silences_what_it_may_push_out() -> None:
    order = ("waiting", "logs", "costs", "photos")
    works = (work("photos", 9), work("waiting", 6), work("logs", 5), work("costs", 4))

    def found(*more: Work) -> list[str]:
        facts = Facts(works=(*works, *more), rankings=ranked(*order))
        seen = problems.outside_the_top(facts, TOP)
        return [s.subject for s in seen if isinstance(s, Seen) and s.fires]

    assert found() == ["photos", "logs"]
    assert found(work("", 1)) == ["photos", "logs"]  # were it on costs, they would be level with logs
    assert found(work("", 2)) == ["photos"]
    assert found(work("", 13)) == []


def test_where_people_do_not_agree_there_is_no_consensus_to_miss() -> None:
    orders = [("a", "b", "c"), ("b", "c", "a"), ("c", "a", "b")] * 4
    told = tuple(
        Ranking(account=f"a{n}", persona=f"p{n % 3}", problem=problem, rank=place)
        for n, order in enumerate(orders)
        for place, problem in enumerate(order, 1)
    )
    [said] = problems.outside_the_top(Facts(works=(work("c", 9),), rankings=told), TOP)
    assert said == Silent("ranks on which people agree: there is no consensus on the worst problems", "c")


def reply(n: int, disappointed: str, account: str, benefit: str = "", wish: str = "") -> Reply:
    return Reply(
        respondent=f"r{n}", disappointed=disappointed, account=account, benefit=benefit, improvement=wish
    )


SURVEY = (
    *(reply(n, "very", "fans", "speed") for n in range(20)),
    *(reply(n, "somewhat", "warm", "speed", "logs") for n in range(20, 30)),
    *(reply(n, "somewhat", "cold", "photos", "albums") for n in range(30, 40)),
)


def asked(account: str, n: int, effort: int = 1, root: str = "") -> Work:
    return Work(ref=f"o:{account}-{n}", root=root, effort=effort, accounts=(account,) if account else ())


def test_work_is_for_those_whose_accounts_asked_or_who_wish_for_its_problem() -> None:
    by_account = tuple(asked("cold", n) for n in range(6))
    by_wish = tuple(work("albums", 1, n) for n in range(6))
    near = tuple(work("logs", 1, n) for n in range(3))
    [seen] = cohorts.ignored_share(Facts(works=by_account + by_wish + near, replies=SURVEY), IGNORED)
    assert isinstance(seen, Seen)
    assert (seen.low, seen.high, seen.n) == (Fraction(4, 5), Fraction(4, 5), 15)


@pytest.mark.parametrize(("account", "part"), [("cold", Fraction(1)), ("warm", Fraction(0))])
def test_whosever_the_untagged_work_is_the_share_lies_within_its_bounds(account: str, part: Fraction) -> None:
    known = tuple(asked("cold", n) for n in range(12))
    unknown = tuple(Work(ref=f"o:X-{n}", effort=1) for n in range(4))
    told = tuple(asked(account, n + 100) for n in range(4))
    [bounds] = cohorts.ignored_share(Facts(works=known + unknown, replies=SURVEY), IGNORED)
    [real] = cohorts.ignored_share(Facts(works=known + told, replies=SURVEY), IGNORED)
    assert isinstance(bounds, Seen)
    assert isinstance(real, Seen)
    assert bounds.high is not None
    assert bounds.low <= real.low <= bounds.high
    assert real.low in (bounds.low, bounds.high)
    assert part in (0, 1)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.sampled_from([4, 8, 16]), min_size=10, max_size=12),
    st.lists(st.tuples(st.integers(0, 12), st.sampled_from([1, 4, 12])), max_size=3),
)
@example([16, *[4] * 10], [(1, 2), (2, 2), (3, 2)])
def test_whosever_untagged_slices_are_a_finding_stays_one(
    efforts: list[int], unknown: list[tuple[int, int]]
) -> None:
    """Against all worlds, those without a cohort too: without them fewer may stand by themselves."""
    known = [asked("cold", n, effort, f"o:R-{n}") for n, effort in enumerate(efforts)]

    def at(*accounts: str) -> Seen | Silent:
        more = [
            asked(account, 20 + n, effort, f"o:R-{root}")
            for n, (account, (root, effort)) in enumerate(zip(accounts, unknown, strict=True))
        ]
        [one] = cohorts.ignored_share(Facts(works=(*known, *more), replies=SURVEY), IGNORED)
        return one

    bounds = at(*[""] * len(unknown))
    every = [at(*world) for world in product(["cold", "warm", "fans"], repeat=len(unknown))]
    fires = isinstance(bounds, Seen) and bounds.fires
    assert not fires or all(isinstance(w, Seen) and w.fires for w in every)


def test_a_tool_that_leads_in_two_problems_only_is_no_hammer() -> None:
    def epics(names: str) -> Facts:
        return Facts(epics=tuple(
            Epic(ref=f"o:E-{n}", started=Moment(1), problems=(names[n % len(names)],), solution="report")
            for n in range(24)
        ))  # fmt: skip

    [two] = solutions.one_solution(epics("ab"), HAMMER)
    [three] = solutions.one_solution(epics("abc"), HAMMER)
    assert isinstance(two, Seen)
    assert isinstance(three, Seen)
    assert (two.fires, three.fires) == (False, True)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["report", "import", ""])), max_size=6),
    st.integers(0, 2),
)
@example([("c", "report"), ("c", "")], 0)
def test_whatever_solves_what_names_no_solution_a_hammer_stays_one(
    more: list[tuple[str, str]], other: int
) -> None:
    """Against all worlds: it may be another tool that leads in a problem, or as much."""
    base = [("a", "report")] * 10 + [("b", "report")] * 10 + [("b", "import")] * other

    def at(told: list[tuple[str, str]]) -> Seen:
        epics = tuple(
            Epic(ref=f"o:E-{n}", started=Moment(1), problems=(problem,), solution=solution)
            for n, (problem, solution) in enumerate([*base, *told])
        )
        [one] = solutions.one_solution(Facts(epics=epics), HAMMER)
        assert isinstance(one, Seen)
        return one

    unknown = [n for n, (_, solution) in enumerate(more) if not solution]
    worlds = []
    for said in product(["report", "import", "api"], repeat=len(unknown)):
        settled = dict(zip(unknown, said, strict=True))
        worlds.append(at([(problem, settled.get(n, s)) for n, (problem, s) in enumerate(more)]))
    known = at(more)
    assert known.fires == all(w.fires for w in worlds)
    assert (known.low, known.high) == (min(w.low for w in worlds), max(w.low for w in worlds))
