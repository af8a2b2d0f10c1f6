"""Which findings to believe where many were looked for: fifteen tests at 5 % give a false alarm in 54 %."""

from collections.abc import Sequence

Q = 0.10
"""Of the findings believed, so large a part is false, in the mean."""


def benjamini_hochberg(p_values: Sequence[float], q: float = Q) -> tuple[bool, ...]:
    """Which findings hold with at most q of them false, in the mean (Benjamini & Hochberg 1995, JRSS B
    57:289).

    It holds for independent findings, and for such as tend to come together (Benjamini & Yekutieli 2001).
    Give every test that was made, also those that found nothing; what was too few to test is none.
    """
    return tuple(p <= q for p in adjusted(p_values))


def adjusted(p_values: Sequence[float]) -> tuple[float, ...]:
    """For each p-value, the smallest q at which its finding still holds."""
    m, found, least = len(p_values), [1.0] * len(p_values), 1.0
    for rank, place in reversed([*enumerate(sorted(range(m), key=p_values.__getitem__), 1)]):
        least = min(least, p_values[place] * (m / rank))
        found[place] = least
    return tuple(found)
