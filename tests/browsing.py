"""The browser of the tests: Debian's Chromium, as a shell without windows where that is there (a third of the work)."""

import shutil

import pytest
from playwright.sync_api import Browser, Playwright

#: By name, the first that there is; Debian's packages of these names.
BROWSERS = ("chromium-headless-shell", "chromium")


def launch(playwright: Playwright, *flags: str) -> Browser:
    """A browser that is to be closed; without one the test is skipped."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("there is no Chromium on this machine")
    return playwright.chromium.launch(executable_path=found, args=["--no-sandbox", *flags])
