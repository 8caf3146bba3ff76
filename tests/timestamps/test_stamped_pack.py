"""A stamp travels in a pack below its checkpoint: the verifier alone says that it is there, the program judges it."""

from pathlib import Path

import pytest
from tests.support.authority import Authority, Office
from tests.support.packs import KEY, ORIGIN, packed, told

from coign.service.stamped_files import judge_stamps
from coign.timestamps.asking import ask
from coign.timestamps.attaching import line
from coign_verify.checkpoint import Checkpoint
from coign_verify.growing import tree_root
from coign_verify.pack_check import verify_pack
from coign_verify.trust import Trust

TRUST = Trust((KEY.verifier(),))
NOT_JUDGED = "when it existed: a time stamp of tsa.example is attached, and was not judged here"


@pytest.mark.requirement("CSV-01")
def test_a_stamp_in_a_pack_is_told_by_the_verifier_and_judged_by_whoever_knows_the_authority(tmp_path: Path) -> None:
    text = Checkpoint(ORIGIN, 10, tree_root(10, told().tiles)).text().encode()
    with Office() as office:
        policy = office.policy(tmp_path)
        stamp, other = ask(policy, text), ask(policy, b"another text")
        stranger = Office(Authority.new())
    stranger.server_close()
    pack = packed(below=line("tsa.example", stamp.answer))

    alone = verify_pack(pack, TRUST)
    assert alone.exit_code == 0 and NOT_JUDGED in alone.not_proved
    judged = judge_stamps(verify_pack(pack, TRUST), pack, policy)
    assert judged.exit_code == 0 and NOT_JUDGED not in judged.not_proved
    assert f"its checkpoint existed at {stamp.stamp.time}, says CN=Clock of tests" in judged.proved

    (tmp_path / "other").mkdir()
    for bytes_, believed in (
        (pack, stranger.policy(tmp_path / "other")),
        (packed(below=line("tsa.example", other.answer)), policy),
    ):
        found = judge_stamps(verify_pack(bytes_, TRUST), bytes_, believed)
        assert found.exit_code == 0 and any("tsa.example is not believed" in said for said in found.not_proved)
        assert not any("existed at" in said for said in found.proved)


def test_a_stamp_that_is_changed_in_a_pack_spoils_the_pack(tmp_path: Path) -> None:
    with Office() as office:
        policy = office.policy(tmp_path)
        pack = packed(below=line("tsa.example", ask(policy, b"text").answer))
    changed = pack.replace(b"tsa.example/rfc3161", b"tsa.exemple/rfc3161")
    found = judge_stamps(verify_pack(changed, TRUST), changed, policy)
    assert found.exit_code == 1 and any("checkpoint.txt" in str(problem) for problem in found.problems)
    assert judge_stamps(verify_pack(pack, TRUST), pack, None).exit_code == 0
