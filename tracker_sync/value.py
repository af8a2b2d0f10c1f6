"""A frozen dataclass that is made as quickly as a plain one, for what is made a million times.

The type checker refuses to change it. Python does not look: the check that it has makes each new value take
six times as long.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:
    from dataclasses import dataclass

    def value(*, frozen: bool, **how: Any) -> Any:
        """`dataclass(frozen=True, ...)`, in name."""
        return dataclass(unsafe_hash=frozen, **how)


__all__ = ["value"]
