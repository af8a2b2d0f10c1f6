"""Holds requests and answers against the official contracts, which lie beside the project."""

import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator
from jsonschema.validators import extend
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from simulator.server import Hit

CONTRACTS = Path(__file__).parents[3] / "shared" / "recorded" / "contracts"
needs_contracts = pytest.mark.skipif(not CONTRACTS.is_dir(), reason=f"the contracts are not at {CONTRACTS}")

# The derived ones allow the nulls that real changelogs are full of, and know Cloud's version 2 paths.
_FILES = {
    "jira-cloud": "derived-jira-cloud-v3-2025-12.prism",
    "jira-cloud-v3-2025-12": "derived-jira-cloud-v3-2025-12.prism",
    "jira-dc": "derived-jira-dc-10.3.24.prism",
    "jira-dc-10.3.24": "derived-jira-dc-10.3.24.prism",
    "github": "github-rest-api.github.com-23.0.2",
    "github-enterprise": "github-rest-ghes-3.19",
}
# Limits that the contracts tell in words only: the end of a path, a parameter, and the most it may be
# (a number) or hold (a list).
_LIMITS = [
    ("/issue/bulkfetch", "issueIdsOrKeys", 100),
    ("/search/jql", "reconcileIssues", 50),
    ("/search/jql", "maxResults", 5000),
    ("", "per_page", 100),
]
# Answered by a list, though the contracts describe one element.
_LISTS = ("/remotelink",)
_NAME = "urn:contract"


def _unless_null(check: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """A keyword of OpenAPI 3.0, where `nullable` allows null whatever else is said."""

    def checked(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if instance is not None or not schema.get("nullable"):
            yield from check(validator, value, instance, schema) or ()

    return checked


_Validator = extend(Draft4Validator, {k: _unless_null(v) for k, v in Draft4Validator.VALIDATORS.items()})


@dataclass(frozen=True)
class Operation:
    """One method of one path, with the parameters of both."""

    path: str
    spec: Mapping[str, Any]
    parameters: list[Mapping[str, Any]]


class Contract:
    """An OpenAPI document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._registry = Registry().with_resource(_NAME, Resource(contents=document, specification=DRAFT4))
        self._paths = sorted(
            ((re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), path) for path in document["paths"]),
            key=lambda pair: pair[1].count("{"),
        )

    def operation(self, method: str, path: str) -> Operation | None:
        """What the contract says about a request; a literal path goes before one with variables."""
        # Cloud's version 2 differs from 3 in the texts alone; the contract knows few of its paths.
        for candidate in (path, path.replace("/rest/api/2/", "/rest/api/3/")):
            for pattern, name in self._paths:
                entry = self.document["paths"][name]
                if pattern.fullmatch(candidate) and method.lower() in entry:
                    spec = entry[method.lower()]
                    given = [*entry.get("parameters", []), *spec.get("parameters", [])]
                    return Operation(name, spec, [self.resolved(p) for p in given])
        return None

    def problems(self, schema: Mapping[str, Any], value: Any) -> list[str]:
        """Where a value is not what a schema of this contract says."""
        validator = _Validator(_absolute(schema), registry=self._registry)
        errors = sorted(validator.iter_errors(value), key=lambda e: list(map(str, e.absolute_path)))
        return [f"{_place(e.absolute_path)}: {e.message[:300]}" for e in errors]

    def schema(self, content: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The JSON schema of a request body or answer, if there is one."""
        content = self.resolved(content)
        found: Mapping[str, Any] | None = content.get("content", {}).get("application/json", {}).get("schema")
        return found

    def resolved(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a reference points to, or the node itself."""
        while "$ref" in node:
            target: Any = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node


def _absolute(schema: Any) -> Any:
    """A schema taken out of its document, its references made absolute."""
    if isinstance(schema, dict):
        return {
            key: _NAME + value if key == "$ref" and str(value).startswith("#") else _absolute(value)
            for key, value in schema.items()
        }
    return [_absolute(each) for each in schema] if isinstance(schema, list) else schema


def _place(path: Iterable[Any]) -> str:
    return "/".join(map(str, path)) or "body"


@cache
def contract(name: str) -> Contract:
    """A contract by the name of its file, or one of jira-cloud, jira-dc, github, github-enterprise."""
    with gzip.open(CONTRACTS / f"{_FILES.get(name, name)}.json.gz") as file:
        return Contract(json.load(file))


def check_answer(name: str, method: str, path: str, status: int, body: Any) -> list[str]:
    """What is wrong with an answer; errors the contract does not describe are let pass."""
    known = contract(name)
    operation = known.operation(method, path)
    if operation is None:
        return [f"{method} {path} is not in {name}"]
    responses = operation.spec["responses"]
    response = responses.get(str(status)) or responses.get("default")
    if response is None:
        return [] if status >= 400 else [f"{method} {path} does not answer {status}"]
    schema = known.schema(response)
    if schema is None:
        return []
    if operation.path.endswith(_LISTS) and isinstance(body, list):
        return [problem for each in body for problem in known.problems(schema, each)]
    return known.problems(schema, body)


def check_request(
    name: str, method: str, path: str, query: Mapping[str, list[str]], body: Any = None
) -> list[str]:
    """What is wrong with a request: unknown or mistyped parameters, a wrong body, too many ids."""
    known = contract(name)
    operation = known.operation(method, path)
    if operation is None:
        return [f"{method} {path} is not in {name}"]
    parameters = {p["name"]: p for p in operation.parameters if p["in"] == "query"}
    found = [f"{each}: missing" for each, p in parameters.items() if p.get("required") and each not in query]
    for each, values in query.items():
        # Arrays are declared as `name`, and PHP-style `name[]` by some.
        parameter = parameters.get(each) or parameters.get(f"{each}[]")
        if parameter is None:
            found.append(f"{each}: unknown parameter")
        else:
            value = _typed(known, parameter["schema"], values)
            found += [f"{each} {problem}" for problem in known.problems(parameter["schema"], value)]
            found += _too_much(path, {each: value})
    schema = known.schema(operation.spec.get("requestBody", {}))
    if body is not None and schema is None:
        found.append("body: none is expected")
    if schema is not None:
        found += known.problems(schema, body) if body is not None else ["body: missing"]
        found += _too_much(path, body if isinstance(body, dict) else {})
    return found


def check_hits(name: str, hits: Iterable[Hit], prefix: str = "") -> list[str]:
    """What is wrong with the requests a simulator got (a prefix of their paths does not count)."""
    return [
        f"{hit.method} {hit.path}: {problem}"
        for hit in hits
        for problem in check_request(name, hit.method, hit.path.removeprefix(prefix), hit.query, hit.body)
    ]


def _typed(known: Contract, schema: Mapping[str, Any], values: list[str]) -> Any:
    """A query parameter's texts as the value they mean; texts that mean none stay texts."""
    schema = known.resolved(schema)
    kind = schema.get("type")
    if kind == "array":
        parts = [part for value in values for part in value.split(",")]
        return [_typed(known, schema.get("items", {}), [part]) for part in parts]
    text = values[-1]
    if kind in ("integer", "number") and re.fullmatch(r"-?\d+", text):
        return int(text)
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _too_much(path: str, values: Mapping[str, Any]) -> list[str]:
    found = []
    for end, parameter, most in _LIMITS:
        value = values.get(parameter)
        size = len(value) if isinstance(value, list) else value
        if path.endswith(end) and isinstance(size, int) and size > most:
            found.append(f"{parameter}: {size} is more than {most}")
    return found
