"""What the made-up company's warnings show, and that each opens up to what it rests on."""

import json
import shutil
from pathlib import Path

from conftest import Desk


def test_eight_patterns_are_found_and_each_is_followed_to_its_evidence_in_two_commands(
    demo_folder: Path, desk: Desk
) -> None:
    shutil.copytree(demo_folder, desk.folder, dirs_exist_ok=True)
    done = desk.run("report", "warnings", "--format", "json")
    rows = json.loads(done.out)["rows"]
    firsts = {row["detector"]: row for row in reversed(rows)}
    assert len(firsts) >= 8
    for row in firsts.values():
        shown = desk.run("show", row["items"][0])
        assert (shown.code, row["items"][0] in shown.out) == (0, True)
