"""The example configuration is true, and shows every key."""

from pathlib import Path

import msgspec
import pytest

from tracker_sync.config import Config, GithubConfig, JiraConfig, credentials_for, load

EXAMPLE = Path(__file__).parent.parent / "config.example.toml"


def keys(shape: type) -> set[str]:
    return {f.encode_name for f in msgspec.structs.fields(shape)}


def test_the_example_loads_and_its_values_are_the_defaults() -> None:
    config = load(EXAMPLE)
    for section in ("log", "strategy", "rules", "calendar"):
        assert getattr(config, section) == type(getattr(config, section))()
    github = next(s for s in config.sources if isinstance(s, GithubConfig))
    assert github == GithubConfig(name="web", repos=["acme/web", "acme/api"])


def test_the_example_shows_every_key() -> None:
    text = EXAMPLE.read_text()
    config = load(EXAMPLE)
    shapes = [JiraConfig, GithubConfig, type(config.sources[0].fields)]  # type: ignore[union-attr]
    shapes += [type(getattr(config, s)) for s in ("log", "strategy", "rules", "calendar")]
    for shape in shapes:
        for key in keys(shape):
            assert f"{key} = " in text, key
    assert {f.name for f in msgspec.structs.fields(Config)} - {"path"} <= {
        "sources", "log", "strategy", "rules", "calendar",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TRACKER_SYNC_ACME_EU_TOKEN": "own", "JIRA_TOKEN": "common"}, (None, "own")),
        ({"JIRA_TOKEN": "common", "JIRA_USER": "ada"}, ("ada", "common")),
        ({}, (None, None)),
    ],
)
def test_a_sources_own_token_comes_before_the_common_one(
    environment: dict[str, str], expected: tuple[str | None, str | None]
) -> None:
    source = JiraConfig(name="acme-eu", url="https://acme.example")
    assert credentials_for(source, environment) == expected


def test_a_token_can_be_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret\n")
    source = GithubConfig(name="web", repos=["acme/web"])
    assert credentials_for(source, {"GITHUB_TOKEN_FILE": str(tmp_path / "token")}) == (None, "secret")
