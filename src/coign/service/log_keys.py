"""Answers before the lock which key signs for the record now, and whether a statement about it can be read at all."""

from collections.abc import Callable, Mapping
from typing import Any

from coign.installation.actions.log_key import AgreeToLogKey, ProposeLogKey
from coign.installation.log_key_gates import as_signed
from coign.kernel.errors import Invalid
from coign.kernel.values import Actor
from coign.ledger.log_keys import KeysHere, known_keys
from coign.service.states import Connect
from coign_verify.checkpoint_text import SIZE_MAX
from coign_verify.log_keys import Change


class PresentLogKey:
    """The key that signs now: the one that the entries name or, before any did, the first one that lies here."""

    def __init__(self, connect: Connect, ledger_id: int, keys: Callable[[], KeysHere]) -> None:
        self._connect, self._ledger_id, self._keys = connect, ledger_id, keys

    def __call__(self, command: ProposeLogKey | AgreeToLogKey, actor: Actor) -> Mapping[str, Any]:
        """`present`: the key in its text."""
        try:
            Change.read(as_signed(command.statement))
        except ValueError as error:
            raise Invalid.at("statement", f"is not the file of coign db log-key: {error}") from error
        with self._connect() as connection:
            keys, _ = known_keys(connection, self._ledger_id, self._keys().known)
        return {"present": keys.at(SIZE_MAX)[0].text}
