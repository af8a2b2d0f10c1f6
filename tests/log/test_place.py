"""A log is only written where it is safe, and that is known before anything is asked of a tracker."""

from collections import namedtuple
from pathlib import Path

import pytest
from conftest import Desk

from tracker_sync.errors import LogError
from tracker_sync.log import place
from tracker_sync.log.sqlite import SqliteLog

ROOT = "27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
Usage = namedtuple("Usage", ["total", "used", "free"])


def mounted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *lines: str) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(ROOT + "".join(lines))
    monkeypatch.setattr(place, "MOUNTS", mounts)


def mount(point: Path, kind: str) -> str:
    return f"30 27 0:50 / {str(point).replace(' ', chr(92) + '040')} rw shared:2 - {kind} server:/x rw\n"


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs"])
def test_a_network_file_system_is_refused_to_the_writer(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SqliteLog(tmp_path / "log.db", write=True).close()
    mounted(monkeypatch, tmp_path, mount(tmp_path, kind))
    with pytest.raises(LogError, match=rf"on a network file system \({kind}\)"):
        SqliteLog(tmp_path / "log.db", write=True)
    SqliteLog(tmp_path / "log.db").close()


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "overlay", "tmpfs", "9p", "zfs"])
def test_a_disk_of_this_machine_is_fine(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounted(monkeypatch, tmp_path, mount(tmp_path, kind))
    SqliteLog(tmp_path / "log.db", write=True).close()


def test_the_nearest_mount_counts_and_of_two_on_one_place_the_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "with blanks, ünlike" / "inner"
    inner.mkdir(parents=True)
    mounted(
        monkeypatch, tmp_path, mount(inner, "nfs"), mount(inner.parent, "ext4"), mount(inner.parent, "xfs")
    )
    assert [place.file_system(p) for p in (inner, inner.parent, tmp_path)] == ["nfs", "xfs", "ext4"]


def test_a_link_to_a_folder_counts_as_where_it_leads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir()
    link.symlink_to(real)
    mounted(monkeypatch, tmp_path, mount(real, "nfs"))
    assert place.file_system(link) == "nfs"


def test_a_machine_that_does_not_tell_its_mounts_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "MOUNTS", tmp_path / "none")
    assert place.file_system(tmp_path) == ""
    SqliteLog(tmp_path / "log.db", write=True).close()


def test_a_full_disk_is_found_before_the_tracker_is_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.jira("http://127.0.0.1:9")  # where nobody listens
    monkeypatch.setattr(place.shutil, "disk_usage", lambda _: Usage(100, 99, 1))
    done = desk.run("sync")
    assert (done.code, "is full (0 MiB left)" in done.err) == (6, True)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r"there is no folder .*/none for the log"):
        SqliteLog(tmp_path / "none" / "log.db", write=True)
