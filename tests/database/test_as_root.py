"""Started by root, as in many containers: the server runs as an account of its own, in folders it can reach."""

import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg
import pytest

from coign.database import Supervisor, running
from coign.database.account import account_for
from coign.database.binaries import binaries, usable_binaries
from coign.database.server import postmaster

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a server as somebody else")


def test_the_server_does_not_run_as_root(home_folder: Path) -> None:
    with running(home_folder):
        server = postmaster(Supervisor(home_folder).places.data)
        assert server is not None
        assert psutil.Process(server.pid).uids().effective != 0


def test_nobody_but_the_servers_account_may_pass_through_the_home(home_folder: Path) -> None:
    with running(home_folder):
        account = Supervisor(home_folder).places.account
        assert account is not None
        assert home_folder.stat().st_mode & 0o777 == 0o710
        assert home_folder.stat().st_gid == account.gid


def test_a_home_in_a_closed_folder_keeps_its_data_elsewhere(empty_home: Path) -> None:
    closed = empty_home / "root-only"
    closed.mkdir(mode=0o700)
    hidden = closed / "home"
    with running(hidden) as database, psycopg.connect(database.application_dsn) as connection:
        connection.execute("SELECT 1")
        base = Supervisor(hidden).places.base
    try:
        assert not base.is_relative_to(closed)
        assert (base / "postgresql" / "PG_VERSION").exists()
        # The rights of folders that are not ours stay as they are.
        assert closed.stat().st_mode & 0o777 == 0o700
        with running(hidden):
            assert Supervisor(hidden).places.base == base
    finally:
        shutil.rmtree(base)


def test_programs_in_a_closed_folder_are_copied_to_where_the_account_can_run_them(empty_home: Path) -> None:
    programs = binaries()
    closed = Path(tempfile.mkdtemp(prefix="coign-test-closed-"))
    for part in programs.parts:
        if (programs.root / part).is_dir():
            shutil.copytree(programs.root / part, closed / part)
    hidden = replace(programs, folder=closed / programs.folder.relative_to(programs.root), root=closed)
    try:
        account = account_for(empty_home, empty_home / "none")
        copied = usable_binaries(hidden, account, Supervisor(empty_home).places.base)
        assert copied.folder.is_relative_to(empty_home)
        assert usable_binaries(hidden, account, empty_home) == copied
        closed.chmod(0o755)  # open now: used where they are
        assert usable_binaries(hidden, account, empty_home) == hidden
    finally:
        shutil.rmtree(closed)


def test_a_home_of_an_ordinary_person_stays_theirs(empty_home: Path) -> None:
    os.chown(empty_home, 65534, 65534)
    with running(empty_home):
        supervisor = Supervisor(empty_home)
        server = postmaster(supervisor.places.data)
        assert server is not None
        assert psutil.Process(server.pid).uids().effective == 65534
        assert supervisor.places.passwords.stat().st_uid == 65534
