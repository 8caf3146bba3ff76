"""The profile of ledger entries: what JSON allows and an entry does not."""

import unicodedata

from coign_verify.jcs import INTEGER_MAX, JsonError, refuse_lone_surrogates


def check_profile(value: object, where: str = "$") -> None:
    """Refuse what entries may not hold: keys beyond ASCII, strings not in NFC, numbers but integers below 2^53."""
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        _check_string(value, where)
    elif isinstance(value, int):
        if abs(value) > INTEGER_MAX:
            raise JsonError(f"{where}: integer beyond 2^53 - 1; write it as a string")
    elif isinstance(value, list | tuple):
        for place, each in enumerate(value):
            check_profile(each, f"{where}[{place}]")
    elif isinstance(value, dict):
        for key, each in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise JsonError(f"{where}: key {key!r} is not an ASCII string")
            check_profile(each, f"{where}.{key}")
    elif isinstance(value, float):
        raise JsonError(f"{where}: a number that is no integer; write it as a decimal string with its unit")
    else:
        raise JsonError(f"{where}: {type(value).__name__} is not a JSON value")


def _check_string(text: str, where: str) -> None:
    if text.isascii():
        return
    refuse_lone_surrogates(text)
    if not unicodedata.is_normalized("NFC", text):
        raise JsonError(f"{where}: text is not in Unicode normal form C")
