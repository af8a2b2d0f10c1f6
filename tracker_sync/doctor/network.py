"""What every tracker is asked alike: whether it can be reached, and whether its clock is ours."""

from tracker_sync.doctor import Check, fine, look
from tracker_sync.errors import ConfigError, TrackerSyncError, Unavailable

PATIENCE = 20
"""Seconds for one request: who asks a doctor waits for the answer."""
MOST_OFF = 60
"""Seconds that two clocks may differ: what is later on ours is then not taken for later there."""


def away(error: TrackerSyncError) -> str:
    """What to do about a tracker that does not answer as one."""
    match error:
        case ConfigError():
            return "correct the variable, or unset it"
        case Unavailable() if "SSLError" in str(error):
            return "name the certificate of your own authority in REQUESTS_CA_BUNDLE"
        case Unavailable():
            return (
                "look whether the address opens in a browser; is there a proxy (HTTPS_PROXY)? Then try again"
            )
        case _:
            return "open the address in a browser: something else answers there; correct url"


def clock(about: str, theirs: float, ours: float) -> Check:
    """Whether two clocks agree; the tracker's is that of its last `Date`, both in seconds since 1970."""
    off = ours - theirs
    if not theirs or abs(off) <= MOST_OFF:
        return fine("clock", about, "its clock and ours agree")
    later = "ahead of" if off > 0 else "behind"
    return look(
        "clock", about, f"our clock is {_spell(abs(off))} {later} the tracker's",
        "set this machine's clock by NTP (timedatectl set-ntp true); nothing is lost meanwhile, but ages and "
        "dates of reports are off by that",
    )  # fmt: skip


def _spell(seconds: float) -> str:
    for name, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} seconds"
