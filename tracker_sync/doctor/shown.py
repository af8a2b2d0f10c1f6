"""What was checked, as text and as JSON. Format: docs/doctor.md."""

from collections.abc import Sequence

from msgspec.structs import asdict

from tracker_sync.doctor import STATES, Check, in_order, worst
from tracker_sync.render import clean
from tracker_sync.render.json import dump
from tracker_sync.render.prose import counted, wrapped

TITLES = {"broken": "Broken", "look": "Worth a look", "unchecked": "Not checked", "fine": "Fine"}


def as_text(checks: Sequence[Check]) -> str:
    """What is broken first, each with what to do about it."""
    lines = [wrapped(_summary(checks))]
    last = ""
    for check in in_order(checks):
        if check.state != last:
            lines += ["", TITLES[check.state]]
            last = check.state
        lines.append(wrapped(f"{check.about}: {check.what}", 4, 2))
        if check.remedy:
            lines.append(wrapped(f"-> {check.remedy}", 7, 4))
    return "\n".join(lines) + "\n"


def _summary(checks: Sequence[Check]) -> str:
    count = {state: sum(c.state == state for c in checks) for state in STATES}
    broken = f"{counted(count['broken'], 'thing')} to mend" if count["broken"] else "Nothing is broken"
    looks = f"{count['look']} worth a look" if count["look"] else "nothing else stands out"
    left = f", {count['unchecked']} not checked" if count["unchecked"] else ""
    return f"{broken}, {looks}{left}; {counted(count['fine'], 'check')} fine."


def as_json(checks: Sequence[Check]) -> str:
    """One object; `rows` in the order of the text."""
    return dump({
        "schema": "tracker-sync/doctor/1",
        "summary": {
            "exit_code": worst(checks),
            **{state: sum(c.state == state for c in checks) for state in STATES},
        },
        "rows": [asdict(c) | {"what": clean(c.what), "remedy": clean(c.remedy)} for c in in_order(checks)],
    })  # fmt: skip
