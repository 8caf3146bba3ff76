"""Numbers that are no integers, as RFC 8785 spells them: entries hold none, published test data does."""

import math

from coign_verify.jcs import JsonError


def number_text(value: float) -> str:
    """A double as ECMAScript prints it: the shortest digits that read back the same, in ECMAScript's layout."""
    if not math.isfinite(value):
        raise JsonError(f"{value} is not a JSON number")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    # Python's repr finds the same shortest digits, only the layout differs: take them apart, lay them out anew.
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or "0") - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    return sign + _lay_out(digits, point)


def _lay_out(digits: str, point: int) -> str:
    """ECMA-262, Number::toString: the value is 0.digits times ten to the power of `point`."""
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if count > 1 else ""
    return f"{digits[0]}{rest}e{point - 1:+d}"
