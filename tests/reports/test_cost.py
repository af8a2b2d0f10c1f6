"""The hidden cost of a feature: the formula, the figures that the defaults give, and what widens them."""

import random
from fractions import Fraction
from math import exp, log
from statistics import NormalDist

import numpy as np
import pytest
from conftest import ROOT

from tracker_sync.reports import cost
from tracker_sync.reports.cost import Build, Cost, annuity, hidden_cost, priced, yearly_upkeep

DAYS = Fraction(100)
FLAT = (Fraction(500), Fraction(500))
RANGE = (Fraction(400), Fraction(600))
PAID = Fraction(50_000)


def year_by_year(maintenance: float, life: int, discount: float) -> float:
    """The build, and then each year's upkeep as it falls due."""
    total = 1.0
    for year in range(1, life + 1):
        total += maintenance / (1 + discount) ** year
    return total


def forget() -> None:
    for kept in (cost._draws, cost._assumed, cost._annuities, cost._of_uncertain):
        kept.cache_clear()


def width(found: Cost) -> Fraction:
    return found.p90 - found.p10


@pytest.mark.parametrize(
    ("maintenance", "life", "discount"), [(0.1, 3, 0.06), (0.2, 7, 0.09), (0.3, 10, 0.12)]
)
def test_the_multiple_is_the_build_and_each_years_upkeep_discounted(
    maintenance: float, life: int, discount: float
) -> None:
    (worth,) = annuity(np.array([float(life)]), np.array([discount]))
    assert 1 + maintenance * worth == pytest.approx(year_by_year(maintenance, life, discount), rel=1e-12)


def test_without_a_discount_each_year_counts_whole() -> None:
    zero, tiny = annuity(np.array([7.0, 7.0]), np.array([0.0, 1e-12]))
    assert zero == 7
    assert tiny == pytest.approx(zero)


def test_the_percentiles_are_those_of_draws_made_one_by_one() -> None:
    rng, drawn = random.Random(7), []
    for _ in range(20_000):
        m, r = rng.triangular(0.1, 0.3, 0.2), rng.uniform(0.06, 0.12)
        life = rng.triangular(3, 10, 7)
        build = rng.uniform(40_000, 60_000) * exp(rng.gauss(log(1.25), 0.4))
        drawn.append(build * (1 + m * (1 - (1 + r) ** -life) / r))
    drawn.sort()
    found = hidden_cost(priced(DAYS, RANGE, estimated=True))
    expected = [drawn[n] for n in (1_999, 9_999, 17_999)]
    assert [float(p) for p in (found.p10, found.p50, found.p90)] == pytest.approx(expected, rel=0.02)


def test_the_defaults_come_to_the_stated_multiples() -> None:
    found = hidden_cost(priced(DAYS)).multiple
    stated = [1.6, 1.9, 2.3]
    assert [float(p) for p in (found.p10, found.p50, found.p90)] == pytest.approx(stated, abs=0.05)


def test_a_payment_of_50k_that_just_covers_the_build_buys_about_97k_of_cost() -> None:
    found = hidden_cost(Build(PAID, PAID, "money"), paid=PAID)
    assert float(found.p50) == pytest.approx(97_000, abs=500)
    assert found.cover == (PAID / found.p90, PAID / found.p10)
    assert found.cover[0] < Fraction(1, 2) < found.cover[1] < 1


def test_the_same_seed_gives_the_same_bytes() -> None:
    first = repr(hidden_cost(priced(DAYS, RANGE, estimated=True), Fraction(1, 3), PAID))
    forget()
    assert repr(hidden_cost(priced(DAYS, RANGE, estimated=True), Fraction(1, 3), PAID)) == first


def test_the_figures_are_the_same_on_every_machine() -> None:
    found = hidden_cost(priced(DAYS, RANGE, estimated=True))
    assert (found.p10, found.p50, found.p90) == (68_700, 121_380, 213_360)


def test_another_seed_moves_a_figure_by_less_than_a_hundredth(monkeypatch: pytest.MonkeyPatch) -> None:
    before = hidden_cost(priced(DAYS, FLAT))
    monkeypatch.setattr(cost, "SEED", 1)
    forget()
    after = hidden_cost(priced(DAYS, FLAT))
    forget()
    assert before != after
    assert [float(after.p10), float(after.p90)] == pytest.approx(
        [float(before.p10), float(before.p90)], rel=0.01
    )


@pytest.mark.parametrize(
    "build", [priced(DAYS, FLAT), priced(DAYS, RANGE), priced(DAYS, FLAT, estimated=True)]
)
def test_observed_upkeep_replaces_what_is_assumed(build: Build) -> None:
    assumed, less, more = (hidden_cost(build, m) for m in (None, Fraction(2, 100), Fraction(1)))
    assert less.p10 < less.p90 < assumed.p90 < more.p90
    assert less.p10 < assumed.p10 < more.p10
    assert width(hidden_cost(build, Fraction(2, 10))) < width(assumed)


def test_a_feature_without_any_upkeep_costs_its_build() -> None:
    found = hidden_cost(priced(DAYS, FLAT), Fraction(0), PAID)
    assert (found.p10, found.p50, found.p90) == (50_000, 50_000, 50_000)
    assert found.cover == (1, 1)


@pytest.mark.parametrize("observed", [None, Fraction(2, 10)])
def test_a_range_of_rates_widens_the_cost_at_both_ends(observed: Fraction | None) -> None:
    one, two = hidden_cost(priced(DAYS, FLAT), observed), hidden_cost(priced(DAYS, RANGE), observed)
    assert two.p10 < one.p10
    assert one.p90 < two.p90
    assert float(two.p50) == pytest.approx(float(one.p50), rel=0.02)
    assert two.multiple == one.multiple


def test_an_estimate_costs_more_and_is_less_sure_than_work_that_is_done() -> None:
    done, planned = hidden_cost(priced(DAYS, FLAT)), hidden_cost(priced(DAYS, FLAT, estimated=True))
    assert planned.p10 < done.p10 < done.p50 < planned.p50
    assert planned.multiple == done.multiple


def test_overruns_are_as_frequent_and_as_large_as_surveys_found() -> None:
    median, sigma = float(cost.OVERRUN_MEDIAN), float(cost.OVERRUN_SIGMA)
    assert 0.6 < 1 - NormalDist(log(median), sigma).cdf(0) < 0.8
    assert 1.3 < median * exp(sigma**2 / 2) < 1.4


def test_without_rates_a_cost_is_in_person_days_and_no_payment_covers_it() -> None:
    found = hidden_cost(priced(DAYS), paid=PAID)
    assert found.inputs.build.unit == "person-days"
    assert found.p50 == DAYS * found.multiple.p50
    assert found.cover is None


def test_an_unknown_payment_is_no_cover_and_a_payment_of_nothing_is_none_of_it() -> None:
    assert hidden_cost(priced(DAYS, RANGE)).cover is None
    assert hidden_cost(priced(DAYS, RANGE), paid=Fraction(0)).cover == (0, 0)


@pytest.mark.parametrize("estimated", [False, True])
def test_no_build_costs_nothing_and_nothing_can_be_covered(estimated: bool) -> None:
    found = hidden_cost(priced(Fraction(0), RANGE, estimated=estimated), Fraction(1, 10), PAID)
    assert (found.p10, found.p50, found.p90, found.cover) == (0, 0, 0, None)


def test_a_build_that_may_have_been_free_is_a_range_from_nothing() -> None:
    found = hidden_cost(priced(DAYS, (Fraction(0), Fraction(600))))
    assert 0 < found.p10 < found.p50 < found.p90


def test_three_times_the_build_costs_exactly_three_times_as_much() -> None:
    one, three = (hidden_cost(priced(n * DAYS / 7, RANGE, estimated=True)) for n in (1, 3))
    assert three.p50 == 3 * one.p50


def test_upkeep_is_observed_once_a_feature_is_a_year_old() -> None:
    assert yearly_upkeep(Fraction(20), DAYS, 364) is None
    assert yearly_upkeep(Fraction(20), DAYS, 365) == Fraction(20, 100)
    assert yearly_upkeep(Fraction(20), DAYS, 730) == Fraction(10, 100)
    assert yearly_upkeep(Fraction(20), Fraction(0), 365) is None


def test_figures_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="a build from 60000 to 40000 money"):
        priced(DAYS, (RANGE[1], RANGE[0]))
    with pytest.raises(ValueError, match="give 0"):
        priced(Fraction(-1))
    with pytest.raises(ValueError, match="the payment is -1"):
        hidden_cost(priced(DAYS), paid=Fraction(-1))
    with pytest.raises(ValueError, match="the observed upkeep is -1"):
        hidden_cost(priced(DAYS), Fraction(-1))


def test_the_page_gives_the_figures_of_the_code() -> None:
    page = (ROOT / "docs" / "hidden-cost.md").read_text()
    done, planned = (hidden_cost(priced(DAYS, RANGE, estimated=e), paid=PAID) for e in (False, True))
    kept = hidden_cost(priced(DAYS, RANGE), yearly_upkeep(Fraction(70), DAYS, 730), PAID)
    for name, found in (("built, not a year old", done), ("not built yet", planned), ("two years old", kept)):
        (row,) = [line for line in page.splitlines() if line.startswith(f"| {name}")]
        assert found.cover is not None
        shown = [f"${float(p) / 1000:.0f}k" for p in (found.p10, found.p50, found.p90)]
        assert row.endswith(
            f"| {' | '.join(shown)} | {'–'.join(f'{float(c):.0%}'[:-1] for c in found.cover)} % |"
        )
    percent = "–".join(f"{100 * p}" for p in cost.MAINTENANCE[::2])
    assert f"{percent} %, likeliest {100 * cost.MAINTENANCE[1]} %" in page
    assert f"{cost.LIFE[0]}–{cost.LIFE[2]} years, likeliest {cost.LIFE[1]}" in page
    assert f"{100 * cost.DISCOUNT[0]}–{100 * cost.DISCOUNT[1]} %, each as likely" in page
