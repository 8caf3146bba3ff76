"""What a command prints: one JSON object or text on standard output, progress on standard error."""

import json
import sys
from collections.abc import Mapping
from typing import Any


def say(line: str) -> None:
    """Progress, for whoever watches."""
    print(line, file=sys.stderr, flush=True)


def answer(result: Mapping[str, Any], text: str, *, as_json: bool) -> None:
    """The answer, in the form that was asked for."""
    print(json.dumps(result, ensure_ascii=False, default=str) if as_json else text, flush=True)
