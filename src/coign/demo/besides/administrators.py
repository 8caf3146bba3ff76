"""What administrators do about others: a reset, a new administrator, somebody who leaves."""

from coign.demo import people
from coign.demo.besides import EVIDENCE, Do, by
from coign.kernel.subjects import Person

NEW, LEAVES = Person.of("admin-3"), Person.of("operator-9")
FORGOTTEN = "Demonstration: the telephone with the second factor fell into a river."


def told(do: Do) -> None:
    """For people whom no therapy needs any more."""
    first, second = by("admin-1"), by("admin-2")
    for who in (NEW, LEAVES):
        name = f"Demonstration {who.identifier}"
        do(first, "people.register_person", {"person": who, "organisation": people.MAKER, "name": name})
    do(first, "people.propose_administrator", {"person": NEW})
    do(second, "people.agree_to_administrator", {"person": NEW})
    do(first, "people.grant_role", {"person": LEAVES, "role": "operator", "organisation": people.MAKER})
    do(first, "people.propose_reset", {"person": LEAVES, "why": FORGOTTEN})
    do(second, "people.agree_to_reset", {"person": LEAVES})
    key = {"person": LEAVES, "credential": "key-of-operator-9"}
    do(
        first,
        "people.propose_authenticator",
        {**key, "method": "ed25519", "public_key": "A" * 43, "evidence": EVIDENCE},
    )
    do(second, "people.confirm_authenticator", key)
    do(first, "people.test_authenticator", {**key, "passed": True, "evidence": EVIDENCE})
    do(first, "people.confirm_access", {"person": LEAVES})
    do(first, "people.confirm_access", {"person": second.person})
    do(first, "people.revoke_authenticator", key)
    do(first, "people.revoke_role", {"person": LEAVES, "role": "operator", "organisation": people.MAKER})
    do(first, "people.grant_role", {"person": LEAVES, "role": "warehouse", "organisation": people.MAKER})
    do(first, "people.end_access", {"person": LEAVES})
    do(second, "people.record_leaving", {"person": LEAVES})
