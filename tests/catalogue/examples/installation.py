"""The record's own life."""

from tests.catalogue.examples.custody import CELLLAB, began
from tests.catalogue.stage import SEALED, accepted, actor, lone_refusal
from tests.support.log_keys import KeysOf

from coign.installation.events import (
    LOG_KEY,
    THIS,
    LedgerHeads,
    LedgerOpened,
    LedgerResumed,
    LogKeyChanged,
    LogKeyProposed,
    ResumeProposed,
    SetupFinished,
)
from coign.installation.trouble import Trouble
from coign.kernel.subjects import Person, Unit
from coign.kernel.values import Digest, FreeText

SETUP, ADMIN = actor("setup", "setup", "setup"), actor("admin-1", "admin", "hospital")
OPENED = LedgerOpened(ledger=THIS, origin="example.org/log", demonstration=True)


def proposed(by: str, *damaged: Unit, found: Trouble | None = None) -> ResumeProposed:
    return ResumeProposed(
        ledger=THIS, person=Person.of(by), finding=FreeText(commitment=SEALED), damaged=damaged, found=found
    )


open_it = {"origin": "example.org/log", "demonstration": True}
accepted("installation.open", actor=SETUP, command=open_it)
lone_refusal("installation.open", "installation.not_yet_opened", actor=SETUP, given=[OPENED], command=open_it)

accepted("installation.finish_setup", actor=SETUP, given=[OPENED])
lone_refusal("installation.finish_setup", "installation.being_set_up", actor=SETUP)

accepted(
    "installation.propose_resume",
    actor=ADMIN,
    given=[OPENED, SetupFinished(ledger=THIS)],
    command={"finding": "entry 12 was changed on the disk", "damaged": ["unit:B1"]},
)

accepted("installation.agree_to_resume", actor=ADMIN, given=[OPENED, proposed("admin-2", Unit("unit:B1"))])
lone_refusal("installation.agree_to_resume", "installation.resume_is_proposed", actor=ADMIN, given=[OPENED])
lone_refusal(
    "installation.agree_to_resume", "installation.resumed_by_another", actor=ADMIN, given=[OPENED, proposed("admin-1")]
)
lone_refusal(
    "installation.agree_to_resume",
    "installation.shut_for_what_was_proposed",
    actor=ADMIN,
    given=[OPENED, proposed("admin-2", found=Trouble(kind="record"))],
)

LEDGER = actor("LEDGER", "ledger", "LEDGER")
HEADS = {"size": 12, "root": "ab" * 32, "subjects": 5}
accepted("installation.enter_heads", actor=LEDGER, command=HEADS)
lone_refusal(
    "installation.enter_heads",
    "installation.heads_go_forward",
    actor=LEDGER,
    given=[LedgerHeads(ledger=THIS, size=12, root=Digest("ab" * 32), subjects=5)],
    command=HEADS,
)

# The gate that stands before every action, shown at one of them.
lone_refusal(
    "custody.offer",
    "ledger.subject_is_whole",
    actor=CELLLAB,
    given=[began(), LedgerResumed(ledger=THIS, damaged=(Unit("unit:B1"),))],
    command={"unit": "unit:B1", "to": "organisation:maker"},
)

# The key that signs for the record.
KEYS = KeysOf("example.org/log")
FIRST, SECOND = KEYS.first, KEYS.second
PRESENT = {"present": FIRST.verifier().text}


def changed(statement: str) -> LogKeyChanged:
    return LogKeyChanged(log_key=LOG_KEY, proposed_by=Person.of("admin-2"), statement=statement)


def brought(statement: str, by: str = "admin-2") -> LogKeyProposed:
    return LogKeyProposed(log_key=LOG_KEY, person=Person.of(by), statement=statement)


ROTATED, ROOTED = KEYS.says(FIRST, SECOND), KEYS.with_root()
for statement, before in (
    (ROTATED, []),
    (ROOTED, []),
    (KEYS.after_loss(), [changed(ROOTED)]),
    (KEYS.says(SECOND, KEYS.third), [changed(ROTATED)]),
):
    accepted(
        "installation.propose_log_key",
        actor=ADMIN,
        given=before,
        command={"statement": statement.replace("\n", "\r\n")},
        inside=PRESENT,
    )
    accepted(
        "installation.agree_to_log_key",
        actor=ADMIN,
        given=[*before, brought(statement)],
        command={"statement": statement.strip()},
        inside=PRESENT,
    )

WRONG = {
    "installation.log_key_follows": (KEYS.says(KEYS.stranger, SECOND), []),
    "installation.log_key_is_new": (KEYS.says(SECOND, FIRST), [changed(ROTATED)]),
    "installation.log_key_is_signed": (KEYS.says(FIRST, SECOND, SECOND, KEYS.root), []),
}
for gate, (statement, before) in WRONG.items():
    asked = {"command": {"statement": statement}, "inside": PRESENT}
    lone_refusal("installation.propose_log_key", gate, actor=ADMIN, given=before, **asked)
    lone_refusal("installation.agree_to_log_key", gate, actor=ADMIN, given=[*before, brought(statement)], **asked)

asked = {"command": {"statement": ROTATED}, "inside": PRESENT}
for given, gate in (
    ([], "installation.log_key_is_proposed"),
    ([brought(ROOTED)], "installation.log_key_is_proposed"),
    ([brought(ROTATED, "admin-1")], "installation.log_key_agreed_by_another"),
):
    lone_refusal("installation.agree_to_log_key", gate, actor=ADMIN, given=given, **asked)
