"""One thing that somebody can do now besides the steps of therapies, and where."""

from typing import Any

from coign.kernel.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Matter:
    """What it is, what it is about, and the page on which it is done."""

    title: str
    about: str
    word: str
    label: str
    url: str
    status: str = "running"
    detail: str = ""

    @property
    def row(self) -> dict[str, Any]:
        """As the list of work shows it."""
        return {
            "title": self.title,
            "fact": self.about,
            "status": self.status,
            "word": self.word,
            "detail": self.detail,
            "action": {"label": self.label, "url": self.url},
        }
