"""The commands that the docs tell to type: found in their blocks, and typed one after the other."""

import os
import re
import shlex
import subprocess
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import click

from tracker_sync.cli import cli

FENCE = re.compile(r"^( *)```(\S*)[^\n]*\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`(tracker-sync [^`]+)`")
CUT = "…"
"""A line of shown output that stands for all that follows."""
OWN = "tracker-sync"
Run = Callable[[list[str], Path, Mapping[str, str]], tuple[int, str, str]]
"""Arguments, folder and further environment of a command, to its exit code, stdout and stderr."""


@dataclass(frozen=True)
class Typed:
    """A line that a page tells to type."""

    page: str
    line: int
    """From 1 on."""
    text: str
    """Without its prompt; a line that goes on after a backslash is one."""
    shown: str | None
    """The output that the page shows for it; None where it shows none."""

    @property
    def where(self) -> str:
        return f"{self.page}:{self.line}: {self.text}"


@dataclass
class Reader:
    """Somebody who types a page, line by line, and what the lines have said of the environment so far."""

    folder: Path
    run: Run
    stand_ins: Mapping[str, str]
    """What is typed instead of a word of the page."""
    by_shell: Collection[str]
    """The lines for other programs that may be run."""
    environment: dict[str, str] = field(default_factory=dict)

    def type(self, line: str) -> tuple[int, str]:
        """The exit code and the words of a line. Raises ValueError for what is not understood, and for a line
        for another program that is not listed: it could do anything to this machine."""
        commands = split(line)
        if any(words[0] not in (OWN, "export") for words in commands):
            if line not in self.by_shell:
                raise ValueError("say in tests/played.py whether it is run (BY_SHELL), or why not (NOT_RUN)")
            return self._shell(line)
        said = ""
        for words in commands:
            words = [self._expanded(word) for word in words]
            if away := [w for w in words if w[0:1] in "/~" and w and not w.startswith(str(self.folder))]:
                raise ValueError(f"{away[0]} lies outside of the folder: say in NOT_RUN why it is not run")
            code, more = self._one([self.stand_ins.get(word, word) for word in words])
            said += more
            if code:
                return code, said
        return 0, said

    def _one(self, words: list[str]) -> tuple[int, str]:
        if words[0] == "export":
            self.environment |= dict(w.split("=", 1) for w in words[1:])
            return 0, ""
        words, target = (words[:-2], words[-1]) if words[-2:-1] == [">"] else (words, None)
        if problem := unknown(words):
            raise ValueError(problem)
        code, out, err = self.run(words[1:], self.folder, self.environment)
        if target:
            (self.folder / target).write_text(out, encoding="utf-8")
        return code, err if target else out + err

    def _shell(self, line: str) -> tuple[int, str]:
        done = subprocess.run(
            ["bash", "-ec", line], cwd=self.folder, env=os.environ | self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout

    def _expanded(self, word: str) -> str:
        known = {**os.environ, **self.environment, "PWD": str(self.folder)}
        return re.sub(r"\$(\w+)", lambda m: known.get(m[1], ""), word)


def typed(page: str, text: str) -> Iterator[Typed]:
    """Every line of a page's `sh` and `console` blocks that is to be typed."""
    for block in FENCE.finditer(text):
        first = text[: block.start()].count("\n") + 2
        lines = [line.removeprefix(block[1]) for line in block[3].splitlines()]
        if block[2] == "sh":
            yield from _script(page, first, lines)
        elif block[2] == "console":
            yield from _session(page, first, lines)


def _script(page: str, first: int, lines: list[str]) -> Iterator[Typed]:
    begun = ""
    for n, line in enumerate(lines):
        if not begun and (not line.strip() or line.startswith("#")):
            continue
        if line.endswith("\\"):
            begun += line[:-1]
            continue
        yield Typed(page, first + n, (begun + line).strip(), None)
        begun = ""


def _session(page: str, first: int, lines: list[str]) -> Iterator[Typed]:
    starts = [n for n, line in enumerate(lines) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        shown = "".join(f"{line}\n" for line in lines[start + 1 : end])
        yield Typed(page, first + start, lines[start][2:].strip(), shown)


def same(shown: str, said: str) -> bool:
    """Whether a page shows what a command says, or how it begins."""
    if shown.endswith(f"{CUT}\n"):
        return said.startswith(shown.removesuffix(f"{CUT}\n"))
    return said == shown


def renewed(page: str, text: str, said: Mapping[int, str]) -> str:
    """A page with the output of its lines as it is now, cut where it was cut."""
    lines = text.splitlines(keepends=True)
    for line in sorted((t for t in typed(page, text) if t.line in said and t.shown), key=lambda t: -t.line):
        old = line.shown or ""
        new = said[line.line]
        if old.endswith(f"{CUT}\n"):
            new = "".join(new.splitlines(keepends=True)[: old.count("\n") - 1]) + f"{CUT}\n"
        lines[line.line : line.line + old.count("\n")] = [new]
    return "".join(lines)


def unknown(words: list[str]) -> str | None:
    """What a command line of our own names that the command does not have: a command or an option."""
    command: click.Command = cli
    path, rest = [OWN], words[1:]
    while rest:
        word, *rest = rest
        if word.startswith("-") and len(word) > 1:
            name = word.partition("=")[0]
            options = {o for p in command.params for o in (*p.opts, *p.secondary_opts)} | {"--help", "-h"}
            if name not in options:
                return f"{' '.join(path)} has no option {name}"
        elif isinstance(command, click.Group) and word != "COMMAND":
            below = command.commands.get(word)
            if below is None:
                return f"{' '.join(path)} has no command {word}"
            command, path = below, [*path, word]
    return None


def spans(text: str) -> Iterator[tuple[int, str]]:
    """The command lines that a page names within its sentences, with their lines."""
    prose = FENCE.sub(lambda m: "\n" * m[0].count("\n"), text)
    for found in SPAN.finditer(prose):
        yield prose[: found.start()].count("\n") + 1, " ".join(found[1].split())


def split(line: str) -> list[list[str]]:
    """The words of each command of a line, without its comment. Raises ValueError for a pipe and the like."""
    lexer = shlex.shlex(uncommented(line), posix=True, punctuation_chars="|&;>")
    lexer.whitespace_split, lexer.commenters = True, ""
    found: list[list[str]] = [[]]
    for word in lexer:
        if word in ("&&", ";"):
            found.append([])
        elif word != ">" and set(word) <= set("|&;>"):
            raise ValueError(f"{word} is not understood here: leave it out")
        else:
            found[-1].append(word)
    return [words for words in found if words]


def uncommented(line: str) -> str:
    """A line without the comment at its end."""
    quote = ""
    for n, c in enumerate(line):
        if quote:
            quote = "" if c == quote else quote
        elif c in "'\"":
            quote = c
        elif c == "#" and (n == 0 or line[n - 1].isspace()):
            return line[:n]
    return line
