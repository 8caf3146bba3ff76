"""A readable page as PDF: set from the page itself, line by line, so that screen and paper cannot differ."""

import json
from functools import cache
from html.parser import HTMLParser
from importlib import resources
from typing import Any

import typst

Run = tuple[str, str]
"""A piece of a line: how it stands out ("" or the class of its span, "del", "code") and its text."""

#: A longer word would not fit beside the caption of a table.
_WORD_MAX = 64


def pdf_of(page: bytes, *, mark: str = "") -> bytes:
    """The PDF of a page made of headings, paragraphs, articles and tables; the same page gives the same bytes.

    `mark` stands at the foot of every sheet, and across it.
    """
    reading = _Reading()
    reading.feed(page.decode())
    made = typst.compile(
        _layout(),
        format="pdf",
        sys_inputs={"page": json.dumps({"title": reading.title, "blocks": reading.blocks, "mark": mark})},
        ignore_system_fonts=True,  # the same sheets on every machine
        pdf_tags=False,  # who needs a reading aid takes the page: tags would make up half of the file
    )
    assert isinstance(made, bytes)
    return made


@cache
def _layout() -> bytes:
    return resources.files(__package__).joinpath("page.typ").read_bytes()


class _Reading(HTMLParser):
    """The blocks of a page of ours: what kind each is, and its runs; tables as rows of cells."""

    _LINES = frozenset({"h1", "h2", "h3", "p", "caption"})
    _CELLS = frozenset({"th", "td"})
    _INLINE = frozenset({"span", "code", "del", "ins", "strong"})

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.blocks: list[dict[str, Any]] = []
        self._runs: list[Run] | None = None
        self._style: list[str] = []
        self._hidden = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins, or a way in which words stand out."""
        if tag in ("style", "title"):
            self._hidden = tag
        elif tag == "tr":
            if not self.blocks or self.blocks[-1]["kind"] != "table":
                self.blocks.append({"kind": "table", "rows": []})
            self.blocks[-1]["rows"].append([])
        elif tag in self._CELLS:
            self._runs = []
            self.blocks[-1]["rows"][-1].append({"kind": tag, "runs": self._runs})
        elif tag in self._LINES:
            self._runs = []
            self._style = [style for name, style in attrs if name == "class" and style]
            self.blocks.append({"kind": tag, "runs": self._runs})
        elif tag in self._INLINE:
            named = next((style for name, style in attrs if name == "class" and style), tag)
            self._style.append(named)

    def handle_endtag(self, tag: str) -> None:
        """What was begun ends."""
        if tag == self._hidden:
            self._hidden = ""
        elif tag in self._LINES | self._CELLS:
            self._runs, self._style = None, []
        elif tag in self._INLINE and self._style:
            self._style.pop()
        elif tag == "table":
            self.blocks.append({"kind": "end"})

    def handle_data(self, data: str) -> None:
        """Words, where they stand."""
        if self._hidden == "title":
            self.title = data
        elif not self._hidden and self._runs is not None and data:
            self._runs.append((self._style[-1] if self._style else "", _breakable(data)))


def _breakable(text: str) -> str:
    """Long words such as keys may go on in the next line anywhere, so that none runs off the sheet."""
    words = text.split(" ")
    return " ".join(word if len(word) <= _WORD_MAX else "\u200b".join(word) for word in words)
