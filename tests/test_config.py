"""The example configuration is true, and shows every key."""

from pathlib import Path

import msgspec
import pytest

from tracker_sync.config import Config, GithubConfig, JiraConfig, credentials_for, load, shown
from tracker_sync.errors import ConfigError

EXAMPLE = Path(__file__).parent.parent / "config.example.toml"
SECTIONS = ("log", "strategy", "rules", "calendar", "cron", "daemon")


def keys(shape: type) -> set[str]:
    return {f.encode_name for f in msgspec.structs.fields(shape)}


def test_the_example_loads_and_its_values_are_the_defaults() -> None:
    config = load(EXAMPLE)
    for section in SECTIONS:
        assert getattr(config, section) == type(getattr(config, section))()
    github = next(s for s in config.sources if isinstance(s, GithubConfig))
    assert github == GithubConfig(name="web", repos=["acme/web", "acme/api"])


def test_the_example_shows_every_key() -> None:
    text = EXAMPLE.read_text()
    config = load(EXAMPLE)
    shapes = [JiraConfig, GithubConfig, type(config.sources[0].fields)]  # type: ignore[union-attr]
    shapes += [type(getattr(config, s)) for s in SECTIONS]
    for shape in shapes:
        for key in keys(shape):
            assert f"{key} = " in text, key
    assert {f.name for f in msgspec.structs.fields(Config)} - {"path"} <= {"sources", *SECTIONS}


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


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:hunter2@db.test/log", "postgres://ada:hunter2@a.test:1,b.test:2/log",
        "postgresql://ada:hun#ter2@db.test/log", "postgresql://ada:hun?ter2@db.test/log",
        "postgresql://ada:hun/ter2@db.test/log", "postgresql://ada:hun@ter2@db.test/log",
        "postgresql://db.test/log?password=hunter2", "postgresql://db.test/log?pass%77ord=hunter2",
        "postgresql://db.test/log?sslmode=require&sslpassword=hunter2",
    ],
)  # fmt: skip
def test_a_password_in_the_url_of_the_log_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    path = tmp_path / "tracker-sync.toml"
    path.write_text(f'# ours\n\n[log]\nurl = "{url}"\n')
    with pytest.raises(ConfigError) as refused:
        load(path)
    assert str(refused.value).startswith(f"{path}:4: [log] url: leave the password out of it")
    assert "PGPASSWORD" in str(refused.value)
    assert "ter2" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///log", "postgresql://ada@db.test:5432/log", "postgresql://ada:@/log?host=/run/postgresql",
        "postgresql://db.test:5432/log?user=ada@eu&options=-csearch_path%3Dours",
        "postgresql://?service=log",
    ],
)  # fmt: skip
def test_a_url_without_a_password_is_as_libpq_has_it(tmp_path: Path, url: str) -> None:
    path = tmp_path / "tracker-sync.toml"
    path.write_text(f'[log]\nurl = "{url}"\n')
    assert load(path).log_place == url


def test_the_place_of_a_log_is_shown_without_its_user_and_options() -> None:
    assert shown("postgresql://ada:x@db.test:1/log?host=h") == "postgresql://db.test:1/log"
    assert shown(Path("log.db")) == "log.db"
