"""An evaluation says what proposals are worth, also where they are worth nothing."""

import random
from collections import Counter

from msgspec.structs import replace

from tests.suggest.test_learner import COMMON, WORDS, example, made
from tracker_sync.render.evaluation import better
from tracker_sync.suggest import Choice
from tracker_sync.suggest.evaluation import Evaluation, evaluate
from tracker_sync.suggest.examples import Example


def evaluated(examples: list[Example], threshold: float = 0.8, **bars: str) -> Evaluation:
    counts = Counter(e.value for e in examples)
    offered = tuple(
        Choice(v, n, n, bars.get(v, ""))  # type: ignore[arg-type]
        for v, n in sorted(counts.items(), key=lambda c: (-c[1], c[0]))
    )
    return evaluate("intent", offered, examples, threshold, lambda item: item.ref != "acme:PAY-0")


def test_every_item_that_is_asked_about_is_guessed_once() -> None:
    found = evaluated(made(1, 200))
    assert [t.item.ref for t in found.trials] == [f"acme:PAY-{n}" for n in range(1, 200)]
    assert all(t.guess for t in found.trials)
    assert (
        sum(b.right.n for b in found.bands) == found.coverage.n == found.accuracy.n == found.baseline.n == 199
    )


def test_what_can_be_known_beats_the_baseline_and_is_as_often_right_as_it_says() -> None:
    found = evaluated(made(1, 400))
    assert better(found)
    assert found.precision.n == found.coverage.k > 80
    assert found.precision.share is not None
    assert found.precision.share > 0.8


def test_what_means_nothing_is_said_to_be_no_better_than_the_baseline() -> None:
    r = random.Random(1)
    noise = [example(n, r.choice(sorted(WORDS)), *r.sample(COMMON, 4)) for n in range(300)]
    found = evaluated(noise)
    assert not better(found)
    assert found.coverage.k == 0
    assert found.precision.share is None


def test_a_tag_that_stands_among_the_words_would_show() -> None:
    """The counter-check: with the answer among its features, every guess is right."""
    r = random.Random(1)
    noise = [example(n, r.choice(sorted(WORDS)), *r.sample(COMMON, 4)) for n in range(300)]
    leaky = [replace(e, features=(*e.features, f"label {e.value}")) for e in noise]
    found = evaluated(leaky)
    assert found.accuracy.k == found.accuracy.n


def test_guesses_of_a_value_that_is_not_offered_count_as_left_open() -> None:
    found = evaluated(made(1, 300), search="unstated")
    named = [t for t in found.trials if t.guess and t.guess.value == "search"]
    assert named
    assert not any(t.possible or t.proposed for t in named)
    assert found.coverage.n == len(found.trials)


def test_items_of_a_project_with_hardly_any_tags_count_as_left_open() -> None:
    examples = [replace(e, project="acme:Web") if n % 100 == 1 else e for n, e in enumerate(made(1, 300))]
    web = [t for t in evaluated(examples, 0.0).trials if t.item.project == "acme:Web"]
    assert len(web) == 3
    assert not any(t.proposed for t in web)


def test_a_lower_threshold_proposes_more_and_is_oftener_wrong() -> None:
    strict, lax = (evaluated(made(1, 400), threshold) for threshold in (0.9, 0.5))
    assert lax.coverage.k > strict.coverage.k
    assert lax.precision.share is not None
    assert strict.precision.share is not None
    assert lax.precision.share < strict.precision.share
