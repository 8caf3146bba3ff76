"""Where things lie: the home of an installation, the folder with the data, the locks, and the socket's short folder."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

import platformdirs

from coign.database.account import Account, account_for, give
from coign.database.address import DatabaseUnavailable
from coign.kernel.frozen import dataclass

# The socket's path must fit the kernel's field: 104 bytes on macOS, 108 on Linux, both with a final zero.
SOCKET_PATH_BYTES_MAX = 100
SOCKET_NAME = ".s.PGSQL.5432"


@dataclass(frozen=True, slots=True)
class Places:
    """The folders and files of one installation's embedded database."""

    home: Path
    base: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.base / "postgresql"

    @property
    def log(self) -> Path:
        return self.base / "postgresql-log"

    @property
    def passwords(self) -> Path:
        return self.home / "database-passwords.json"

    @property
    def turn_lock(self) -> Path:
        return self.home / "database-turn.lock"

    @property
    def users_lock(self) -> Path:
        return self.home / "database-users.lock"


def home() -> Path:
    """The folder of this installation: `COIGN_HOME`, otherwise the user's data folder; made for its owner only."""
    named = os.environ.get("COIGN_HOME")
    return prepared(Path(named).expanduser() if named else platformdirs.user_data_path("coign", appauthor=False))


def prepared(folder: Path) -> Path:
    """The folder as an absolute path, made if it is missing, and certain to be writable."""
    try:
        folder = folder.absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = folder.resolve()
        # Tried, not computed: a full or read-only disk shows here and not in the rights.
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise DatabaseUnavailable(
            f"The folder {folder} cannot be written to ({error.strerror}): set COIGN_HOME to a folder you may write to."
        ) from error


def places(folder: Path) -> Places:
    """The places of the installation in a home; as root this settles the server's account and a base it can reach."""
    at_home, aside = folder / "postgresql", _aside(folder)
    if os.geteuid() == 0 and not at_home.exists() and (aside / "postgresql").exists():
        return Places(folder, aside, account_for(folder, aside / "postgresql"))
    account = account_for(folder, at_home)
    if account is None:
        return Places(folder, folder, None)
    if account.can_enter(folder.parent):
        _let_in(folder, account)
        return Places(folder, folder, account)
    if at_home.exists():
        raise DatabaseUnavailable(
            f"The server's account '{account.name}' can no longer reach {at_home}: "
            "allow it to pass through the folders above, or set COIGN_HOME to another folder."
        )
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    _let_in(aside, account)
    return Places(folder, aside, account)


def socket_folder(at: Places) -> Path:
    """A folder of mode 0700 for the socket, with a short path; made if it is missing.

    Clients read it from the server's pid file, so it need not be the same one at every start.
    """
    owner_uid = at.account.uid if at.account else os.geteuid()
    name = f"coign-{_hash(at.home)}"
    for parent in _short_folders(at.account):
        folder = parent / name
        try:
            folder.mkdir(mode=0o700)
            give(folder, at.account)
        except FileExistsError:
            found = folder.lstat()
            # In a folder open to all, somebody else may have taken the name: then we do not go in.
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner_uid:
                folder = Path(tempfile.mkdtemp(prefix="coign-", dir=parent))
                give(folder, at.account)
            folder.chmod(0o700)
        except OSError:
            continue
        return folder
    raise DatabaseUnavailable("No short temporary folder for the database's socket could be made: make /tmp writable.")


def _short_folders(account: Account | None) -> list[Path]:
    # Not XDG_RUNTIME_DIR: it disappears when the person signs out, and a server may outlive that.
    candidates = [Path("/run")] if account else []
    candidates += [Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 - the folder in it is 0700 and checked
    longest = f"/coign-{'0' * 10}/{SOCKET_NAME}"
    return [
        folder
        for folder in candidates
        if len(os.fsencode(f"{folder}{longest}")) <= SOCKET_PATH_BYTES_MAX
        and (account is None or account.can_enter(folder))
    ]


def _let_in(folder: Path, account: Account) -> None:
    """Root's folder stays closed to everybody, but the server's account may pass through it to its own data."""
    found = folder.stat()
    if found.st_uid == 0 and not account.can_enter(folder):
        os.chown(folder, 0, account.gid)
        folder.chmod(stat.S_IMODE(found.st_mode) & ~0o067 | 0o010)


def _aside(folder: Path) -> Path:
    state = next((path for path in (Path("/var/lib"), Path("/var/db")) if path.is_dir()), Path("/var"))
    return state / f"coign-{_hash(folder)}"


def _hash(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:10]
