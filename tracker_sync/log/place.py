"""Whether a log can be written where it is to be: on a disk of this machine, with room left."""

import os
import re
import shutil
from pathlib import Path

from tracker_sync.errors import LogError

LEAST_FREE = 16 * 1024 * 1024
"""Bytes. A page of a sync and its rollback journal take less, and are best not begun without."""
NETWORK = {
    "afs", "beegfs", "ceph", "cifs", "davfs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs",
    "gfs2", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "smb3", "smbfs",
}  # fmt: skip
"""Types of file systems over a network: locks do not hold there, and two writers ruin the file
(https://www.sqlite.org/howtocorrupt.html#_file_locking_problems)."""
MOUNTS = Path("/proc/self/mountinfo")


def check(path: Path) -> None:
    """Raises LogError where a log at the path could not be written safely; before a tracker is asked
    for what there is then no room for."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise LogError(f"there is no folder {folder} for the log; make it, or name another in [log] url")
    for place in (folder, path):
        if place.exists() and not os.access(place, os.W_OK):
            raise LogError(f"{place} may not be written to. Nothing was changed; look at its owner and mode")
    if (kind := file_system(folder)) in NETWORK:
        raise LogError(
            f"{path} is on a network file system ({kind}), where two runs cannot be kept apart. Keep the "
            "log on a disk of this machine"
        )
    if (free := shutil.disk_usage(folder).free) < LEAST_FREE:
        raise LogError(
            f"the disk of {path} is full ({free // 2**20} MiB left). Nothing was changed; make room and run "
            "again"
        )


def file_system(folder: Path) -> str:
    """The type of the file system that holds the folder, as the kernel calls it; '' where it does not say.

    The lines of mountinfo: https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
    """
    real = folder.resolve()
    best, kind = -1, ""
    try:
        mounts = MOUNTS.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return ""
    for line in mounts:
        before, _, after = line.partition(" - ")
        point = Path(_unescaped(before.split(" ")[4]))
        if (real == point or point in real.parents) and len(point.parts) >= best:
            best, kind = len(point.parts), after.split(" ")[0]
    return kind


def _unescaped(name: str) -> str:
    """The kernel writes blanks and the like as three octal digits."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), name)
