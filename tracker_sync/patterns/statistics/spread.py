"""Over how many things an amount is spread."""

from collections.abc import Sequence
from fractions import Fraction
from math import exp, fsum, log


def entropy(amounts: Sequence[Fraction | float]) -> float | None:
    """The entropy of how an amount is shared out, in nats (Shannon 1948): 0 where one thing has it all, log n
    where n have the same. None where nothing has anything; amounts are 0 or more."""
    some = [float(a) for a in amounts if a > 0]
    total = fsum(some)
    return fsum(-a / total * log(a / total) for a in some) if some else None


def effective_number(amounts: Sequence[Fraction | float]) -> float | None:
    """Over how many things it is spread: exp(entropy) (Hill 1973, Ecology 54:427), from 1 to how many there
    are; None where nothing has anything."""
    found = entropy(amounts)
    return None if found is None else exp(found)


def hhi(amounts: Sequence[Fraction | int]) -> Fraction | None:
    """The Herfindahl-Hirschman index, exact: the sum of squared shares (Hirschman 1964, AER 54:761), from 1 /
    n to 1; 1 / it is how many equal ones would be as concentrated. None where nothing has anything."""
    total = sum(amounts, Fraction(0))
    return sum((Fraction(a) ** 2 for a in amounts), Fraction(0)) / total**2 if total else None
