"""Noes that only the web says, beside the seven of the kernel."""

from coign.kernel.errors import CoignError


class Unauthenticated(CoignError):
    """Nobody has signed in, or the token opens nothing (any more)."""

    code, status, title = "unauthenticated", 401, "Sign in first"


class TooLarge(CoignError):
    """The request is larger than anything Coign takes at once."""

    code, status, title = "too_large", 413, "Too large"


class UnsupportedType(CoignError):
    """The body is of a media type that is not read at this address."""

    code, status, title = "unsupported_type", 415, "Not in this form"


class Forgery(CoignError):
    """A form or script that is not ours posted in somebody's name."""

    code, status, title = "forged_request", 403, "Not from this page"


class Internal(CoignError):
    """A mistake of ours; nothing was recorded unless an answer says so."""

    code, status, title = "internal_error", 500, "Something went wrong here"


class MethodNotAllowed(CoignError):
    """The address is right, the method is not."""

    code, status, title = "method_not_allowed", 405, "Not done this way"
