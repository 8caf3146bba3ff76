"""The special functions that the formulas need: exact to about twelve digits, and held to known values by tests."""

from math import exp, lgamma, log

#: A step smaller than this changes no digit any more.
_ENOUGH = 1e-15
_TINY = 1e-300


def digamma(x: float) -> float:
    """The slope of ln Γ at x > 0: raised by the recurrence to where the asymptotic series is exact."""
    found = 0.0
    while x < 10:
        found -= 1 / x
        x += 1
    square = 1 / (x * x)
    series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square * (1 / 132)))))
    return found + log(x) - 1 / (2 * x) - series


def gamma_cdf(x: float, shape: float) -> float:
    """How much of a gamma distribution with this shape and rate 1 lies below x."""
    if x <= 0:
        return 0.0
    scale = exp(shape * log(x) - x - lgamma(shape))
    return scale * _gamma_series(x, shape) if x < shape + 1 else 1 - scale * _gamma_fraction(x, shape)


def _gamma_series(x: float, shape: float) -> float:
    term = total = 1 / shape
    while term > total * _ENOUGH:
        shape += 1
        term *= x / shape
        total += term
    return total


def _gamma_fraction(x: float, shape: float) -> float:
    """Far out, a continued fraction of the upper part converges at once (modified Lentz)."""
    b = x + 1 - shape
    c, d, step, n = 1 / _TINY, 1 / b, 0.0, 0
    fraction = d
    while abs(step - 1) > _ENOUGH:
        n += 1
        a = -n * (n - shape)
        b += 2
        d, c = 1 / _not_zero(a * d + b), _not_zero(b + a / c)
        step = d * c
        fraction *= step
    return fraction


def beta_cdf(x: float, a: float, b: float) -> float:
    """How much of a beta distribution lies below x."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x))
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(x, a, b) / a
    return 1 - front * _beta_fraction(1 - x, b, a) / b


def _beta_fraction(x: float, a: float, b: float) -> float:
    c, d, step, n = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1)), 0.0, 0
    fraction = d
    while abs(step - 1) > _ENOUGH:
        n += 1
        even = n * (b - n) * x / ((a + 2 * n - 1) * (a + 2 * n))
        odd = -(a + n) * (a + b + n) * x / ((a + 2 * n) * (a + 2 * n + 1))
        for term in (even, odd):
            d, c = 1 / _not_zero(1 + term * d), _not_zero(1 + term / c)
            step = d * c
            fraction *= step
    return fraction


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
