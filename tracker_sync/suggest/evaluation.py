"""How good proposals would have been: each tagged item guessed from the items of other epics only."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from msgspec import Struct

from tracker_sync.suggest import Choice, known, learnable, proposable
from tracker_sync.suggest.examples import Example, Seen
from tracker_sync.suggest.learner import Guess, Learned, parts

BANDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Where bands of confidence begin."""


class Trial(Struct, frozen=True):
    """A tagged item, and what was guessed of it without its tag; None where nothing could be learned."""

    item: Example
    guess: Guess | None
    possible: bool
    """Whether it may be proposed, if sure enough."""
    proposed: bool

    @property
    def right(self) -> bool:
        """Whether the guess is its tag."""
        return self.guess is not None and self.guess.value == self.item.value


class Part(Struct, frozen=True):
    """So many of so many."""

    k: int
    n: int

    @property
    def share(self) -> Fraction | None:
        """The share, 0 to 1; None of nothing."""
        return Fraction(self.k, self.n) if self.n else None


class Band(Struct, frozen=True):
    """Guesses of about the same confidence, and how many of them were right."""

    low: float
    high: float
    said: float | None
    """Their mean confidence."""
    right: Part


class Evaluation(Struct, frozen=True):
    """A cross-validation of the proposals of one dimension."""

    dimension: str
    threshold: float
    choices: tuple[Choice, ...]
    commonest: str
    """The value that most examples name: always naming it is what has to be beaten."""
    trials: tuple[Trial, ...]

    @property
    def coverage(self) -> Part:
        """Of how many something would have been proposed."""
        return Part(sum(t.proposed for t in self.trials), len(self.trials))

    @property
    def precision(self) -> Part:
        """How many of the proposals were right."""
        proposed = [t for t in self.trials if t.proposed]
        return Part(sum(t.right for t in proposed), len(proposed))

    @property
    def accuracy(self) -> Part:
        """How many likeliest values were right, whatever the confidence."""
        return Part(sum(t.right for t in self.trials), len(self.trials))

    @property
    def baseline(self) -> Part:
        """How many would have been right by always naming the commonest value."""
        return Part(sum(t.item.value == self.commonest for t in self.trials), len(self.trials))

    @property
    def bands(self) -> tuple[Band, ...]:
        """What may be proposed, by confidence: how sure it was said to be, and how much of it was right."""
        found = []
        for low, high in zip(BANDS, (*BANDS[1:], 1.0), strict=True):
            inside = [t for t in self.trials if t.guess and t.possible and low <= t.guess.confidence < high]
            said = [t.guess.confidence for t in inside if t.guess]
            mean = round(sum(said) / len(said), 2) if said else None
            found.append(Band(low, high, mean, Part(sum(t.right for t in inside), len(inside))))
        return tuple(found)


def evaluate(
    dimension: str,
    offered: tuple[Choice, ...],
    examples: Sequence[Example],
    threshold: float,
    tested: Callable[[Seen], bool],
) -> Evaluation:
    """Guess every example that is to be tested after learning from the parts that it is not in; the
    confidences come of a second cross-validation within those."""
    may, projects = proposable(offered), known(examples)
    guesses: dict[int, Guess] = {}
    for train, test in parts(examples) if learnable(offered) else []:
        asked = [i for i in test if tested(examples[i])]
        learned = Learned([examples[i] for i in train], may) if asked else None
        if learned:
            guesses |= zip(asked, learned.guesses([examples[i] for i in asked]), strict=True)
    trials = []
    for place, one in enumerate(examples):
        if tested(one):
            guess = guesses.get(place)
            possible = guess is not None and guess.value in may and one.project in projects
            sure = guess is not None and guess.confidence >= threshold
            trials.append(Trial(one, guess, possible, possible and sure))
    commonest = offered[0].value if offered else ""
    return Evaluation(dimension, threshold, offered, commonest, tuple(trials))
