"""The files of the pages themselves, whose addresses are made out once: every page names some twenty of them."""

from django.contrib.staticfiles.storage import StaticFilesStorage


class OwnFiles(StaticFilesStorage):
    """Django's own way to address them, remembered."""

    def __init__(self) -> None:
        super().__init__()
        self._addresses: dict[str | None, str] = {}

    def url(self, name: str | None) -> str:
        """The address of a file."""
        if name not in self._addresses:
            self._addresses[name] = super().url(name)
        return self._addresses[name]
