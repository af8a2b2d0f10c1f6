"""The lines of a plain text, as they are written down from a marked-up one."""


class Page:
    """The lines of a text, as they are written. Blanks become one space and blank lines none, since
    the two forms of a text keep neither alike; code keeps both."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._gap = ""
        self._space = False
        self._after_address = False
        self._row = 0
        self._href = ""
        self._label: list[str] = []

    def words(self) -> str:
        self._end_link()
        return "".join(self._parts)

    def text(self, text: str) -> None:
        self._end_link()
        self._say(text)

    def link(self, label: str, href: str) -> None:
        """Neighbours with one target are one link: ADF splits a link where its formatting changes."""
        if href != self._href:
            self._end_link()
            self._href, self._label = href, []
        self._label.append(label)
        self._say(label)

    def code(self, text: str) -> None:
        self.line()
        if text := text.strip().replace("\r\n", "\n"):
            self._put(text)
            self.line()

    def line(self) -> None:
        self._end_link()
        self._break()

    def row(self) -> None:
        self.line()
        self._gap = self._gap and "\n"
        self._row = len(self._parts)

    def cell(self) -> None:
        self.line()
        if len(self._parts) > self._row:
            self._gap = "\t"

    def _break(self) -> None:
        if self._parts and not self._gap:
            self._gap = "\n"
        self._space = self._after_address = False

    def _say(self, text: str) -> None:
        first, *more = text.split("\n")
        self._piece(first)
        for line in more:
            self._break()
            self._piece(line)

    def _piece(self, text: str) -> None:
        words = text.split()
        if not words:
            self._space = self._space or bool(text)
            return
        joins = words[0][0].isalnum() or words[0][0] in "/_~%#&=+@$-"
        self._put(" ".join(words), self._space or text[0].isspace() or (self._after_address and joins))
        self._space = text[-1].isspace()

    def _end_link(self) -> None:
        if not self._href:
            return
        href, label = self._href, "".join(self._label).strip()
        self._href = ""
        if not label or _bare(label) != _bare(href):
            self._address(href, apart=bool(label))

    def _address(self, address: str, apart: bool) -> None:
        """Apart from the words beside it, so that a pattern finds all of it and no more."""
        if words := address.split():
            joins = bool(self._parts) and self._parts[-1][-1].isalnum()
            self._put(" ".join(words), self._space or apart or joins)
            self._space, self._after_address = False, True

    def _put(self, text: str, spaced: bool = False) -> None:
        fresh = self._gap or not self._parts
        self._parts.append((self._gap if fresh else " " * spaced) + text)
        self._gap, self._after_address = "", False


def _bare(address: str) -> str:
    return address.removeprefix("mailto:").rstrip("/").lower()
