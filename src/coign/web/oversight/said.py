"""What was asked, answered and imposed, in the words in which it was written."""

from coign.kernel.values import FreeText
from coign.web import running


def texts_of(secrets: list[FreeText]) -> dict[str, str]:
    """What was written, by its commitment; what was erased is missing."""
    if not secrets:
        return {}
    vault = running.service().vault
    with vault.pool.connection() as connection:
        opened = vault.vault.open(connection, [bytes.fromhex(s.commitment) for s in secrets])
    return {commitment.hex(): value.value for commitment, value in opened.items()}
