"""What may be shown to one account: nothing that names another, or somebody, or leads inside."""

import pytest

from tracker_sync.reports.discretion import Discretion

OTHERS = [
    "Acme", "Blue Yonder Mills", "bym", "blueyonder.example", "Target", "GE", "Ängström", "日本",
    "O'Neil & Sons", "Home", "plan",
]  # fmt: skip
MAY = Discretion(
    own=["Home Depot", "Yonder Ltd", "acme homes"],
    others=OTHERS,
    people=["nora-l", "Nora Lindqvist", "Kit Fern"],
    staff=["Nora Lindqvist"],
    keys=["PAY-", "acme/web#"],
).may_show


@pytest.mark.parametrize(
    "title",
    [
        "Export for Acme", "ACME-export", "export for a.c.m.e", "AcmeExport", "Acme\u200bExport",
        "ac\u00admes", "the BYM connector", "BYMs", "blue-yonder  mills", "Blue's list",
        "mail of pat@blueyonder.example", "BLUEYONDER.EXAMPLE", "on target", "GE turbines", "(ge)",
        "ANGSTROM units", "A\u0308ngstro\u0308m", "\uff21\uff43\uff4d\uff45 export",
        "&#65;cme export", "%41cme export", "A**c**me",
        "A<b></b>cme", "<i title=acme>x</i>", "向日本出口", "oneil and sons, o'neil & sons", "Home page",
        "planning",
    ],
)  # fmt: skip
def test_a_title_that_names_another_account_is_not_shown(title: str) -> None:
    assert not MAY(title)


@pytest.mark.parametrize(
    "title",
    [
        "Nora asked for it", "as NORA-L said", "kit fern", "mail ada@elsewhere.example", "ask @ada",
        "see https://elsewhere.example/1", "www.elsewhere.example", "as in PAY-12", "like acme/web#3",
        "after #17",
    ],
)  # fmt: skip
def test_a_title_that_names_people_or_leads_inside_is_not_shown(title: str) -> None:
    assert not MAY(title)


@pytest.mark.parametrize(
    "title",
    [
        "Export as PDF", "Large images", "the blue list", "Yonder", "UTF-8 and ISO-9001", "C# and F#",
        "kit of parts", "Home Depot's own stores", "for ACME homes", "Fern green", "50 % off",
        "Agenda for May", "Ümläute",
    ],
)  # fmt: skip
def test_a_title_that_names_nobody_else_is_shown(title: str) -> None:
    assert MAY(title)


def test_a_name_that_the_account_shares_with_another_is_the_others_too() -> None:
    shared = Discretion(["Acme Homes", "acme"], ["acme", "Acme Tools"], [], [], [])
    assert not shared.may_show("Export for Acme")
    assert shared.may_show("Export for Acme Homes")


def test_an_own_name_within_anothers_longer_one_excuses_nothing() -> None:
    home = Discretion(["Home"], ["Home Depot"], [], [], [])
    assert not home.may_show("Export for Home Depot")
