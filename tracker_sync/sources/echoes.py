"""Blots out of a tracker's answers what was sent to it as a secret: some servers show all that they got."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, MutableMapping
from urllib.parse import quote

from requests.utils import get_auth_from_url, select_proxy

from tracker_sync.blots import BLOT, LEAST


class Echoes:
    """The secrets of one request, in each form in which a server may repeat them."""

    def __init__(self, headers: Mapping[str, str], url: str, proxies: Mapping[str, str] | None) -> None:
        secrets = {s for name in _HEADERS for s in _secrets(headers.get(name, ""))}
        if proxy := select_proxy(url, proxies):
            user, password = get_auth_from_url(proxy)
            secrets |= {password, _pair(user, password)}
        self._forms = sorted(
            {form for s in secrets if len(s) >= LEAST for form in _forms(s)}, key=len, reverse=True
        )

    def out_of(self, content: bytes) -> bytes:
        """The content without any of them."""
        for form in self._forms:
            content = content.replace(form.encode(errors="surrogateescape"), BLOT.encode())
        return content

    def out_of_headers(self, headers: MutableMapping[str, str]) -> None:
        """Take them out of a response's headers: of an address to go to, or of an ETag that is remembered."""
        for name, value in headers.items():
            for form in self._forms:
                if form in value:
                    value = value.replace(form, BLOT)
                    headers[name] = value


_HEADERS = ("Authorization", "Proxy-Authorization")


def _secrets(header: str | bytes) -> Iterator[str]:
    """What follows the scheme of an Authorization header; of a pair also the password in it."""
    text = header.decode("latin-1") if isinstance(header, bytes) else header
    scheme, _, secret = text.partition(" ")
    yield secret.strip()
    if scheme.lower() == "basic":
        try:
            pair = base64.b64decode(secret).decode()
        except (binascii.Error, UnicodeDecodeError):
            return
        yield pair.partition(":")[2]


def _pair(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode(errors="replace")).decode() if password else ""


def _forms(secret: str) -> set[str]:
    """As it is, and as an address and JSON write it."""
    return {
        secret,
        quote(secret, safe="", errors="replace"),
        json.dumps(secret)[1:-1],
        secret.replace("/", "\\/"),
    }
