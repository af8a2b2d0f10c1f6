"""Every command that the docs and README.md tell to type is typed, and shows what the page says."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from conftest import Desk

from tests.played import BY_SHELL, ELSEWHERE, NOT_RUN, pages, parsed, play, reason, trackers
from tests.typed import FENCE, OWN, Reader, same, spans, typed, uncommented, unknown

PAGES = pages()
LINES = [line for page, text in PAGES.items() for line in typed(page, text)]


@pytest.fixture(scope="module")
def urls() -> Iterator[list[str]]:
    with trackers() as urls:
        yield urls


def run(args: list[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str, str]:
    """The command, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        done = Desk(folder, patch).run(*args, **environment)
    return done.code, done.out, done.err


@pytest.fixture(scope="module")
def demo(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, in which patterns were looked for once, so that no page has to."""
    folder = shutil.copytree(demo_folder, tmp_path_factory.mktemp("pages") / "demo")
    assert run(["report"], folder, {})[0] == 0
    return folder


@pytest.mark.usefixtures("desk")  # for an environment without tokens
@pytest.mark.parametrize("page", dict.fromkeys(line.page for line in LINES if line.page not in ELSEWHERE))
def test_every_line_of_a_page_works_and_shows_what_it_says(
    page: str, demo: Path, urls: list[str], naps: list[float]
) -> None:
    wrong = []
    for played in play(page, PAGES[page], demo, urls, run):
        if not played.is_as_told:
            wrong.append(f"{played.typed.where}\nended with {played.code}: {played.said}")
        elif played.typed.shown and not same(played.typed.shown, played.said):
            wrong.append(f"{played.typed.where}\nshows (`make docs` renews the page):\n{played.said[:600]}")
    assert not wrong, "\n\n".join(wrong)
    assert not naps, "a tracker was away"


def test_a_line_that_is_not_run_names_what_there_is() -> None:
    wrong = [f"{line.where}: {problem}" for line in LINES if reason(line.text)
             for words in parsed(line.text) if (problem := unknown(words))]  # fmt: skip
    assert wrong == []


def test_no_reason_not_to_run_is_left_over() -> None:
    assert [start for start in NOT_RUN if not any(line.text.startswith(start) for line in LINES)] == []
    assert [line for line in BY_SHELL if line not in {uncommented(t.text).strip() for t in LINES}] == []
    assert [page for page in ELSEWHERE if page not in {line.page for line in LINES}] == []


def test_a_command_within_a_sentence_names_what_there_is() -> None:
    wrong = [f"{page}:{line}: {problem}" for page, text in PAGES.items() for line, said in spans(text)
             if (problem := unknown(said.split()))]  # fmt: skip
    assert wrong == []


def test_no_command_hides_in_a_block_of_another_kind() -> None:
    wrong = []
    for page, text in PAGES.items():
        for block in FENCE.finditer(text):
            line = text[: block.start()].count("\n") + 1
            if not block[2]:
                wrong.append(f"{page}:{line}: say what the block is: sh, console, text, toml …")
            elif block[2] in ("text", "bash", "shell", "shell-session") and _typed(block[3]):
                wrong.append(f"{page}:{line}: call it sh, or console where it shows output")
    assert wrong == []


def _typed(block: str) -> bool:
    """Whether a block's first line looks like something to type, and not like a usage line."""
    first = block.split("\n", 1)[0]
    return first.startswith("$ ") or (first.startswith(f"{OWN} ") and not {*first} & {"[", "|"})


@pytest.mark.parametrize("line", [
    "touch made", "tracker-sync report && touch made", "export A=b; touch made", "`touch made`",
    "tracker-sync report | tee made", "tracker-sync report; $(touch made)",
    "tracker-sync report --output /made", "tracker-sync report > ~/made",
])  # fmt: skip
def test_no_other_program_is_run_unless_it_is_listed(line: str, tmp_path: Path) -> None:
    reader = Reader(tmp_path, lambda *_: (0, "", ""), {}, {"touch listed"})
    assert reader.type("touch listed") == (0, "")
    with pytest.raises(ValueError, match=r"BY_SHELL|NOT_RUN|understood"):
        reader.type(line)
    assert [p.name for p in tmp_path.iterdir()] == ["listed"]


@pytest.mark.parametrize("line", [
    "tracker-sync reprot", "tracker-sync report --fromat json", "tracker-sync strategy chekc",
    "tracker-sync log verify --agianst head.json", "tracker-sync report --weight=effort --team-name=x",
])  # fmt: skip
def test_what_there_is_not_is_found(line: str) -> None:
    assert unknown(line.split())
