"""Where an item stands in its tracker, as an address that a browser opens."""

from collections.abc import Callable
from urllib.parse import quote, urlsplit

from tracker_sync.config import Config, JiraConfig, SourceConfig

Links = Callable[[str], str | None]
"""The address of an item, by its ref; None where it has none."""


def links(config: Config) -> Links:
    """Addresses of the items of the configured sources: `https://acme.atlassian.net/browse/PAY-12`,
    `https://github.com/acme/web/issues/12`."""
    sources = {s.name: s for s in config.sources}

    def link(ref: str) -> str | None:
        name, _, key = ref.partition(":")
        return _address(sources[name], key) if name in sources and key else None

    return link


def _address(source: SourceConfig, key: str) -> str | None:
    if urlsplit(source.url).scheme not in ("https", "http"):
        return None
    if isinstance(source, JiraConfig):
        return f"{source.url.rstrip('/')}/browse/{quote(key, safe='')}"
    repo, _, number = key.rpartition("#")
    return f"{site_of(source.url)}/{quote(repo)}/issues/{quote(number, safe='')}" if repo else None


def site_of(api: str) -> str:
    """The site that people see of a GitHub whose API is at this address: on github.com and its data
    residencies the API has a host of its own, on Enterprise Server a path."""
    at = urlsplit(api)
    host = at.netloc.removeprefix("api.") if at.path.strip("/") == "" else at.netloc
    return f"{at.scheme}://{host}{at.path.rstrip('/').removesuffix('/api/v3')}"
