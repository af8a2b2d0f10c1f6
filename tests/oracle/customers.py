"""The customers file: accounts, whom a name stands for, what each was when, and where texts name them."""

import csv
import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from unicodedata import normalize

from tests.oracle.days import Calendar
from tests.oracle.world import words

WORD = re.compile(r"[^\W_]+")
Row = dict[str, str]


@dataclass(eq=False)
class Account:
    """A customer or prospect; "several rows for one name are its history"."""

    name: str
    rows: list[Row] = field(default_factory=list)

    @property
    def parent(self) -> str:
        """To whom it belongs, by the last row that says so."""
        return next((r["parent"] for r in reversed(self.rows) if r["parent"]), "")


class Customers:
    """All accounts of the file."""

    def __init__(self, text: str, calendar: Calendar, tools: list[str]) -> None:
        """`tools`: "accounts that are tools or partners too: what mentions them in a text says nothing"."""
        self.calendar = calendar
        self.accounts: dict[str, Account] = {}
        self.others: dict[str, list[Account]] = {}
        """Every name in its normal form → whose it is."""
        spelt: list[str] = []
        for raw in csv.DictReader(text.removeprefix("\ufeff").splitlines()) if text else ():
            row = {k.strip(): (v or "").strip() for k, v in raw.items()}
            if not any(row.values()):
                continue
            account = self.accounts.setdefault(words(row["name"]), Account(row["name"]))
            account.name = row["name"]
            account.rows.append(row)
            for name in [row["name"], *row["aliases"].split(";"), *row["domains"].split(";")]:
                if name.strip():
                    spelt.append(name.strip())
                    of = self.others.setdefault(words(name), [])
                    of += [] if account in of else [account]
        meant = {id(a) for t in tools if (a := self.only(t))}
        known = [s for s in dict.fromkeys(spelt) if "." in s or id(self.find(s)) not in meant or not meant]
        self._spelt: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        for s in known:
            parts = tuple(folded(s))
            if len(" ".join(parts)) >= 2:
                found = self.find(s)
                self._spelt.setdefault(parts, []).append((s, found.name if found else s))
        self.marked = lru_cache(maxsize=100_000)(self._marked)

    # -- whom a name stands for -----------------------------------------------------------------

    def only(self, name: str) -> Account | None:
        """Who is called so, or alone goes by this name."""
        key = words(name)
        if key in self.accounts:
            return self.accounts[key]
        of = self.others.get(key, [])
        return of[0] if len(of) == 1 else None

    def find(self, name: str) -> Account | None:
        """ "A customer by any name that customers.csv knows"; of several accounts that belong to one,
        that."""
        if one := self.only(name):
            return one
        roots = {self.root(a.name) for a in self.others.get(words(name), [])}
        return self.only(roots.pop()) if len(roots) == 1 else None

    def between(self, name: str) -> set[str]:
        """Whom a name may stand for, where that cannot be told: "whom they mean is asked, not guessed"."""
        return set() if self.find(name) else {a.name for a in self.others.get(words(name), [])}

    def root(self, name: str) -> str:
        """ "Parent companies, resellers and forwarded threads are one account"."""
        seen: list[str] = []
        account = self.only(name)
        while account and account.parent and account.name not in seen and self.only(account.parent):
            seen.append(account.name)
            account = self.only(account.parent)
        return account.name if account else name

    # -- what it was when -----------------------------------------------------------------------

    def standing(self, name: str, at: int) -> Row | None:
        """ "Status over time"; "a later row takes over where rows touch, and before its first row an account
        is taken to be what that row says"."""
        account = self.find(name)
        if account is None:
            return None
        rows = sorted(account.rows, key=lambda r: r["since"])
        begun = [r for r in rows if not r["since"] or self.calendar.midnight(_date(r["since"])) <= at]
        row = begun[-1] if begun else rows[0]
        ended = row["until"] and at >= self.calendar.after(_date(row["until"]))
        return None if ended else row

    def prospect(self, name: str, at: int) -> bool:
        """Whether it was one then."""
        row = self.standing(name, at)
        return row is not None and row["status"] == "prospect"

    def in_icp(self, name: str, at: int, icp: dict[str, list[str]] | None) -> bool | None:
        """As the file says, else by the strategy's ICP; None: not known. "ICP is judged at the time of the
        request"."""
        row = self.standing(name, at)
        if row is None:
            return None
        if row["icp"]:
            return row["icp"].lower() in ("yes", "true")
        if icp is None:
            return None
        said = [
            (words(row[has]) in {words(w) for w in icp[wanted]}) if row[has] else None
            for wanted, has in (("segments", "segment"), ("industries", "industry"),
                                ("geographies", "geography"), ("sizes", "size"))
            if icp.get(wanted)
        ]  # fmt: skip
        if False in said:
            return False
        return None if None in said or not said else True

    # -- where texts name them ------------------------------------------------------------------

    def _marked(self, text: str, any_case: bool = False) -> str | None:
        """The text with the accounts that it mentions as «Acme»; None where it mentions none. "Found as whole
        words; a one-word name counts in running text only with a capital, if the file writes it so"."""
        if not self._spelt:
            return None
        text = normalize("NFC", text).replace("İ", "I").replace("«", '"').replace("»", '"')
        places = [m.span() for m in WORD.finditer(text)]
        said = [text[lo:hi].lower() for lo, hi in places]
        longest = max(map(len, self._spelt))
        parts, end, n = list[str](), 0, 0
        while n < len(said):
            for many in range(min(longest, len(said) - n), 0, -1):
                lo, hi = places[n][0], places[n + many - 1][1]
                meant = self._meant(tuple(said[n : n + many]), text[lo:hi], any_case)
                if meant is not None:
                    parts += [text[end:lo], f"«{meant}»"]
                    end, n = hi, n + many - 1
                    break
            n += 1
        return "".join([*parts, text[end:]]) if parts else None

    def _meant(self, parts: tuple[str, ...], spelt: str, any_case: bool) -> str | None:
        for name, meant in self._spelt.get(parts, ()):
            if any_case or len(parts) > 1 or spelt[:1].isupper() or not name[:1].isupper():
                return meant
        return None


def folded(text: str) -> list[str]:
    """The words of a text in one case."""
    return [w.lower() for w in WORD.findall(normalize("NFC", text).replace("İ", "I"))]


def _date(text: str) -> date:
    return date.fromisoformat(text)
