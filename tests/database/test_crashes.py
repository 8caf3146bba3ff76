"""Whatever ends at the wrong moment: the next start works, and nothing acknowledged is lost."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest

from coign.database import DatabaseUnavailable, Supervisor, running, scratch
from coign.database.server import postmaster
from coign.database.supervisor import SCRATCH_ABANDONED_SECONDS

Starter = Callable[[Path], "subprocess.Popen[str]"]


@pytest.fixture
def supervisor(home_folder: Path) -> Supervisor:
    return Supervisor(home_folder)


def test_no_acknowledged_commit_is_lost_when_the_server_is_killed(supervisor: Supervisor) -> None:
    database = supervisor.start()
    acknowledged: list[int] = []
    enough = threading.Event()
    with psycopg.connect(database.owner_dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE acted (number int PRIMARY KEY)")

    def write() -> None:
        until_killed = contextlib.suppress(psycopg.OperationalError)
        with until_killed, psycopg.connect(database.owner_dsn, autocommit=True) as connection:
            for number in range(1_000_000):
                connection.execute("INSERT INTO acted VALUES (%s)", (number,))
                acknowledged.append(number)
                if number == 50:
                    enough.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert enough.wait(60)
    supervisor.kill()
    writer.join()
    assert not supervisor.is_alive()
    database = supervisor.restart()
    assert supervisor.is_alive()
    with psycopg.connect(database.owner_dsn) as connection:
        found = {number for (number,) in connection.execute("SELECT number FROM acted")}
    assert found >= set(acknowledged)
    # One commit may have been stored without the answer arriving; more there cannot be.
    assert len(found) <= len(acknowledged) + 1


def test_a_pid_file_with_the_number_of_a_stranger_does_not_stop_a_start(supervisor: Supervisor) -> None:
    supervisor.start()
    supervisor.kill()
    pid_file = supervisor.places.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert not supervisor.is_alive()
    supervisor.start()
    found = postmaster(supervisor.places.data)
    assert found is not None and found.pid != os.getpid()


def test_workers_that_outlive_their_server_are_ended_before_the_next_start(supervisor: Supervisor) -> None:
    database = supervisor.start()
    first = postmaster(supervisor.places.data)
    assert first is not None
    with psycopg.connect(database.owner_dsn) as connection:
        worker = psutil.Process(connection.info.backend_pid)
        worker.suspend()  # it cannot notice that its server is gone
        os.kill(first.pid, signal.SIGKILL)
        supervisor.start()
        second = postmaster(supervisor.places.data)
        assert second is not None and second.pid != first.pid
        assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_an_interrupted_first_start_leaves_nothing_half_made(empty_home: Path, another_process: Starter) -> None:
    supervisor = Supervisor(empty_home)
    base = supervisor.places.base
    first = another_process(empty_home)
    patience = time.monotonic() + 60
    while not list(base.glob("postgresql.building-*")) and time.monotonic() < patience:
        time.sleep(0.001)
    parent = psutil.Process(first.pid)
    parent.suspend()  # it starts no further helper while those that it has are ended
    while helpers := [p for p in parent.children(recursive=True) if _lives(p)]:
        for helper in helpers:
            with contextlib.suppress(psutil.NoSuchProcess):
                helper.kill()
        time.sleep(0.05)
    first.kill()
    first.wait()
    assert list(base.glob("postgresql.building-*")) and not supervisor.places.data.exists()
    with running(empty_home) as database, psycopg.connect(database.application_dsn) as connection:
        connection.execute("SELECT 1")
    assert not list(base.glob("*.building-*"))


def test_a_folder_of_another_major_version_is_refused_with_one_sentence(
    home_folder: Path, supervisor: Supervisor
) -> None:
    with running(home_folder):
        pass
    version = supervisor.places.data / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(DatabaseUnavailable) as refused, running(home_folder):
        pass
    assert "made by PostgreSQL 17" in str(refused.value) and "brings PostgreSQL 18" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_damaged_data_folder_is_refused_with_one_sentence(home_folder: Path, supervisor: Supervisor) -> None:
    with running(home_folder):
        pass
    (supervisor.places.data / "global" / "pg_control").write_bytes(b"")
    with pytest.raises(DatabaseUnavailable, match=r"ended at once.*pg_control") as refused, running(home_folder):
        pass
    assert "\n" not in str(refused.value)


def test_a_folder_that_is_no_database_is_left_alone(empty_home: Path) -> None:
    supervisor = Supervisor(empty_home)
    supervisor.places.data.mkdir(parents=True)
    (supervisor.places.data / "letters").touch()
    with pytest.raises(DatabaseUnavailable, match="not a complete database folder"), running(empty_home):
        pass
    assert [path.name for path in supervisor.places.data.iterdir()] == ["letters"]


def test_lost_passwords_are_replaced_at_the_next_start(home_folder: Path, supervisor: Supervisor) -> None:
    with running(home_folder) as database:
        lost = database.application_dsn
    supervisor.places.passwords.unlink()
    with running(home_folder) as database:
        assert database.application_dsn != lost
        with psycopg.connect(database.application_dsn) as connection:
            connection.execute("SELECT 1")


def test_damaged_passwords_are_refused_with_one_sentence(home_folder: Path, supervisor: Supervisor) -> None:
    with running(home_folder):
        pass
    supervisor.places.passwords.write_text("{}")
    with pytest.raises(DatabaseUnavailable, match="is damaged: delete it"), running(home_folder):
        pass


def test_a_socket_folder_taken_by_somebody_else_is_not_entered(home_folder: Path, supervisor: Supervisor) -> None:
    supervisor.start()
    found = postmaster(supervisor.places.data)
    assert found is not None
    usual = Path(found.socket_folder)
    supervisor.stop()
    usual.symlink_to(home_folder)
    try:
        supervisor.start()
        found = postmaster(supervisor.places.data)
        assert found is not None and Path(found.socket_folder) != usual
        assert found.socket_folder.startswith(str(usual.parent))
        supervisor.stop()
        assert not Path(found.socket_folder).exists()
    finally:
        usual.unlink()


def test_a_scratch_folder_left_by_a_killed_run_is_removed_by_a_later_one() -> None:
    with scratch(durable=False) as database, psycopg.connect(database.owner_dsn) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        in_use = Path(row[0]).parent
        abandoned = in_use.with_name("coign-scratch-abandoned")
        shutil.rmtree(abandoned, ignore_errors=True)
        abandoned.mkdir(mode=0o700)
        long_ago = time.time() - SCRATCH_ABANDONED_SECONDS - 60
        for folder in (abandoned, in_use):
            os.utime(folder, (long_ago, long_ago))
        with scratch(durable=False):
            assert not abandoned.exists()
            assert in_use.exists()
        connection.execute("SELECT 1")


def test_a_temporary_server_ends_with_whoever_started_it_however_that_ends() -> None:
    work = (
        "import sys; from coign.database import temporary\n"
        "with temporary(durable=False) as supervisor:\n"
        "    supervisor.start(); print(supervisor.places.data, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", work]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        data = Path(process.stdout.readline().strip())
        found = postmaster(data)
        assert found is not None and found.ready
        process.kill()
        # The watcher has this pipe as well: it closes when that has ended.
        assert process.stdout.read() == ""
    assert not psutil.pid_exists(found.pid) or psutil.Process(found.pid).status() == psutil.STATUS_ZOMBIE
    assert not data.parent.exists()
