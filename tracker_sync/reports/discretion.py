"""Whether a text may be shown to one account: only where it names nobody else and nothing inside."""

import re
from collections.abc import Iterable, Iterator
from html import unescape
from unicodedata import category, normalize
from urllib.parse import unquote

LONG = 4
"""A name of so many letters is looked for inside other words too (AcmeExport), a shorter one only as whole
words, or their plural; in a script without cases, which may put no spaces between words, it is looked for
anywhere."""
_INSIDE = re.compile(r"https?:|www\.|\S@\S|(?<!\w)@\w|#\d", re.IGNORECASE)
"""Links, addresses, mentions and numbers of items: ways into what is not for those outside."""
_TAG = re.compile(r"<[^<>]*>")
_WORD = re.compile(r"[^\W_]+")
Span = tuple[int, int]


class Discretion:
    """What may be said to one account."""

    def __init__(
        self, own: Iterable[str], others: Iterable[str], people: Iterable[str], staff: Iterable[str],
        keys: Iterable[str],
    ) -> None:  # fmt: skip
        """`own`: the account's names; `others`: those of all other accounts; `people`: names and logins that
        the trackers know; `staff`: names of those who work here; `keys`: what the keys of items begin with.
        """
        other = [form for n in others for form in _readings(n)]
        self._own = {_key(n) for n in own} - {""}
        self._others = sorted({_key(n) for n in (*other, *people)} - {""})
        self._signs = {n.casefold() for n in other if n and not _key(n)}
        # People say Acme for Acme Builders, and Nora for Nora Lindqvist: with a capital, unlike a word.
        parts = {w[0] for n in other if len(w := _WORD.findall(n)) > 1 and len(w[0]) >= LONG}
        parts |= {w for n in staff for w in _WORD.findall(_plain(n)) if len(w) >= LONG - 1}
        self._parts = {_key(w) for w in parts}
        heads = "|".join(sorted({re.escape(k) for k in keys if k}))
        self._keys = re.compile(rf"(?<!\w)(?:{heads})\d", re.IGNORECASE) if heads else None

    def may_show(self, text: str) -> bool:
        """Whether the text names no other account and nobody by name, and gives no link, address or key."""
        return all(map(self._says_nothing, _readings(text)))

    def _says_nothing(self, text: str) -> bool:
        if _INSIDE.search(text) or (self._keys and self._keys.search(text)):
            return False
        if any(sign in text.casefold() for sign in self._signs):
            return False
        words = [(w, _key(w)) for w in _WORD.findall(text)]
        told, starts = "".join(key for _, key in words), [0]
        for _, key in words:
            starts.append(starts[-1] + len(key))
        own = [span for name in self._own for span in _spans(name, told, starts)]
        named = [span for name in self._others for span in _spans(name, told, starts)]
        named += [
            (at, at + len(key)) for (word, key), at in zip(words, starts, strict=False)
            if word[0].isupper() and key in self._parts
        ]  # fmt: skip
        return all(_within(span, own) for span in named)


def _within(span: Span, own: Iterable[Span]) -> bool:
    """Whether a longer name of the account's own holds it: Acme Homes may read its name, though there is an
    Acme."""
    return any(lo <= span[0] and span[1] <= hi and hi - lo > span[1] - span[0] for lo, hi in own)


def _spans(name: str, told: str, starts: list[int]) -> Iterator[Span]:
    """Where the name stands in the letters of a text, whose words begin and end at `starts`."""
    anywhere = len(name) >= LONG or any(c.isalpha() and c.lower() == c.upper() for c in name)
    at = told.find(name)
    while at >= 0:
        end = at + len(name)
        if anywhere or (at in starts and (end in starts or (told[end] == "s" and end + 1 in starts))):
            yield at, end
        at = told.find(name, at + 1)


def _readings(text: str) -> set[str]:
    """The text as it is, and as somebody may see it: its codes as characters, its tags gone."""
    found = {_plain(text)}
    for _ in range(3):
        text = unquote(unescape(text))
        found |= {_plain(form) for form in (text, _TAG.sub("", text), _TAG.sub(" ", text))}
    return found


def _plain(text: str) -> str:
    """The text with each letter without its accents, and without what cannot be seen."""
    return "".join(c for c in normalize("NFKD", text) if category(c) not in ("Mn", "Cf", "Cc"))


def _key(text: str) -> str:
    """Its letters and digits alone, in one case."""
    return "".join(_WORD.findall(_plain(_plain(text).casefold())))
