"""STAND-IN until the real one is merged."""

from collections.abc import Sequence


def benjamini_hochberg(p_values: Sequence[float], q: float = 0.10) -> tuple[bool, ...]:
    m = len(p_values)
    order = sorted(range(m), key=p_values.__getitem__)
    k = max((i + 1 for i, o in enumerate(order) if p_values[o] <= q * (i + 1) / m), default=0)
    keep = {*order[:k]}
    return tuple(i in keep for i in range(m))
