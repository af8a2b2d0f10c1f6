"""Blots secrets out of a text; which texts and which secrets, the callers know."""

from collections.abc import Iterable

LEAST = 8
"""Characters of a secret that is looked for: a shorter one would blot out words that only look like it."""
BLOT = "***"


def hidden(text: str, secrets: Iterable[str | None]) -> str:
    """The text without any of the secrets; where one holds another, it has to come first."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, BLOT)
    return text
