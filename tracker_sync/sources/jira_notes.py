"""Our label and our comment on issues of Jira: documents on Cloud, wiki text on Data Center."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from tracker_sync.config import JiraConfig
from tracker_sync.errors import SourceError
from tracker_sync.sources.adf import plain
from tracker_sync.sources.jira_api import JiraApi
from tracker_sync.sources.jira_fields import user
from tracker_sync.sources.notes import Form, Shown, Spot, Sticky, mark_at_end

# In a service project a comment is shown to customers unless it says so. Elsewhere it means nothing
# (https://developer.atlassian.com/cloud/jira/service-desk/jira-service-desk-entity-properties/).
_INTERNAL = [{"key": "sd.public.comment", "value": {"internal": True}}]


class JiraNotes:
    """Issues to write to, by their ids: keys change when an issue moves."""

    def __init__(self, config: JiraConfig, account: str | None, token: str) -> None:
        self._api = JiraApi(config, account, token)
        self._name = config.name
        self._me: frozenset[str] | None = None

    @property
    def form(self) -> Form:
        """What a comment has to be here."""
        return "adf" if self._api.find_out() else "wiki"

    def me(self) -> frozenset[str]:
        """The account id on Cloud, the user's key on Data Center. Raises SourceError where the site does not
        say: no comment could be told for ours, and it would be written again and again."""
        if self._me is None:
            self._api.find_out()
            account = user(self._api.myself())
            if account is None:
                raise SourceError(f"source {self._name!r}: the site does not say whose the token is")
            self._me = frozenset({account})
        return self._me

    def look(self, spots: Sequence[Spot], label: str) -> Iterator[tuple[Spot, Shown]]:
        """Labels and comments; Cloud gives the first twenty comments of an issue with it."""
        mine, by_id = self.me(), {spot.id: spot for spot in spots}
        for issue in self._api.talk(by_id):
            spot = by_id.get(str(issue.get("id")))
            if spot is not None:
                fields = issue.get("fields") or {}
                comments = self._ours(spot, fields.get("comment") or {}, mine)
                yield spot, Shown(label in (fields.get("labels") or []), tuple(comments))

    def _ours(self, spot: Spot, talk: dict[str, Any], mine: frozenset[str]) -> Iterator[Sticky]:
        comments = talk.get("comments") or []
        if len(comments) < (talk.get("total") or 0):
            comments = self._api.comments(spot.id)
        for each in comments:
            if user(each.get("author")) in mine:
                mark = mark_at_end(plain(each.get("body")))
                if mark:
                    yield Sticky(str(each["id"]), mark)

    def add_label(self, spot: Spot, label: str) -> None:
        """Beside the labels that others put on meanwhile."""
        self._labels(spot, {"add": label})

    def drop_label(self, spot: Spot, label: str) -> None:
        """Jira minds no label that is gone already."""
        self._labels(spot, {"remove": label})

    def _labels(self, spot: Spot, step: dict[str, str]) -> None:
        self._api.write("PUT", f"issue/{spot.id}", {"update": {"labels": [step]}})

    def say(self, spot: Spot, text: str) -> None:
        """A new comment, in a service project one for its agents."""
        self._api.write(
            "POST", f"issue/{spot.id}/comment", {"body": self._body(text), "properties": _INTERNAL}
        )

    def edit(self, spot: Spot, comment: str, text: str) -> None:
        """Other words; who may see it stays."""
        self._api.write("PUT", f"issue/{spot.id}/comment/{int(comment)}", {"body": self._body(text)})

    def _body(self, text: str) -> Any:
        return json.loads(text) if self.form == "adf" else text
