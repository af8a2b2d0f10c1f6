"""Tells a check that expects to hear of every run (healthchecks.io and its like) how a run goes."""

from collections.abc import Callable
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

DEADLINE = 10.0
"""Seconds for one ping; a run waits no longer than that, at its start and at its end."""
LARGEST = 65_536
How = Literal["start", "success", "fail"]


def ping(address: str, how: How, complain: Callable[[str], object]) -> None:
    """Ask for the address, or for the one below it that means a start or a failure
    (https://healthchecks.io/docs/http_api/). Complains where that fails, and never raises: a run is not
    to end for it. Whoever knows the address can say that all is well, so it is in no message.
    """
    import requests

    from tracker_sync.errors import TrackerSyncError
    from tracker_sync.sources.wire import BoundedAdapter, keep_to_own

    parts = urlsplit(address)
    path = parts.path.rstrip("/") + ("" if how == "success" else f"/{how}")
    origin = f"{parts.scheme}://{parts.netloc}"
    session = requests.Session()
    keep_to_own(session)
    # One host: an answer that points to another would have us tell it where the check is.
    session.mount(f"{parts.scheme}://", BoundedAdapter(origin, deadline=DEADLINE, largest=LARGEST))
    try:
        answer = session.get(urlunsplit(parts._replace(path=path)), timeout=DEADLINE)
        if not answer.ok:
            complain(f"the check at {parts.netloc} was not told: it answered {answer.status_code}")
    except requests.RequestException as e:
        complain(f"the check at {parts.netloc} was not told: {type(e).__name__}")
    except TrackerSyncError as e:
        complain(f"the check at {parts.netloc} was not told: {e}")
    finally:
        session.close()
