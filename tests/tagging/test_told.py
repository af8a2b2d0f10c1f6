"""However people put it: what somebody outside asked for is told from what the team says of itself."""

import pytest

from tests.tagging.test_everyday import HEAD
from tests.tagging.test_precedence import Judge, item, judged  # noqa: F401  the fixture

CUSTOMERS = HEAD + "Lakeside College,Lakeside,lakeside.example,,,,,customer,,,,,\n"
OPEN = 'packs = ["public"]\n'
TOLD = [
    "Lakeside has been asking for a way to hide withdrawn items.",
    "This came up while working with Lakeside on their migration.",
    "Lakeside hit this in production on Friday.",
    "According to the repository manager at Lakeside, submitters give up here.",
    "When Lakeside tried to load its yearbooks, memory ran out.",
    "Lakeside's digitization team would like thumbnails too.",
    "The contract with Lakeside covers this work.",
    "A few of our pilots have told us that the dashboard is slow.",
    "In order to satisfy a customer requirement, all copies stay within Europe.",
    "We lost a customer over this.",
    "One of our clients found a typo in the German texts.",
    "We have a client that would like to hide empty fields.",
    "This broke for a client with many records.",
    "Somebody asked about this in the Slack channel today.",
    "A university in Norway has translated this and asks us to include it.",
    "Quite a few users have trouble finding the settings.",
    "I've been asked several times for a list of all fields.",
    "There have been several reports of lost data.",
    "Feedback from the workshop: the steps are in the wrong order.",
    "Opening this for Pat Doe, who has no account here.",
    "Pat Doe emailed me about this.",
    "On 3 March 2011 10:21, Pat Doe wrote:\n> the link leads nowhere",
    "Several sites have run into this after upgrading.",
    "Our support team gets asked about this every week.",
]
NOT_TOLD = [
    "See how Lakeside solved this in their fork.",
    "I am the developer at Lakeside and see this in our test instance.",
    "The plan is to invite Lakeside next year.",
    "A record from the Lakeside catalogue is cut off.",
    "As a customer I want to see my invoices.",
    "If customers complain we can still change it.",
    "Customers are stored with their orders.",
    "The client has been asked to authenticate.",
    "A client would have to parse the page.",
    "Users need to be able to search by date.",
    "A user should be able to upload several files.",
    "Users are redirected to the login page.",
    "Librarians should not need to know SQL.",
    "Many institutions use single sign-on.",
    "We are a university in Norway and have the same requirement.",
    "I hit this while writing the tests.",
    "The bug was found by Coverity.",
    "Discussed with Pat Doe and agreed on the second option.",
    "Pat Doe is going to write the tests.",
    "Wait for feedback from the list.",
    "The report lists users by country.",
    "Has any user reported this before?",
    "Not reported by users so far.",
    "The thread on which the list is loaded is blocked.",
]


@pytest.mark.parametrize("body", TOLD)
def test_somebody_outside_asked(judged: Judge, body: str) -> None:  # noqa: F811
    tags = judged(item(body=body), customers=CUSTOMERS, more=OPEN).tags["o:A-1"]
    assert {t.value for t in tags.origins} & {"customer", "support"}


@pytest.mark.parametrize("body", NOT_TOLD)
def test_nobody_outside_asked(judged: Judge, body: str) -> None:  # noqa: F811
    tags = judged(item(body=body), customers=CUSTOMERS, more=OPEN).tags["o:A-1"]
    assert [t.rule for t in (*tags.customers, *tags.origins)] == []
