"""Pages of a Data Center that do not hold still."""

import json
import random
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import responses

from tracker_sync.config import JiraConfig
from tracker_sync.sources import open_source

JIRA = "https://jira.example"
MINUTE = "2026-01-05T09:{:02}:{:02}.000+0000"


def issue(n: int) -> dict[str, Any]:
    at = MINUTE.format(n // 60, n % 60)
    fields = {"summary": f"Issue {n}", "created": at, "updated": at, "comment": {"comments": []}}
    return {"id": str(n), "key": f"A-{n}", "fields": fields, "changelog": {"histories": [], "total": 0}}


def read(pages: Any) -> list[str]:
    """The ids that a pull reads from a server whose search is `pages(start)`."""

    def search(request: Any) -> tuple[int, dict[str, str], str]:
        start = int(parse_qs(urlsplit(request.url).query)["startAt"][0])
        return 200, {}, json.dumps({"issues": pages(start), "total": 250})

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add(responses.GET, f"{JIRA}/rest/api/2/serverInfo", json={"deploymentType": "Server"})
        for name in ("field", "status"):
            mock.add(responses.GET, f"{JIRA}/rest/api/2/{name}", json=[])
        mock.add_callback(responses.GET, re.compile(f"{JIRA}/rest/api/2/search.*"), callback=search)
        source = open_source(JiraConfig(name="a", url=JIRA), {})
        return [item for batch in source.pull(None) for item in batch.present]


def test_an_issue_edited_between_pages_hides_no_other() -> None:
    held = [issue(n) for n in range(250)]

    def pages(start: int) -> list[dict[str, Any]]:
        if start == 99:
            held.append(held.pop(10))  # an edit moves it to the end, and every later issue up by one
        return held[start : start + 100]

    assert {int(i) for i in read(pages)} == set(range(250))


def test_a_server_without_any_order_does_not_hold_a_run_for_ever() -> None:
    rng = random.Random(1)

    def pages(start: int) -> list[dict[str, Any]]:
        shuffled = rng.sample(range(250), 250)
        return [issue(n) for n in shuffled[start : start + 100]]

    assert len(read(pages)) > 100
