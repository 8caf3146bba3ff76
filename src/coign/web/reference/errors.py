"""Every error code there is, for the page and for `docs/reference/errors.md`."""

from collections.abc import Iterator

from coign.kernel.errors import CoignError
from coign.kernel.frozen import dataclass

_WHO_ACTS = {
    "refused": "the person, following the remedy of each gate",
    "forbidden": "the person's supervisor",
    "invalid": "whoever sent it; the field is named",
    "not_found": "nobody: not there, or not to be told",
    "conflict": "reload, look, try again",
    "unavailable": "nobody; it is retried after `Retry-After` seconds",
    "integrity_failure": "everybody: writing stops until two people have looked",
    "unauthenticated": "sign in, or send a bearer token",
    "too_large": "whoever sent it; larger matter is a document",
    "unsupported_type": "whoever wrote the client",
    "method_not_allowed": "whoever wrote the client",
    "forged_request": "open the page again and repeat",
    "internal_error": "whoever keeps the server; nothing was recorded unless an answer says so",
    "vault_key_unusable": "whoever keeps the server: bring the vault's key back",
}


@dataclass(frozen=True, slots=True)
class Documented:
    """One error as it is documented."""

    code: str
    status: int
    title: str
    meaning: str
    who_acts: str


def every_error() -> list[Documented]:
    """All of them, by status and code."""
    import coign.vault.keys
    import coign.web.errors  # noqa: F401  # both define errors of their own

    found = [
        Documented(e.code, e.status, e.title, " ".join((e.__doc__ or "").split()), _WHO_ACTS[e.code])
        for e in _below(CoignError)
    ]
    return sorted(found, key=lambda d: (d.status, d.code))


def _below(base: type[CoignError]) -> Iterator[type[CoignError]]:
    for error in base.__subclasses__():
        # A special case without a code of its own is the error that it is a case of.
        if error.__module__.startswith("coign.") and "code" in vars(error):
            yield error
        yield from _below(error)


def markdown() -> str:
    """`docs/reference/errors.md`."""
    lines = [
        "# Errors",
        "",
        "Generated; do not edit. Machines get `application/problem+json`, people a page with the same sentences.",
        "",
        "| code | HTTP | title | meaning | who acts |",
        "|---|---|---|---|---|",
    ]
    lines += [f"| `{e.code}` | {e.status} | {e.title} | {e.meaning} | {e.who_acts} |" for e in every_error()]
    return "\n".join(lines) + "\n"
