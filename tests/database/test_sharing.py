"""Several processes and one server: who starts it, who uses it, who stops it."""

import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg

from coign.database import Supervisor, running
from coign.database.server import postmaster

Starter = Callable[[Path], "subprocess.Popen[str]"]


def server_pid(home_folder: Path) -> int | None:
    found = postmaster(Supervisor(home_folder).places.data)
    return found.pid if found else None


def said_pid(process: "subprocess.Popen[str]") -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def test_a_database_that_was_down_is_down_again_afterwards(home_folder: Path) -> None:
    with running(home_folder):
        assert server_pid(home_folder) is not None
    assert server_pid(home_folder) is None


def test_a_second_process_is_a_client_and_leaves_the_server_running(
    home_folder: Path, another_process: Starter
) -> None:
    first = another_process(home_folder)
    pid = said_pid(first)
    with running(home_folder) as database, psycopg.connect(database.application_dsn) as connection:
        connection.execute("SELECT 1")
        assert server_pid(home_folder) == pid
    assert server_pid(home_folder) == pid


def test_whoever_started_it_may_leave_first_without_disturbing_the_others(
    home_folder: Path, another_process: Starter
) -> None:
    first = another_process(home_folder)
    pid = said_pid(first)
    with running(home_folder) as database:
        first.communicate()
        assert first.returncode == 0
        with psycopg.connect(database.application_dsn) as connection:
            connection.execute("SELECT 1")
        assert server_pid(home_folder) == pid
    assert server_pid(home_folder) is None


def test_processes_that_start_at_the_same_moment_share_one_server(empty_home: Path, another_process: Starter) -> None:
    together = [another_process(empty_home) for _ in range(3)]
    assert len({said_pid(process) for process in together}) == 1


def test_threads_that_start_at_the_same_moment_share_one_server(home_folder: Path) -> None:
    pids: list[int | None] = []
    everybody_in = threading.Barrier(4)

    def use() -> None:
        with running(home_folder):
            everybody_in.wait(60)
            pids.append(server_pid(home_folder))
            everybody_in.wait(60)

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pids) == 4 and len(set(pids)) == 1 and None not in pids
    assert server_pid(home_folder) is None


def test_an_orphan_of_a_killed_supervisor_is_adopted_and_stopped_by_its_last_user(
    home_folder: Path, another_process: Starter
) -> None:
    supervisor = another_process(home_folder)
    pid = said_pid(supervisor)
    supervisor.kill()
    supervisor.wait()
    assert server_pid(home_folder) == pid
    with running(home_folder) as database, psycopg.connect(database.owner_dsn) as connection:
        connection.execute("SELECT 1")
        assert server_pid(home_folder) == pid
    assert server_pid(home_folder) is None


def test_stop_stops_it_for_everybody(home_folder: Path, another_process: Starter) -> None:
    said_pid(another_process(home_folder))
    Supervisor(home_folder).stop()
    assert server_pid(home_folder) is None
