"""What the simulated GitHub lets an application write: labels of an issue, and comments."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from simulator.github import GitHubFace, Issue, refused
from tracker_sync.demo.exchange import Answer, Request

# https://docs.github.com/rest/issues/labels and /comments
_LABELS = re.compile(r"/repos/([^/]+/[^/]+)/issues/(\d+)/labels")
_LABEL = re.compile(r"/repos/([^/]+/[^/]+)/issues/(\d+)/labels/([^/]+)")
_COMMENTS = re.compile(r"/repos/([^/]+/[^/]+)/issues/(\d+)/comments")
_COMMENT = re.compile(r"/repos/([^/]+/[^/]+)/issues/comments/(\d+)")
LONGEST_BODY = 65_536
LONGEST_LABEL = 50


def write(face: GitHubFace, request: Request, path: str, who: str) -> Answer:
    """Carry out a write, or refuse it."""
    for method, pattern, handler in _ROUTES:
        if request.method == method and (match := pattern.fullmatch(path)):
            if not who:
                return refused(401, "Requires authentication")
            return _carried_out(face, request, path, who, match, handler)
    return refused(404, "Not Found")


def _carried_out(
    face: GitHubFace, request: Request, path: str, who: str, match: re.Match[str],
    handler: Callable[..., Answer],
) -> Answer:  # fmt: skip
    name, number, *rest = match.groups()
    if pattern_is_comment := match.re is _COMMENT:
        rest, number = [number], ""
    found = face._find(request, path, who, name, number)
    if isinstance(found, Answer):
        return found
    if not face.writable:
        return refused(403, "Resource not accessible by integration")
    face.company.tick(1)
    if pattern_is_comment:
        return handler(face, request, found.issues.values(), *rest)
    return handler(face, request, found, *rest)


def _add_labels(face: GitHubFace, request: Request, issue: Issue) -> Answer:
    """A label that the repository has in another case is that label; one that it lacks comes into being."""
    names = request.body.get("labels") if isinstance(request.body, dict) else None
    if not isinstance(names, list) or not all(isinstance(n, str) and n for n in names):
        return refused(422, "Validation Failed")
    if any(len(n) > LONGEST_LABEL for n in names):
        return refused(422, "Validation Failed")
    known = {name.casefold(): name for name in issue.repo.labels}
    face.company.label(issue, *(known.get(n.casefold(), n) for n in names), by=face.me)
    return _labels(face, issue)


def _drop_label(face: GitHubFace, request: Request, issue: Issue, name: str) -> Answer:
    for label in issue.labels:
        if label.name.casefold() == unquote(name).casefold():
            face.company.unlabel(issue, label.name, by=face.me)
            return _labels(face, issue)
    return refused(404, "Label does not exist")


def _labels(face: GitHubFace, issue: Issue) -> Answer:
    return Answer(200, [face.shapes.label(label, issue.repo) for label in issue.labels])


def _say(face: GitHubFace, request: Request, issue: Issue) -> Answer:
    if (body := _body(request)) is None:
        return refused(422, "Validation Failed")
    if issue.locked:
        return refused(403, "Unable to create comment because issue is locked.")
    number = face.company.comment(issue, body, by=face.me)
    return Answer(201, face.shapes.comment(face.company._comment(issue, number)))


def _edit(face: GitHubFace, request: Request, issues: Any, number: str) -> Answer:
    """Whoever may write may edit anybody's comment."""
    for issue in issues:
        for entry in issue.comments:
            if entry.id == int(number) and issue.is_there:
                if (body := _body(request)) is None:
                    return refused(422, "Validation Failed")
                face.company.edit_comment(issue, entry.id, body)
                return Answer(200, face.shapes.comment(entry))
    return refused(404, "Not Found")


def _body(request: Request) -> str | None:
    body = request.body.get("body") if isinstance(request.body, dict) else None
    return body if isinstance(body, str) and body.strip() and len(body) <= LONGEST_BODY else None


_ROUTES: list[tuple[str, re.Pattern[str], Callable[..., Answer]]] = [
    ("POST", _LABELS, _add_labels),
    ("DELETE", _LABEL, _drop_label),
    ("POST", _COMMENTS, _say),
    ("PATCH", _COMMENT, _edit),
]
