"""The measures that rules name, each a small pure function in a file of its family."""

from collections.abc import Mapping

from tracker_sync.patterns.measure import Measure
from tracker_sync.patterns.measures.authority import AUTHORITY_APPROVAL
from tracker_sync.patterns.measures.evidence import DEAL_SHARE, INSIDE_ONLY, WITHOUT_EVIDENCE
from tracker_sync.patterns.measures.retrofit import RETROFIT
from tracker_sync.patterns.measures.scope import PROMISED_BEFORE_SCOPED

MEASURES: Mapping[str, Measure] = {
    "authority_approval": AUTHORITY_APPROVAL,
    "deal_share": DEAL_SHARE,
    "inside_only": INSIDE_ONLY,
    "promised_before_scoped": PROMISED_BEFORE_SCOPED,
    "retrofit_share": RETROFIT,
    "without_evidence": WITHOUT_EVIDENCE,
}
"""By the name that `[when] measure` gives."""
