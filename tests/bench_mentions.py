"""Measures how quickly thousands of account names are found in a million texts; `make bench` prints it."""

import random
from time import process_time

from tracker_sync.mentions import Mentions, folded

ACCOUNTS, TEXTS = 5_000, 1_000_000
_SYLLABLES = [
    "ka", "lo", "mer", "tin", "vor", "sel", "dra", "nim", "po", "ru", "gan", "bel", "tos", "fi", "wex",
]  # fmt: skip


def mentions() -> None:
    """One core's seconds for all texts; the floor is what only splitting them into words takes."""
    dice = random.Random(1)
    names = [*_names(dice)]
    finder = Mentions(names)
    words = ["".join(dice.choices(_SYLLABLES, k=dice.randint(2, 5))) for _ in range(20_000)]
    taken = floor = size = hits = 0.0
    for _ in range(10):
        texts = [_text(dice, words, names) for _ in range(TEXTS // 10)]
        size += sum(map(len, texts))
        start = process_time()
        hits += sum(finder.marked.__wrapped__(text) is not None for text in texts)
        taken += process_time() - start
        start = process_time()
        for text in texts:
            folded(text)
        floor += process_time() - start
    print(  # noqa: T201
        f"{len(names):,} names of {ACCOUNTS:,} accounts in {TEXTS:,} texts of {size / TEXTS:.0f} characters: "
        f"{taken:.1f} s on one core, {taken / floor:.1f} x splitting them into words ({floor:.1f} s); "
        f"{hits / TEXTS:.0%} mention one. Aim: under 60 s"
    )


def _names(dice: random.Random) -> list[tuple[str, str]]:
    """Each account's name, short name and domain."""
    found = []
    for _ in range(ACCOUNTS):
        parts = ["".join(dice.choices(_SYLLABLES, k=dice.randint(2, 5))) for _ in range(dice.randint(1, 3))]
        name = " ".join(p.capitalize() for p in parts)
        found += [(name, name), (f"{name.split()[0]} Inc", name), (f"{''.join(parts)}.com", name)]
    return found


def _text(dice: random.Random, words: list[str], names: list[tuple[str, str]]) -> str:
    """A title, or now and then a description; every tenth names an account."""
    text = " ".join(dice.choices(words, k=dice.choice([8, 8, 8, 80])))
    return f"{text} for {dice.choice(names)[0]}" if dice.random() < 0.1 else text


if __name__ == "__main__":
    mentions()
