"""Reference pages that are written from the code: commands, configuration, JSON and events; `make docs`."""

import ast
import dataclasses
import inspect
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import click
import msgspec

from tracker_sync import config, events
from tracker_sync.cli import cli
from tracker_sync.reports import NAMES

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs/reference"
SCHEMAS = ROOT / "tracker_sync/schemas"
NOTE = "<!-- Written by `make docs` from the code; change it there. -->\n"
OTHERWISE = {"client-view": "report demand --customer NAME --redact"}
"""Reports that are not asked for by their name."""
COMMANDS = """# Commands

What `tracker-sync COMMAND --help` says, in one place. Reports go to stdout, all talk to stderr.
How a command ended is told by its [exit code](../exit-codes.md).
"""
CONFIGURATION = """# Configuration

Every key of `tracker-sync.toml`, with its default. The file is the one that `--config` names, or
`TRACKER_SYNC_CONFIG`; else it is looked for in the folder where you are, and upwards. Paths in it
are relative to it. A key that is not listed here is an error, so a typo switches nothing off in
silence.
"""
JSON = """# JSON of the reports

What is under `summary`, `unknowns` and `evidence` of `report NAME --format json`. The shape around
it, and what a share looks like, is in [formats](../formats.md); the columns are in
[reports](../reports.md). The JSON Schema (draft 2020-12) of each, with all of that, comes with the
package as `tracker_sync/schemas/report-NAME.json`. Within a version keys are only added.
"""
EVENTS = """# Events

What the log holds, kind by kind. The name of a kind is permanent; a new shape is a new kind. How
events are stored, and how to look at them: [the log](../log.md). Tags that rules give are no events:
they are worked out anew ([why](../facts.md)).

## Every event
"""
TYPES = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false",
         "array": "list", "object": "object", "null": "null"}  # fmt: skip
"""JSON's types, in words."""


def reference() -> dict[str, str]:
    """What docs/reference holds, by file name."""
    return {
        "cli.md": NOTE + _commands(), "configuration.md": NOTE + _configuration(),
        "json.md": NOTE + _reports(), "events.md": NOTE + _events(),
    }  # fmt: skip


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown, with a line before it, without the columns that are empty; of no rows nothing."""
    listed = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    shown = [n for n in range(len(head)) if any(row[n] for row in listed)]
    lines = [[head[n] for n in shown], ["---" for _ in shown], *([row[n] for n in shown] for row in listed)]
    return "\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines) if listed else ""


def commands(
    command: click.Command = cli, path: tuple[str, ...] = ("tracker-sync",)
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command, a group before its own."""
    yield path, command
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from commands(below, (*path, name))


def _commands() -> str:
    listed = [*commands()]
    overview = table(["command", "does"], (
        (f"[`{' '.join(path[1:])}`](#{'-'.join(path)})", _first(told(command)[0]))
        for path, command in listed if not isinstance(command, click.Group)
    ))  # fmt: skip
    return COMMANDS + overview + "".join(_command(path, command) for path, command in listed)


def _first(text: str) -> str:
    """The first sentence."""
    return re.split(r"(?<=\.)\s", text, maxsplit=1)[0]


def _command(path: tuple[str, ...], command: click.Command) -> str:
    said, examples = told(command)
    usage = " ".join([*path, *command.collect_usage_pieces(click.Context(command))])
    for param in command.params:
        if isinstance(param, click.Argument) and isinstance(param.type, click.Choice):
            name = (param.name or "").upper()
            usage = usage.replace("|".join(param.type.choices), name)
            said += f"\n\n{name} is one of {_either(param.type)}."
    page = f"\n{'##' if len(path) < 3 else '###'} {' '.join(path)}\n\n{said}\n\n```text\n{usage}\n```\n"
    options = [p for p in command.params if isinstance(p, click.Option)]
    page += table(["option", "does", "default"], map(_option, options))
    return page + (f"\n```sh\n{examples}```\n" if examples else "")


def told(command: click.Command) -> tuple[str, str]:
    """A command's help: what it says, and the examples at its end, a line for each."""
    text = inspect.cleandoc(command.help or "").replace("\b\n", "")
    start = re.search(r"Example: |^tracker-sync ", text, re.M)
    said, shown = (text[: start.start()], text[start.start() :]) if start else (text, "")
    lines = [line.strip() for line in shown.removeprefix("Example: ").splitlines()]
    return said.strip(), "".join(re.sub(r" {2,}", "  # ", line) + "\n" for line in lines if line)


def _option(option: click.Option) -> tuple[str, str, str]:
    takes = option.metavar or option.type.name.upper()
    if isinstance(option.type, click.Choice):
        takes = _either(option.type)
    names = ", ".join(f"`{name}`" for name in option.opts)
    shown = option.default if isinstance(option.default, str | int | float | Path) else ""
    default = f"`{shown}`" if shown not in ("", False) else ""
    return f"{names} {'' if option.is_flag else takes}".strip(), option.help or "", default


def _either(choice: "click.Choice[str]") -> str:
    return ", ".join(f"`{one}`" for one in choice.choices)


def _configuration() -> str:
    page = CONFIGURATION
    docs = field_docs(config)
    for header, kind in config_tables():
        said = re.sub(r"^`\[\w+\]`[.:] ?", "", inspect.cleandoc(kind.__doc__ or ""))
        page += f"\n## {header}\n" + (f"\n{said[0].upper()}{said[1:]}\n" if said else "")
        page += table(["key", "default", ""], (
            (f"`{f.name}`", _default(f), docs[kind.__name__].get(f.name, ""))
            for f in msgspec.structs.fields(kind)
        ))  # fmt: skip
    example = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    return page + f"\n## The whole file\n\nAs an example, which a test reads:\n\n```toml\n{example}```\n"


def config_tables() -> Iterator[tuple[str, type[msgspec.Struct]]]:
    """The tables of the file, each under the header that it stands under there."""
    for field in msgspec.structs.fields(config._File):
        if not get_args(field.type):
            yield f"[{field.name}]", field.type
            continue
        (union,) = get_args(field.type)
        for kind in get_args(union):
            yield f'[[{field.name}]] with kind = "{kind.__struct_config__.tag}"', kind
        yield "fields of a source", config.FieldNames


def _default(field: Any) -> str:
    if field.required:
        return "needed"
    made = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
    if made is None or isinstance(made, msgspec.Struct):
        return "none"
    return f"`{json.dumps(made, ensure_ascii=False)}`"


def field_docs(module: ModuleType) -> dict[str, dict[str, str]]:
    """The sentences under the fields of a module's classes."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.ClassDef):
            found[node.name] = {
                field.target.id: " ".join(str(doc.value.value).split())
                for field, doc in zip(node.body, node.body[1:], strict=False)
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
                and isinstance(doc, ast.Expr) and isinstance(doc.value, ast.Constant)
            }  # fmt: skip
    return found


def _reports() -> str:
    page = JSON
    for name in [*NAMES, *OTHERWISE]:
        shape = json.loads((SCHEMAS / f"report-{name}.json").read_text(encoding="utf-8"))
        parts = shape["properties"]
        asked = OTHERWISE.get(name, f"report {name}")
        page += f"\n## {name}\n\n{shape['title']} Asked for by `{asked} --format json`; "
        page += f"its `schema` is `{parts['schema']['const']}`.\n"
        page += table(["in `summary`", "holds", ""], (
            (f"`{key}`", ", ".join(_holds(of)), of.get("description", ""))
            for key, of in parts["summary"].get("properties", {}).items()
        ))  # fmt: skip
        if unknowns := parts["unknowns"].get("properties"):
            page += f"\nItems in `unknowns`: {', '.join(f'`{u}`' for u in unknowns)}.\n"
        tables = parts["evidence"].get("items", {}).get("allOf", [])
        page += table(["table in `evidence`", ""], (
            (f"`{t['if']['properties']['id']['const']}`", t["then"]["title"]) for t in tables
        ))  # fmt: skip
    return page


def _holds(schema: dict[str, Any]) -> list[str]:
    """What a value may be, in words."""
    if "anyOf" in schema:
        return [*dict.fromkeys(word for one in schema["anyOf"] for word in _holds(one))]
    if "$ref" in schema:
        return [f"`{schema['$ref'].rpartition('/')[2]}`"]
    return [TYPES[schema["type"]]]


def _events() -> str:
    docs = field_docs(events)
    page = EVENTS
    page += table(["field", "holds"], ((f"`{name}`", said) for name, said in docs["Fact"].items()))
    for kind, shape in events.KINDS.items():
        page += f"\n## {kind}\n\n{inspect.cleandoc(shape.__doc__ or '')}\n"
        page += table(["field", "holds", ""], (
            (f"`{f.name}`", _type(f.type), docs[shape.__name__].get(f.name, ""))
            for f in dataclasses.fields(shape) if f.name not in docs["Fact"] and f.name != "kind"
        ))  # fmt: skip
    return page


def _type(kind: Any) -> str:
    if args := get_args(kind):
        return " or ".join(f"always `{a}`" if isinstance(a, str) else _type(a) for a in args)
    return {str: "text", int: "whole number", type(None): "null"}[kind]
