"""Learns from tagged items what an untagged one is like, and how often such a guess is right."""

import warnings
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from msgspec import Struct
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from threadpoolctl import threadpool_limits

from tracker_sync.suggest.examples import Example, Seen

PARTS = 5
"""Into how many parts examples are dealt out for cross-validation."""
WORDS = 20_000
"""Features that are kept at most: the commonest."""
SHOWN = 5
"""Words that are named as speaking for a guess."""
NEAR = 3
"""Neighbours that are named."""
MEASURED = 10
"""Guesses about unseen items that a confidence rests on: none is higher than that of the tenth surest."""
SUREST = 0.99
"""The highest confidence that is ever said."""
_EDGE = 1e-6
Array = np.ndarray[Any, np.dtype[Any]]


class Guess(Struct, frozen=True):
    """The likeliest value of an item."""

    value: str
    confidence: float
    """The share of guesses as sure as this one that are right, 0 to 1, to two digits."""


class Learned:
    """What can be guessed after seeing examples of at least two values.

    A logistic regression over TF-IDF weights, each value weighing the same however many examples it has. Its
    own probabilities are not confidences: those are had from how often its first choice was right on
    examples that it had not seen, where that was a value that may be proposed, by Platt's sigmoid (Platt
    1999, "Probabilistic outputs for support vector machines") over the log-odds of the first choice.
    """

    def __init__(self, examples: Sequence[Example], proposable: Collection[str]) -> None:
        self._examples = examples
        self._model = _fit(examples)
        odds, right = _unseen(examples, proposable)
        self._slope, self._shift = _sigmoid(odds, right, len(self._model[1].classes_))
        self._most = np.sort(odds)[-MEASURED:][0] if len(odds) else 0.0

    def guesses(self, items: Sequence[Seen]) -> list[Guess]:
        """The likeliest value of each."""
        if not items:
            return []
        values, odds = _first_choices(self._model, items)
        chances = 1 / (1 + np.exp(-(self._slope * np.minimum(odds, self._most) + self._shift)))
        return [Guess(v, min(SUREST, round(float(c), 2))) for v, c in zip(values, chances, strict=True)]

    @cached_property
    def _seen(self) -> Any:
        return self._model[0].transform([e.features for e in self._examples])

    @cached_property
    def _names(self) -> Array:
        return np.asarray(self._model[0].get_feature_names_out())

    def words(self, item: Seen, value: str) -> tuple[str, ...]:
        """The features of an item that speak most for a value, the strongest first."""
        vectors, regression = self._model[0], self._model[1]
        row = vectors.transform([item.features])
        place = list(regression.classes_).index(value)
        if len(regression.classes_) == 2:  # one row for both: it speaks for the second
            weights = regression.coef_[0] * (1 if place else -1)
        else:
            weights = regression.coef_[place]
        found = zip(row.indices.tolist(), row.data.tolist(), strict=True)
        spoken = [(-round(float(x * weights[i]), 6), str(self._names[i])) for i, x in found]
        return tuple(name for weight, name in sorted(spoken)[:SHOWN] if weight < 0)

    def nearest(self, item: Seen) -> tuple[Example, ...]:
        """The examples that have most in common with an item (cosine), the nearest first."""
        common = (self._seen @ self._model[0].transform([item.features]).T).toarray().ravel().round(6)
        best = np.argsort(-common, kind="stable")[:NEAR].tolist()
        return tuple(self._examples[i] for i in best if common[i] > 0)


def parts(examples: Sequence[Example]) -> list[tuple[list[int], list[int]]]:
    """(places to learn from, places to test on), in turn for each part; what hangs together stays together,
    and every value is spread as evenly as that allows. A part without which there is nothing to tell apart
    is left out."""
    values, roots = [e.value for e in examples], [e.root for e in examples]
    most = min(PARTS, max(Counter(values).values(), default=0), len(set(roots)))
    if most < 2:
        return []
    splitter = StratifiedGroupKFold(most, shuffle=True, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of values with fewer examples than there are parts
        dealt = list(splitter.split(values, values, roots))
    return [(a.tolist(), b.tolist()) for a, b in dealt if len(b) and len({values[i] for i in a}) > 1]


def _fit(examples: Sequence[Example]) -> Pipeline:
    model = make_pipeline(
        TfidfVectorizer(analyzer=_telling, sublinear_tf=True, max_features=WORDS),
        LogisticRegression(C=10, class_weight="balanced", max_iter=1000),
    )
    with threadpool_limits(1):  # sums in another order differ in their last digits
        return model.fit([e.features for e in examples], [e.value for e in examples])


def _telling(features: Sequence[str]) -> list[str]:
    return [f for f in features if f not in ENGLISH_STOP_WORDS] or ["(no words)"]


def _first_choices(model: Pipeline, items: Sequence[Seen]) -> tuple[list[str], Array]:
    """The likeliest value of each item, and its log-odds by the model."""
    chances = model.predict_proba([i.features for i in items])
    best = chances.argmax(axis=1)
    top = np.clip(chances[np.arange(len(items)), best], _EDGE, 1 - _EDGE)
    return [str(model.classes_[i]) for i in best], np.log(top / (1 - top))


def _unseen(examples: Sequence[Example], proposable: Collection[str]) -> tuple[Array, Array]:
    """(log-odds of the first choice, whether it was right) of examples that were not learned from, where
    that choice may be proposed."""
    odds, right = [np.empty(0)], [np.empty(0, bool)]
    for train, test in parts(examples):
        items = [examples[i] for i in test]
        values, found = _first_choices(_fit([examples[i] for i in train]), items)
        may = np.array([v in proposable for v in values])
        odds.append(found[may])
        right.append(np.array([e.value == v for e, v in zip(items, values, strict=True)])[may])
    return np.concatenate(odds), np.concatenate(right)


def _sigmoid(odds: Array, right: Array, values: int) -> tuple[float, float]:
    """(slope, shift) of the sigmoid from log-odds to the chance of being right, with Platt's targets, which
    keep it from saying 0 or 1; and held, as by ten more guesses, to what is sure of a model that knows
    nothing: one of so many values is right. Where surer choices were no oftener right, all have one chance.
    """
    yes, no = int(right.sum()), int((~right).sum())
    overall = (yes + 1) / (yes + no + 2)
    chances = np.append(np.where(right, (yes + 1) / (yes + 2), 1 / (no + 2)), 1 / values)
    at = np.append(odds, -np.log(values - 1))
    weights = np.append(np.ones(len(odds)), MEASURED)
    fitted = LogisticRegression(C=1e6).fit(
        np.concatenate([at, at])[:, None],
        np.repeat([1, 0], len(at)),
        np.concatenate([weights * chances, weights * (1 - chances)]),
    )
    slope = float(fitted.coef_[0, 0])
    if slope <= 0 or not len(odds):
        return 0.0, float(np.log(overall / (1 - overall)))
    return slope, float(fitted.intercept_[0])
