"""What a server repeats of our secrets is blotted out, in whichever form, and nothing else is."""

import base64
import json
from urllib.parse import quote

import pytest
from requests.structures import CaseInsensitiveDict

from tracker_sync.sources.echoes import Echoes

TOKEN = "canary-81c5e0a7d3+/="
PAIR = base64.b64encode(f"ada@acme.example:{TOKEN}".encode()).decode()
URL = "https://jira.example.test/rest"


def of(header: str | bytes, **proxies: str) -> Echoes:
    return Echoes({"Authorization": header, "Accept": "application/json"}, URL, proxies)  # type: ignore[dict-item]


@pytest.mark.parametrize(
    "header", [f"Bearer {TOKEN}", f"token {TOKEN}", f"Basic {PAIR}", f"Basic {PAIR}".encode()]
)
@pytest.mark.parametrize(
    "form",
    [TOKEN, quote(TOKEN, safe=""), json.dumps(f"a{TOKEN}"), f'"{TOKEN}"'.replace("/", "\\/")],
)  # fmt: skip
def test_a_token_is_blotted_out_in_each_form(header: str | bytes, form: str) -> None:
    left = of(header).out_of(f"[{form}, {form}] json".encode()).decode()
    assert "81c5e0a7d3" not in left
    assert left.count("***") == 2
    assert left.endswith(" json")


def test_a_pair_is_blotted_out_as_it_was_sent_and_the_user_is_not() -> None:
    said = json.dumps({"you": "ada@acme.example", "sent": f"Basic {PAIR}", "Accept": "application/json"})
    assert of(f"Basic {PAIR}").out_of(said.encode()).decode() == said.replace(PAIR, "***")


def test_so_is_what_a_proxy_was_sent() -> None:
    echoes = of("", https="http://me:pass%2Fword@proxy.example.test:8080")
    pair = base64.b64encode(b"me:pass/word").decode()
    assert echoes.out_of(f"{pair} pass/word pass%2Fword me".encode()) == b"*** *** *** me"


def test_headers_are_cleaned_in_place() -> None:
    headers = CaseInsensitiveDict({"Location": f"/x?t={quote(TOKEN, safe='')}", "ETag": TOKEN, "Date": "now"})
    of(f"Bearer {TOKEN}").out_of_headers(headers)
    assert dict(headers) == {"Location": "/x?t=***", "ETag": "***", "Date": "now"}


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer short", "Basic no-base64", "Basic //79"])
def test_a_short_secret_or_none_spoils_no_word(header: str) -> None:
    content = b'{"title": "Bearer of short news, Basic"}'
    assert of(header).out_of(content) is content
