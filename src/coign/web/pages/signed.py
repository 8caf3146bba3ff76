"""What a signer is shown: everything in words, and below it the intent as it is signed, with its hash.

Texts and the names of files are not in the intent, which holds their commitment or hash. They go through the signer's
own browser and back under a seal of the server, bound to the intent, so that a page shown again says the same.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from django.core.signing import BadSignature, dumps, loads
from django.http import HttpRequest

from coign.kernel.actions import Action
from coign.programmes.model import ProgrammeVersion
from coign.web import acting
from coign.web.signing import sign as signing
from coign.web.wording import Offers, Wording, flat, no_offers, signed_words
from coign_verify.intent import intent_hash

_SEAL = "coign.signed"


def written_in(
    intent: bytes, command: Mapping[str, Any], reason: str, files: Mapping[Any, str | None]
) -> dict[str, str]:
    """What was written, by its commitment in this intent, and the names of its files, by their hash."""
    shown = orjson.loads(intent)
    sealed = {name: value["commitment"] for name, value in shown["command"].items() if _is_sealed(value)}
    texts = {commitment: str(command[name]) for name, commitment in sealed.items() if name in command}
    return (
        texts
        | ({shown["reason"]: reason} if shown["reason"] else {})
        | {digest: name for digest, name in files.items() if digest and name}
    )


def _is_sealed(value: Any) -> bool:
    return isinstance(value, Mapping) and value.keys() == {"commitment"}


def written_again(request: HttpRequest, digest: bytes) -> dict[str, str] | None:
    """The same, as it comes back with the signature; None where this is not what the signer was shown."""
    try:
        of, written = loads(request.POST.get("shown", ""), salt=_SEAL)
    except BadSignature:
        return None
    return dict(written) if of == digest.hex() else None


def context(
    request: HttpRequest,
    action: Action[Any],
    intent: bytes,
    written: Mapping[str, str],
    *,
    programme: ProgrammeVersion | None = None,
    offers: Offers = no_offers,
) -> dict[str, Any]:
    """All that the two pages for signing show alike."""
    shown, digest = orjson.loads(intent), intent_hash(intent)
    wording = Wording(acting.actor_of(request), programme, offers, written)
    return {
        "action": action,
        "meaning": shown["meaning"],
        "words": signed_words(shown, wording),
        "intent": {"fields": list(flat(shown)), "fingerprint": _in_fours(digest.hex())},
        "text": intent.decode(),
        "shown": dumps([digest.hex(), dict(written)], salt=_SEAL, compress=True),
        "ways": signing.ways(request, digest),
    }


def _in_fours(digits: str) -> str:
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))
