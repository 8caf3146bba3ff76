"""The browser of the tests: Debian's Chromium, as a shell without windows where that is there (a third of the work)."""

import shutil

import pytest
from playwright.sync_api import Browser, Playwright

#: By name, the first that there is; Debian's packages of these names.
BROWSERS = ("chromium-headless-shell", "chromium")
#: Nothing is painted, which costs most of all: keys, scripts, style and layout are as ever. No frame ever comes, and so
#: no pictures and no clicks of Playwright's, which wait for frames.
UNPAINTED = ("--disable-threaded-compositing", "--disable-threaded-animation")
#: Where axe is asked of page after page: what is optimised is left before that is paid back.
NOT_OPTIMISED = "--js-flags=--single-threaded,--no-opt,--no-maglev"
#: Waits until a page has loaded. Unpainted, what its icons need is seen to only when somebody asks how it is laid out.
LAID_OUT = """async () => {
  const wait = () => new Promise((go) => { setTimeout(go, 5); });
  while (document.documentElement.scrollWidth && document.readyState !== 'complete') await wait();
}"""


def launch(playwright: Playwright, *flags: str) -> Browser:
    """A browser that is to be closed; without one the test is skipped."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("there is no Chromium on this machine")
    return playwright.chromium.launch(executable_path=found, args=["--no-sandbox", *flags])
