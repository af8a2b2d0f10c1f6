"""Who works at the fictional company Girder, and how trackers call them."""

import hashlib
from collections.abc import Sequence

from msgspec import Struct

# login, name, role, team; the last three are contractors whom no people file knows.
_PEOPLE = """
ines-k       | Ines Kallio       | engineering | planning
tomasz-w     | Tomasz Wrona      | engineering | planning
ruth-a       | Ruth Adeyemi      | engineering | planning
bao-t        | Bao Trinh         | engineering | planning
elif-s       | Elif Sarp         | engineering | planning
jonas-b      | Jonas Brandvold   | engineering | field
priya-m      | Priya Menon       | engineering | field
sam-o        | Sam Okello        | engineering | field
mateus-r     | Mateus Rocha      | engineering | field
hana-n       | Hana Nemcova      | engineering | field
lior-z       | Lior Zamir        | engineering | integrations
greta-h      | Greta Holmgaard   | engineering | integrations
ken-y        | Ken Yoneda        | engineering | integrations
aisha-f      | Aisha Farouk      | engineering | integrations
nora-l       | Nora Lindqvist    | product     | planning
otis-g       | Otis Grant        | product     | field
wen-c        | Wen Chao          | product     | integrations
dalia-p      | Dalia Petrov      | support     | support
pete-q       | Pete Quill        | support     | support
rex-d        | Rex Dunmore       | sales       | sales
marla-v      | Marla Vance       | sales       | sales
jude-i       | Jude Ibarra       | sales       | sales
viggo-t      | Viggo Thorsen     | executive   | leadership
ctr-vale     | Dana Vale         |             | contract
ctr-moss     | Ivo Moss          |             | contract
ctr-fern     | Kit Fern          |             | contract
"""

# What a working day costs, low and high, in whole currency units.
_RATES = {"planning": (520, 640), "field": (500, 620), "integrations": (560, 700)}


class Person(Struct, frozen=True):
    """Somebody with one login for GitHub and one account id for Jira."""

    login: str
    name: str
    role: str
    team: str

    @property
    def account(self) -> str:
        """The Jira account id: opaque, like real ones."""
        return hashlib.sha256(self.login.encode()).hexdigest()[:24]


def _read() -> dict[str, Person]:
    rows = [[cell.strip() for cell in row.split("|")] for row in _PEOPLE.split("\n") if row]
    return {row[0]: Person(*row) for row in rows}


PEOPLE = _read()


def working(role: str, team: str = "") -> Sequence[Person]:
    """Everybody with a role, in a team if one is given."""
    people = [person for person in PEOPLE.values() if person.role == role]
    return [person for person in people if team in {"", person.team}]


def crew(team: str) -> Sequence[Person]:
    """Those who build in a team; contractors are a team without a role."""
    return working("" if team == "contract" else "engineering", team)


def people_toml() -> str:
    """The people file: everybody but the contractors."""
    blocks = [
        "# Who plays which role, by tracker login. Rates are low and high, per person-day.\n"
        "# Contractors are missing on purpose: what they file has no known origin.\n"
    ]
    for person in PEOPLE.values():
        if not person.role:
            continue
        low, high = _RATES.get(person.team, (480, 720))
        blocks.append(
            f'[[people]]\nlogins = ["{person.account}", "{person.login}"]\n'
            f'role = "{person.role}"\nteam = "{person.team}"\nrate = [{low}, {high}]\n'
        )
    return "\n".join(blocks)
