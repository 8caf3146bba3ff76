"""Judges time stamps in a pack or a proof: the verifier that stands alone has no parser for them and says so."""

from coign.database import home
from coign.settings import Settings
from coign.timestamps.attaching import attached
from coign.timestamps.policy import FILE, StampPolicy, read_stamp_policy
from coign_verify.archive import read_archive
from coign_verify.findings import Findings
from coign_verify.notes import Note, parse_note
from coign_verify.pack import CHECKPOINT, files_of, is_pack


def stamp_policy(settings: Settings) -> StampPolicy | None:
    """Which authorities this installation believes; None: nobody said."""
    return read_stamp_policy((settings.home or home()) / FILE)


def judge_stamps(found: Findings, content: bytes, policy: StampPolicy | None) -> Findings:
    """Say of each stamp below the checkpoint when it says that the record existed, or why it is not believed.

    One that is not believed makes nothing wrong: the receiver may know other authorities than the maker.
    """
    if found.problems or policy is None:
        return found
    note = _note(content)
    found.not_proved = [each for each in found.not_proved if each not in note.stamped]
    for authority, answer in attached(note):
        try:
            stamp = policy.judge(answer, note.text.encode())
        except ValueError as error:
            found.not_proved.append(f"when it existed: the time stamp of {authority} is not believed: {error}")
        else:
            found.proved.append(f"its checkpoint existed at {stamp.time}, says {stamp.authority}")
    return found


def _note(content: bytes) -> Note:
    if is_pack(content):
        return parse_note(files_of(read_archive(content)[0])[CHECKPOINT])
    return parse_note(content.partition(b"\n\n")[2])
