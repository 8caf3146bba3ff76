"""One entry verified now, from its stored bytes up to the signed checkpoint, and said in plain words."""

from django.utils.translation import gettext as _

from coign.kernel.frozen import dataclass
from coign.ledger.entries import Entry
from coign.ledger.tiles import Tiles
from coign.people.events import AuthenticatorEnrolled, AuthenticatorRevoked, CredentialsReset, PersonLeft
from coign.web import running
from coign.web.reading import reader
from coign.web.witnessed import witnessed
from coign_verify.checkpoint import Checkpoint, CheckpointError, SignedCheckpoint
from coign_verify.intent import cut_intent, intent_hash
from coign_verify.notes import NoteError
from coign_verify.signatures import METHODS
from coign_verify.tiles import TILE_HASHES
from coign_verify.tree import HASH_BYTES, leaf_hash, verify_inclusion


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that was looked at: in order, wrong, or not to be told from here."""

    title: str
    status: str
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of it all."""

    status: str
    words: str
    rows: tuple[Checked, ...]
    #: What nobody can prove on this page.
    beyond: str


def verify_now(position: int) -> Verdict:
    """Read again, hash again, follow the way to the checkpoint again; nothing is taken from an earlier look."""
    return verified(reader().entry(position))


def verified(stored: Entry) -> Verdict:
    """What an entry's bytes prove, beside what the record keeps of them."""
    tiles = Tiles(reader().connection, running.service().ledger_id)
    seal, opened = _checkpoint(stored.position)
    checkpoint = opened.checkpoint if opened is not None else None
    rows = (_words(stored, tiles), _signature(stored), _place(stored, tiles, checkpoint), seal, _witnesses(opened))
    states = {row.status for row in rows}
    beyond = _("Whoever runs this server also runs this page: what it says is worth as much as they are.")
    n = {"n": f"{stored.position:,}"}
    if "stop" in states:
        return Verdict("stop", _("Entry %(n)s does not verify") % n, rows, beyond)
    if "not_yet" in states:
        return Verdict("not_yet", _("Entry %(n)s is not sealed by a checkpoint yet") % n, rows, beyond)
    return Verdict("in_order", _("Entry %(n)s is as it was entered, and in its place") % n, rows, beyond)


def _words(entry: Entry, tiles: Tiles) -> Checked:
    """The bytes of the entry against the hash that the tree keeps of them."""
    tile, place = divmod(entry.position, TILE_HASHES)
    kept = tiles.hashes(0, tile, place + 1)[-HASH_BYTES:]
    made = leaf_hash(entry.body)
    size, start = f"{len(entry.body):,}", made.hex()[:16]
    words = _("%(bytes)s bytes, hashed again: %(hash)s…") % {"bytes": size, "hash": start}
    if kept == made:
        return Checked(_("The words"), "in_order", words)
    return Checked(_("The words"), "stop", _("%s. The record keeps another hash: they were changed.") % words)


def _place(entry: Entry, tiles: Tiles, checkpoint: Checkpoint | None) -> Checked:
    """The hashes beside the way from the entry to the root that the log signed."""
    title = _("The place")
    if checkpoint is None or checkpoint.size <= entry.position:
        return Checked(title, "not_yet", _("The newest checkpoint does not reach it yet. Try again in a moment."))
    proof = tiles.inclusion_proof(entry.position, checkpoint.size)
    size = f"{checkpoint.size:,}"
    if verify_inclusion(entry.position, checkpoint.size, leaf_hash(entry.body), proof, checkpoint.root):
        words = _("%(n)s hashes lead from it to the root over %(size)s entries.") % {"n": len(proof), "size": size}
        return Checked(title, "in_order", words)
    return Checked(title, "stop", _("The hashes beside it do not lead to the signed root over %s entries.") % size)


def _checkpoint(position: int) -> tuple[Checked, SignedCheckpoint | None]:
    """The checkpoint under the key of this log, and those of its witnesses."""
    title, published = _("The seal"), reader().checkpoint_for_others(covering=position)
    service = running.service()
    if published is None:
        return Checked(title, "not_yet", _("No checkpoint was published yet.")), None
    try:
        witnesses = service.policy.keys if service.policy is not None else ()
        opened = service.log_keys().open(published[1], witnesses)
    except (NoteError, CheckpointError) as error:
        return Checked(title, "stop", _("The checkpoint cannot be relied on: %s") % error), None
    words = _("Signed by the key of %(log)s over %(size)s entries.") % {
        "log": opened.checkpoint.origin, "size": f"{opened.checkpoint.size:,}",
    }  # fmt: skip
    return Checked(title, "in_order", words), opened


def _witnesses(opened: SignedCheckpoint | None) -> Checked:
    """Who else signed the same checkpoint: their names, and how long ago enough of them did."""
    seen, names = witnessed(), sorted({each.key.name for each in opened.witnesses} if opened is not None else ())
    words = _("Signed by %s as well. ") % ", ".join(names) if names else ""
    return Checked(_("The witnesses"), "in_order" if names and seen.state == "fresh" else "look", words + seen.sentence)


def _signature(entry: Entry) -> Checked:
    """The signature over the intent, with the key that the record itself enrolled."""
    title, signature = _("The signature"), entry.plain["signature"]
    if signature is None:
        return Checked(title, "look", _("This act is not signed; it was entered by somebody who was signed in."))
    method = signature["method"]
    if method not in METHODS:
        return Checked(title, "look", _("A signature of the kind %s is not checked on this page.") % method)
    key = _key(entry, signature["credential"])
    if key is None:
        return Checked(title, "stop", _("By then the record had enrolled no such key for this person."))
    position, public_key = key
    try:
        digest, value = intent_hash(cut_intent(entry.body)), bytes.fromhex(signature["value"])
    except ValueError:
        return Checked(title, "stop", _("The signature cannot be read."))
    wrong, who = METHODS[method](public_key, digest, value), entry.actor.person.identifier
    if wrong is not None:
        words = _("It does not verify with the key of %(who)s: %(why)s") % {"who": who, "why": wrong}
        return Checked(title, "stop", words)
    words = _("It verifies with the key of %(who)s, enrolled in entry %(n)s.") % {"who": who, "n": f"{position:,}"}
    return Checked(title, "in_order", words)


def _key(entry: Entry, credential: str) -> tuple[int, str] | None:
    """Where a signing key became the person's, and the key, if it was theirs then; from the record alone."""
    found = None
    for before in reader().history(entry.actor.person):
        for fact in before.facts if before.position < entry.position else ():
            match fact:
                case AuthenticatorEnrolled() if fact.credential == credential:
                    found = before.position, fact.public_key
                case AuthenticatorRevoked() if fact.credential == credential:
                    found = None
                case PersonLeft() | CredentialsReset():
                    found = None
                case _:
                    pass
    return found
