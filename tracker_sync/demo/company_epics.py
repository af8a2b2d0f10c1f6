"""The story of Girder's two years, told as its epics: who asked, when, and what it came to.

Girder sells planning software to construction contractors. Its strategy is clear and its year
is not: a water utility that threatens to leave gets a module of its own, and the two biggest
intents wait.
"""

import re
from collections.abc import Sequence
from datetime import date

from msgspec import Struct

# slug: title
#   project, team[+team], person-days, asked, started (or never)
#   why[ for account[ + account]]; intent or -[; peculiarities]
#   what its tickets are about
#
# Projects: PLAN and FIELD are in Jira, SYNC is the GitHub repository.
# Why: how the origin shows. `prospect`, `promise` and `sales` are sales-led; `customer`,
# `request` and `support` come from customers; `unknown` was filed by a contractor. The intent
# `account-work` is one the trackers offer and the strategy does not know.
_EPICS = """
bi-connector: BI connector for site cost data
  PLAN, integrations, 260 days, asked 2025-01-13, started 2025-02-03
  prospect for Northspan Builders; integrations; busy
  dataset export, refresh schedule, cost-code mapping

schedule-import: Import schedules from contractors' planning files
  PLAN, planning, 240 days, asked 2025-03-17, started 2025-04-07
  promise for Calder & Stone; site-planning
  file parser, calendar mapping, import preview

photo-evidence: Photo evidence on daily logs
  SYNC, field, 200 days, asked 2025-12-08, started 2026-01-12
  promise for Brightholm Homes; field-reporting; busy
  photo capture, upload queue, photo stamp

erp-cost-codes: Cost-code sync with the ERP of Calder & Stone
  SYNC, integrations, 130 days, asked 2025-08-18, started 2025-09-08
  prospect for Calder & Stone; integrations
  code lookup, nightly sync, conflict list

subcontractor-access: Access control by subcontractor
  PLAN, integrations, 150 days, asked 2026-03-16, started 2026-04-13
  sales for Fenwick Rail; platform
  company scope, invitation, access review

shift-handover: Shift handover for tunnel crews
  PLAN, planning, 90 days, asked 2026-08-17, started 2026-09-07
  prospect for Underhill Tunnels; site-planning
  handover note, shift board, face log

water-treatment: Commissioning module for water-treatment plants
  FIELD, planning+field, 1010 days, asked 2025-05-12, started 2025-06-30
  sales for Aquaveil Utilities; account-work; urgent, busy, slips, moved 2025-05-21 PLAN, paid 400000
  commissioning checklist, valve register, loop test sheet, dosing log

portfolio-rollup: Portfolio roll-up for Helmsford
  PLAN, planning, 90 days, asked 2025-02-10, started 2025-03-03
  prospect for Helmsford Group; portfolio-insight; urgent
  roll-up page, region filter, board export

payroll-export: Certified payroll export
  FIELD, field, 80 days, asked 2026-08-03, started 2026-08-24
  prospect for Ironvale Paving; account-work; urgent
  wage table, union code, payroll file

lift-sheets: Lift planning sheets in the group's house style
  FIELD, field, 60 days, asked 2025-02-24, started 2025-03-10
  sales for Kestrel Homes + Plinth Partners; account-work; paid 40000
  lift sheet, rigging table, sign-off

cover-sheets: White-label cover sheets promised at the trade fair
  PLAN, planning, 60 days, asked 2026-06-15, started 2026-07-06
  promise; site-planning
  cover template, logo upload

crew-lookahead: Crew lookahead boards
  PLAN, planning, 150 days, asked 2024-11-11, started 2024-12-02
  sales for Tallis Contracting + Morrow Civil; site-planning; busy
  lookahead board, crew card, week roll-over

drawing-pins: Drawing pins and markups
  FIELD, field, 110 days, asked 2024-11-07, started 2024-11-18
  customer for Oakline Contracting; field-reporting
  pin, markup layer, drawing version

gate-deliveries: Delivery slots at the site gate
  PLAN, planning, 90 days, asked 2025-11-03, started 2026-01-19
  customer for Morrow Civil; site-planning; customer later
  slot calendar, carrier link, gate list

permit-tracking: Permit to work tracking
  FIELD, field, 70 days, asked 2026-05-11, started 2026-06-08
  customer for Quillstone Civil; account-work
  permit form, expiry alert, permit board

map-layers: Site map layers
  PLAN, planning, 120 days, asked 2024-11-04, started 2024-11-11
  strategy; site-planning; moved 2025-01-20 FIELD
  layer list, crane radius, haul route

constraint-log: Constraint log beside the plan
  PLAN, planning, 110 days, asked 2025-01-07, started 2025-01-20
  strategy; site-planning
  constraint, owner chase, readiness badge

takt-zones: Takt zones and trains
  PLAN, planning, 130 days, asked 2025-10-20, started 2025-11-24
  strategy; site-planning; busy
  takt zone, train editor, buffer view

plan-versions: Compare plan versions
  PLAN, planning, 100 days, asked 2026-01-26, started 2026-02-16
  strategy; site-planning
  baseline, difference view, version note

weather-days: Weather days in the plan
  PLAN, planning, 70 days, asked 2026-03-02, started 2026-03-30
  request; site-planning
  forecast feed, lost day, claim sheet

resource-levels: Level crews across zones
  PLAN, planning, 110 days, asked 2026-05-18, started 2026-06-15
  strategy; site-planning
  crew load, levelling, overload hint

plan-speed: A plan of ten thousand tasks opens in a second
  PLAN, planning, 70 days, asked 2025-02-17, started 2025-03-10
  engineering; site-planning; intent later
  task loading, virtual list, cache

voice-diary: Voice site diary
  FIELD, field, 120 days, asked 2024-11-05, started 2024-12-09
  executive; field-reporting
  recording, transcript, diary entry

voice-templates: Voice diary: templates for customers
  FIELD, field, 70 days, asked 2025-04-14, started 2025-04-28
  strategy; field-reporting
  template, prompt, default section

voice-languages: Voice diary: more languages
  FIELD, field, 60 days, asked 2025-11-10, started 2025-12-01
  strategy; field-reporting
  language pack, speaker hint

daily-log: Daily log in five minutes
  FIELD, field, 130 days, asked 2025-01-06, started 2025-01-27
  strategy; field-reporting; busy
  log form, copy yesterday, crew count

inspection-forms: Inspection forms
  FIELD, field, 110 days, asked 2026-02-09, started 2026-03-16
  support for Tallis Contracting; field-reporting; moved 2026-03-02 PLAN
  form builder, required answer, signature

snag-lists: Snag lists at hand-over
  FIELD, field, 90 days, asked 2026-04-20, started 2026-05-18
  request; field-reporting
  snag, room list, hand-over pack

progress-photos: Progress from photos
  SYNC, field, 80 days, asked 2026-08-17, started 2026-09-14
  strategy; field-reporting
  photo match, progress share

offline-mode: Offline mode that never loses a log
  SYNC, field, 140 days, asked 2024-11-06, started 2024-11-14
  support; field-reporting
  outbox, conflict screen, retry

sync-speed: First sync in under a minute
  SYNC, integrations, 100 days, asked 2024-11-12, started 2024-11-25
  engineering; platform
  delta packet, batch size, progress bar

public-api: Public API for plans and logs
  SYNC, integrations, 130 days, asked 2024-11-05, started 2024-11-25
  strategy; integrations
  endpoint, paging, API key

webhooks: Webhooks for plan changes
  SYNC, integrations, 90 days, asked 2025-05-05, started 2025-05-26
  strategy; integrations
  delivery, signature, replay

document-stores: Documents from the contractor's own store
  SYNC, integrations, 120 days, asked 2025-06-10, started 2025-07-07
  request; integrations
  folder mirror, link check, permission map

accounting-link: Committed costs to accounting
  SYNC, integrations, 80 days, asked 2026-01-12, started 2026-02-02
  customer for Ashdown Build; integrations; intent later
  cost export, ledger check

calendar-feed: Calendar feeds
  PLAN, integrations, 40 days, asked 2025-11-17, started 2025-12-08
  request; integrations
  feed, time zone

sensor-gateway: Gateway for concrete sensors
  SYNC, integrations, 80 days, asked 2026-07-20, started 2026-08-24
  strategy; integrations
  gateway, reading, strength curve

program-view: Program view across sites
  PLAN, planning, 110 days, asked 2025-09-08, started 2025-11-03
  strategy; portfolio-insight
  site row, milestone line, risk colour

portfolio-trends: Trends for portfolio leads
  PLAN, planning, 90 days, asked 2026-08-31, started 2026-09-21
  strategy; portfolio-insight
  trend chart, site ranking

benchmarks: Benchmarks between sites
  PLAN, integrations, 70 days, asked 2026-02-23, started 2026-03-23
  customer for Helmsford Group; portfolio-insight; customer later
  peer group, benchmark card

single-sign-on: Single sign-on
  SYNC, integrations, 80 days, asked 2025-03-03, started 2025-03-31
  request; platform; intent later
  identity provider, session, break-glass login

audit-trail: Audit trail
  SYNC, integrations, 60 days, asked 2025-10-13, started 2025-11-10
  engineering; platform
  audit entry, retention, audit export

storage-move: Move attachments to object storage
  SYNC, integrations, 90 days, asked 2025-01-20, started 2025-02-10
  engineering; platform
  copy job, signed link, clean-up

build-times: Builds in ten minutes
  SYNC, integrations, 60 days, asked 2026-08-24, started 2026-09-14
  engineering; platform
  build cache, flaky test

mobile-upgrade: Upgrade the mobile framework
  FIELD, field, 70 days, asked 2026-08-03, started 2026-09-07
  engineering; platform
  navigation, camera module, release train

rental-pilot: Equipment rental marketplace pilot
  PLAN, planning, 60 days, asked 2026-09-14, started 2026-10-05
  executive; -
  rental offer, price list

report-rework: Rework of the old report pages
  FIELD, contract, 150 days, asked 2025-01-15, started 2025-02-03
  unknown; platform
  report page, print layout, old filter

site-templates: Site templates, second edition
  PLAN, contract, 130 days, asked 2025-06-23, started 2025-07-14
  unknown; site-planning
  template, clone job, template list

data-cleanup: Clean up imported companies
  FIELD, contract, 150 days, asked 2025-11-24, started 2025-12-15
  unknown; platform
  duplicate check, merge page

crane-telemetry: Crane telemetry
  PLAN, planning, 0 days, asked 2025-04-28, never
  prospect for Varley Cranes; -
  telemetry feed

safety-scores: Safety scores for insurers
  FIELD, field, 0 days, asked 2025-09-22, never
  customer for Fenwick Rail; -; declined 2025-11-10
  incident count

tender-estimates: Wage tables in tender estimates
  PLAN, planning, 0 days, asked 2026-01-19, never
  sales for Dovetail Joinery; -; declined 2026-03-02
  estimate sheet

carbon-report: Carbon report per site, as Morrow Civil files it
  PLAN, planning, 0 days, asked 2026-05-25, never
  customer for Quillstone Civil + Morrow Civil; portfolio-insight
  carbon factor

model-viewer: Building model viewer
  FIELD, field, 0 days, asked 2026-08-24, never
  prospect for Harrowgate Modular; -
  model page
"""

_FACTS = re.compile(
    r"(?P<project>\w+), (?P<teams>[\w+]+), (?P<days>\d+) days, asked (?P<asked>[\d-]+),"
    r" (?:started (?P<start>[\d-]+)|never)"
)


class Epic(Struct, frozen=True):
    """One row of the story."""

    slug: str
    title: str
    project: str
    teams: Sequence[str]
    days: int
    asked: date
    start: date | None
    why: str
    accounts: Sequence[str]
    intent: str | None
    peculiar: Sequence[str]
    nouns: Sequence[str]

    @property
    def urgent(self) -> bool:
        """Jumps every queue."""
        return "urgent" in self.peculiar

    @property
    def moved(self) -> tuple[date, str] | None:
        """When it moved to which other project, if it did."""
        for word in self.peculiar:
            if word.startswith("moved "):
                _, day, project = word.split()
                return date.fromisoformat(day), project
        return None

    @property
    def declined(self) -> date | None:
        """When it was turned down, if it was."""
        found = [word.split()[1] for word in self.peculiar if word.startswith("declined ")]
        return date.fromisoformat(found[0]) if found else None


def _parse(block: str) -> Epic:
    heading, facts, reason, nouns = [line.strip() for line in block.strip().split("\n")]
    slug, _, title = heading.partition(": ")
    found = _FACTS.fullmatch(facts)
    if found is None:
        raise ValueError(f"the story's epic {slug} has unreadable facts: {facts}")
    cause, intent, *peculiar = reason.split("; ")
    why, _, accounts = cause.partition(" for ")
    return Epic(
        slug=slug,
        title=title,
        project=found["project"],
        teams=found["teams"].split("+"),
        days=int(found["days"]),
        asked=date.fromisoformat(found["asked"]),
        start=date.fromisoformat(found["start"]) if found["start"] else None,
        why=why,
        accounts=accounts.split(" + ") if accounts else [],
        intent=None if intent == "-" else intent,
        peculiar=peculiar[0].split(", ") if peculiar else [],
        nouns=nouns.split(", "),
    )


def epics() -> list[Epic]:
    """Every epic of the story."""
    return [_parse(block) for block in _EPICS.split("\n\n")]
