"""Where the embedded servers live: short socket paths, and folders the servers' user can reach."""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.embedded.errors import ServerError

# A socket's path has room for 103 bytes on some systems; the longest name put into the folder is 13 bytes.
MAX_SOCKET_DIR = 99 - len("/.s.PGSQL.5432")
SHARED = Path("/var/tmp")  # noqa: S108 - names in it are random, and owners are checked
UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Account:
    """The operating system's user that the servers run as."""

    uid: int
    gid: int

    @property
    def other(self) -> bool:
        """Whether it is somebody other than this process."""
        return self.uid != os.geteuid()


def socket_dir(var: Path) -> Path:
    """Return the folder of both sockets, the same for every process of this copy; nothing is created."""
    inside = var / "run"
    if len(os.fsencode(inside)) <= MAX_SOCKET_DIR and (os.geteuid() != 0 or _open_to_all(var)):
        return inside
    name = hashlib.sha256(os.fsencode(var)).hexdigest()[:16]
    return Path("/tmp") / f"touchstone-{os.geteuid()}-{name}"  # noqa: S108 - its owner is checked


def server_account(var: Path) -> Account:
    """Return this process's user; for root, the owner of existing data, else an unprivileged one.

    Raises: ServerError where the unprivileged user does not exist.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    try:
        data = data_dir(var, create=False).stat()
        if data.st_uid != 0:
            return Account(data.st_uid, data.st_gid)
    except OSError:
        pass
    name = os.environ.get("TOUCHSTONE_SERVER_USER", UNPRIVILEGED)
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise ServerError(
            f"PostgreSQL does not run as root and the user {name!r} does not exist. "
            "Set TOUCHSTONE_SERVER_USER to an unprivileged user."
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)


def data_dir(var: Path, *, create: bool = True) -> Path:
    """Return the folder of the servers' data: in `var`, or under /var/tmp where root's folders are closed to others."""
    if os.geteuid() != 0 or _open_to_all(var):
        return var
    pointer = var / "data-is-in"
    if not pointer.exists() and create:
        # Not derived from the path: whoever removes `var` starts afresh, and never meets the old data again.
        pointer.write_text(str(SHARED / f"touchstone-{secrets.token_hex(8)}"))
    return Path(pointer.read_text().strip())


def prepare(folder: Path, account: Account) -> Path:
    """Create `folder` for `account` alone, and return it.

    Raises: ServerError where somebody else made it before.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), account.uid):
            raise ServerError(
                f"{folder} belongs to another user. Remove it, or set TOUCHSTONE_VAR to a folder of your own."
            )
        if account.other:
            os.chown(folder, account.uid, account.gid)
        folder.chmod(0o700)
    except OSError as error:
        raise unusable(folder, error) from None
    return folder


def may_read(account: Account, path: Path) -> bool:
    """Whether `account` may reach and read `path`."""
    if not account.other:
        return os.access(path, os.R_OK)
    check = subprocess.run(
        ["/bin/sh", "-c", 'test -r "$0"', str(path)], cwd="/", user=account.uid, group=account.gid, extra_groups=[]
    )
    return check.returncode == 0


def reachable_copy(folders: Sequence[Path], probe: Path, account: Account, copies: Path) -> Path:
    """Return the parent of `folders`: where they are, or of copies where `account` may not read `probe` there."""
    if may_read(account, probe):
        return folders[0].parent
    for folder in folders:
        copy = copies / folder.name
        if folder.exists() and not copy.exists():
            unfinished = copies / f"{folder.name}.new"
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(folder, unfinished)
            subprocess.run(["chmod", "-R", "a+rX", str(unfinished)], check=True)
            unfinished.rename(copy)
    copies.chmod(0o755)
    return copies


def make(var: Path) -> None:
    """Create the copy's folder.

    Raises: ServerError.
    """
    try:
        if not var.exists():
            var.mkdir(parents=True)
            var.chmod(0o755)
        if not os.access(var, os.W_OK | os.X_OK):
            raise PermissionError(13, "not yours to write")
    except OSError as error:
        raise unusable(var, error) from None


def unusable(folder: Path, error: OSError) -> ServerError:
    return ServerError(f"{folder} cannot be used ({error.strerror}). Set TOUCHSTONE_VAR to a folder of your own.")


def _open_to_all(path: Path) -> bool:
    """Whether every user may enter `path`, as far as it exists."""
    for folder in (path, *path.parents):
        try:
            if not folder.stat().st_mode & stat.S_IXOTH:
                return False
        except FileNotFoundError:
            continue
    return True
