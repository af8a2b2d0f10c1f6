"""The measures that rules name, each a small pure function in a file of its family."""

from collections.abc import Mapping

from tracker_sync.patterns.measure import Measure
from tracker_sync.patterns.measures.authority import AUTHORITY_APPROVAL
from tracker_sync.patterns.measures.blame import GO_TO_MARKET_BLAME
from tracker_sync.patterns.measures.cohorts import IGNORED_SHARE
from tracker_sync.patterns.measures.escalation import ESCALATION
from tracker_sync.patterns.measures.evidence import DEAL_SHARE, INSIDE_ONLY, WITHOUT_EVIDENCE
from tracker_sync.patterns.measures.gates import GATES_SKIPPED
from tracker_sync.patterns.measures.loudest import LOUDEST_ACCOUNT
from tracker_sync.patterns.measures.problems import OUTSIDE_THE_TOP
from tracker_sync.patterns.measures.quarter_end import BEGUN_AT_QUARTER_END
from tracker_sync.patterns.measures.queue import SERVED_OUT_OF_TURN
from tracker_sync.patterns.measures.reset import NEW_OWNER_RESET
from tracker_sync.patterns.measures.retrofit import RETROFIT
from tracker_sync.patterns.measures.said_no import AGAINST_A_NO
from tracker_sync.patterns.measures.scope import PROMISED_BEFORE_SCOPED
from tracker_sync.patterns.measures.small_first import SMALLER_FIRST
from tracker_sync.patterns.measures.solutions import ONE_SOLUTION
from tracker_sync.patterns.measures.spiral import MVP_SPIRAL
from tracker_sync.patterns.measures.thin import ACTIVE_INTENTS, CROSSING_LINKS, EFFORT_SPREAD

MEASURES: Mapping[str, Measure] = {
    "authority_approval": AUTHORITY_APPROVAL,
    "active_intents": ACTIVE_INTENTS,
    "crossing_links": CROSSING_LINKS,
    "against_a_no": AGAINST_A_NO,
    "begun_at_quarter_end": BEGUN_AT_QUARTER_END,
    "deal_share": DEAL_SHARE,
    "effort_spread": EFFORT_SPREAD,
    "escalation": ESCALATION,
    "gates_skipped": GATES_SKIPPED,
    "go_to_market_blame": GO_TO_MARKET_BLAME,
    "ignored_share": IGNORED_SHARE,
    "inside_only": INSIDE_ONLY,
    "loudest_account": LOUDEST_ACCOUNT,
    "mvp_spiral": MVP_SPIRAL,
    "new_owner_reset": NEW_OWNER_RESET,
    "one_solution": ONE_SOLUTION,
    "outside_the_top": OUTSIDE_THE_TOP,
    "promised_before_scoped": PROMISED_BEFORE_SCOPED,
    "retrofit_share": RETROFIT,
    "smaller_first": SMALLER_FIRST,
    "served_out_of_turn": SERVED_OUT_OF_TURN,
    "without_evidence": WITHOUT_EVIDENCE,
}
"""By the name that `[when] measure` gives."""
