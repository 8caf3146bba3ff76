"""The signatures that stand in entries, checked in order with the keys that the ledger itself had enrolled by then."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from coign_verify.findings import Problem
from coign_verify.intent import intent_hash
from coign_verify.signatures import METHODS

#: Facts after which other keys sign than before.
KEYS_CHANGE = frozenset(
    f"{each}.v1" for each in (
        "ledger.opened", "people.authenticator_enrolled", "people.authenticator_revoked", "people.person_left",
        "people.credentials_reset",
    )
)  # fmt: skip


class SignatureWalk:
    """Knows at every position which keys sign for whom; its memory grows with the people, not with the entries."""

    def __init__(self) -> None:
        self._keys: dict[str, dict[str, tuple[str, str]]] = {}
        self._demonstration = False
        self.verified: Counter[str] = Counter()
        self.unchecked: Counter[str] = Counter()

    def check(self, position: int, plain: Any, intent: Callable[[], bytes]) -> Problem | None:
        """What is wrong with an entry's signature, if it has one; then learn what the entry says about keys.

        `intent` cuts the intent out of the entry's bytes; ValueError: it is not there.
        """
        wrong = None
        if plain["signature"] is not None:
            detail = self._wrong(plain, intent)
            wrong = Problem(position, "signature", detail) if detail else None
        if plain["outcome"] != "refused":
            for fact in plain["intent"]["facts"]:
                self.learn(fact["type"], fact["body"])
        return wrong

    def _wrong(self, plain: Any, intent: Callable[[], bytes]) -> str:
        signature, person = plain["signature"], plain["intent"]["actor"]["person"]
        method = signature["method"]
        enrolled = self._keys.get(person, {}).get(signature["credential"])
        if enrolled is None or enrolled[0] != method:
            return f"{person} had no such key enrolled at that time"
        if method == "demonstration" and not self._demonstration:
            return "it is signed by a demonstration key, and this record is no demonstration"
        if method not in METHODS:
            self.unchecked[method] += 1
            return ""
        try:
            digest, value = intent_hash(intent()), bytes.fromhex(signature["value"])
        except ValueError:
            return f"the signature of {person} cannot be read"
        wrong = METHODS[method](enrolled[1], digest, value)
        if wrong is not None:
            return f"the signature of {person} does not verify over what stands there: {wrong}"
        self.verified[method] += 1
        return ""

    def learn(self, kind: str, body: Any) -> None:
        """Remember what a fact says about keys."""
        match kind:
            case "ledger.opened.v1":
                self._demonstration = body["demonstration"]
            case "people.authenticator_enrolled.v1":
                keys = self._keys.setdefault(body["person"], {})
                keys[body["credential"]] = (body["method"], body["public_key"])
            case "people.authenticator_revoked.v1":
                self._keys.get(body["person"], {}).pop(body["credential"], None)
            case "people.person_left.v1" | "people.credentials_reset.v1":
                self._keys.pop(body["person"], None)

    def proved(self) -> list[str]:
        """What the checked signatures show."""
        return [
            f"{count} signatures ({method}) verify with keys enrolled in this record"
            for method, count in sorted(self.verified.items())
        ]

    def not_proved(self) -> list[str]:
        """What signatures of other kinds would have to show."""
        said = [f"{count} signatures by {method}: not checked here" for method, count in sorted(self.unchecked.items())]
        if self.verified["demonstration"]:
            said.append("who signed by a demonstration key: the server holds these keys")
        if self.verified["password+otp"]:
            said.append("who signed by password and code: the server attests to it with a key of its own")
        return said
