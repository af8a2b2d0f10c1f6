"""Our label and our comment on issues of GitHub: read over GraphQL, many at once, and written over REST."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from tenacity import nap

from tracker_sync.config import GithubConfig
from tracker_sync.errors import MALFORMED, Missing, Overloaded, SourceError
from tracker_sync.sources.github_api import GithubApi, GraphError
from tracker_sync.sources.github_graph import quoted
from tracker_sync.sources.notes import Form, Shown, Spot, Sticky, mark_at_start
from tracker_sync.sources.paging import batched
from tracker_sync.sources.transport import excerpt, not_json

AT_ONCE = 20
"""Issues of one request; half as many where that is too much for GitHub."""
PAUSE = 1.0
"""Seconds between two writes: "wait at least one second between each request"
(https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api)."""
LONGEST_LABEL = 50
# `viewerDidAuthor`: an application's token, as in GitHub Actions, has no /user to compare authors with.
_COMMENTS = "pageInfo{hasNextPage endCursor} nodes{fullDatabaseId body viewerDidAuthor}"


class GithubNotes:
    """Issues to write to."""

    form: Form = "markdown"

    def __init__(self, config: GithubConfig, token: str) -> None:
        self._config = config
        self._api = GithubApi(config, token)
        self._wrote = False

    def me(self) -> frozenset[str]:
        """The account or application that the token is of: `github-actions[bot]` in REST and as the viewer is
        `github-actions` as an actor in GraphQL."""
        viewer = self._api.ask("query{viewer{databaseId login}}", {})[0].get("viewer") or {}
        login = str(viewer.get("login") or "")
        return frozenset({str(viewer.get("databaseId") or ""), login, login.removesuffix("[bot]")} - {""})

    def look(self, spots: Sequence[Spot], label: str) -> Iterator[tuple[Spot, Shown]]:
        """Labels and comments; a label's case does not matter to GitHub."""
        for some in batched(spots, AT_ONCE):
            yield from self._some(some, label.casefold())

    def _some(self, spots: list[Spot], label: str) -> Iterator[tuple[Spot, Shown]]:
        try:
            found = self._ask({f"n{n}": (spot, "") for n, spot in enumerate(spots)})
        except Overloaded:
            if len(spots) == 1:
                raise
            half = len(spots) // 2
            yield from self._some(spots[:half], label)
            yield from self._some(spots[half:], label)
            return
        for n, spot in enumerate(spots):
            if issue := found.get(f"n{n}"):
                try:
                    shown = self._shown(spot, issue, label)
                except MALFORMED:
                    raise not_json(f"source {self._config.name!r}: {spot.key}") from None
                yield spot, shown

    def _shown(self, spot: Spot, issue: dict[str, Any], label: str) -> Shown:
        mine, talk = list[Sticky](), issue["comments"]
        while True:
            for each in talk["nodes"]:
                mark = mark_at_start(each["body"]) if each["viewerDidAuthor"] else None
                mine += [Sticky(str(each["fullDatabaseId"]), mark)] if mark else []
            if not talk["pageInfo"]["hasNextPage"]:
                break
            further = self._ask({"n0": (spot, talk["pageInfo"]["endCursor"])}).get("n0")
            if not further:
                break
            talk = further["comments"]
        labels = {each["name"].casefold() for each in issue["labels"]["nodes"]}
        return Shown(label in labels, tuple(mine), bool(issue["locked"]))

    def _ask(self, wanted: dict[str, tuple[Spot, str]]) -> dict[str, Any]:
        """Of each issue its comments after a cursor; nothing where it is not to be seen."""
        fields = []
        for name, (spot, after) in wanted.items():
            owner, repo, number = _parts(self._config.name, spot.key)
            inner = _issue(f",after:{quoted(after)}" if after else "")
            place = f"repository(owner:{quoted(owner)},name:{quoted(repo)})"
            fields.append(f"{name}:{place}{{issue(number:{int(number)}){{{inner}}}}}")
        try:
            data, errors = self._api.ask(f"query{{{' '.join(fields)}}}", {})
        except GraphError as e:
            data, errors = {}, e.errors
        for error in errors:
            if error.get("type") != "NOT_FOUND":
                raise SourceError(
                    f"source {self._config.name!r}: GraphQL: {excerpt(str(error.get('message', '')))}"
                )
        return {name: (repo or {}).get("issue") for name, repo in data.items()}

    def add_label(self, spot: Spot, label: str) -> None:
        """GitHub makes the label where the repository lacks it."""
        self._write("POST", f"{self._at(spot)}/labels", {"labels": [label]})

    def drop_label(self, spot: Spot, label: str) -> None:
        """A label that is gone already is 404."""
        try:
            self._write("DELETE", f"{self._at(spot)}/labels/{quote(label, safe='')}")
        except Missing:
            self._api.get(self._at(spot))

    def say(self, spot: Spot, text: str) -> None:
        """A new comment: whoever is subscribed is told."""
        self._write("POST", f"{self._at(spot)}/comments", {"body": text})

    def edit(self, spot: Spot, comment: str, text: str) -> None:
        """Nobody is told of an edit."""
        owner, repo, _ = _parts(self._config.name, spot.key)
        self._write("PATCH", f"/repos/{owner}/{repo}/issues/comments/{int(comment)}", {"body": text})

    def _at(self, spot: Spot) -> str:
        owner, repo, number = _parts(self._config.name, spot.key)
        return f"/repos/{owner}/{repo}/issues/{number}"

    def _write(self, verb: str, path: str, body: dict[str, Any] | None = None) -> None:
        if self._wrote:
            nap.sleep(PAUSE)
        self._wrote = True
        self._api.write(verb, path, body)


def _issue(after: str) -> str:
    return f"locked labels(first:100){{nodes{{name}}}} comments(first:100{after}){{{_COMMENTS}}}"


def _parts(source: str, key: str) -> tuple[str, str, int]:
    """Owner, name and number of `acme/web#12`. Raises SourceError for another key."""
    repo, _, number = key.rpartition("#")
    owner, _, name = repo.partition("/")
    if not (owner and name and number.isdecimal()):
        raise SourceError(f"source {source!r}: {key!r} is not of the form owner/name#12")
    return owner, name, int(number)
