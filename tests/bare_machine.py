"""A minimal Debian in a folder, with git and Python only, and this project cloned into it.

    with made("trixie") as machine:
        machine.run("scripts/demo")

It reaches apt, PyPI and npm the way this machine does: over the same mirror, with the settings of apt and pip, the
certificates and the variables of the environment that are in force here. Needs root, debootstrap and unshare.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

ROOT = Path(__file__).resolve().parents[1]
HOME = "/root/nianbao"
PACKAGES = "ca-certificates,git,python3,python3-venv"
_REACH = re.compile(r"(pip_|npm_config_|node_extra_ca|ssl_cert|requests_ca|git_ssl|curl_ca|.*_proxy$)", re.IGNORECASE)
_COPIED = ("/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf", "/etc/xdg/pip", "/etc/npmrc",
           "/usr/local/share/ca-certificates")
# Nothing to undo: the mounts and processes belong to a namespace that goes with the command.
_ENTER = """
mount --rbind /dev "$1/dev" && mount -t proc proc "$1/proc" && mount -t sysfs sysfs "$1/sys" &&
exec chroot "$1" /bin/sh -c "cd $2 && $3" 2>&1
"""


@dataclass(frozen=True)
class Machine:
    folder: Path

    @property
    def clone(self) -> Path:
        return self.folder / HOME[1:]

    def run(self, command: str, seconds: float, folder: str = HOME) -> subprocess.CompletedProcess[str]:
        """Run a shell command as root, in the clone if no other folder is given; errors are part of the output."""
        environment = {key: value for key, value in os.environ.items() if _REACH.match(key)}
        environment |= {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}
        return subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", _ENTER, "enter",
             str(self.folder), folder, command],
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace",
            timeout=seconds,
        )


def lacking() -> str:
    """Return what keeps this machine from making one; nothing where it can."""
    if os.getuid():
        return "only root can make one"
    missing = [name for name in ("debootstrap", "unshare", "apt-get") if not shutil.which(name)]
    if missing:
        return f"{', '.join(missing)} is missing"
    return "" if mirror() else "apt names no mirror of Debian"


def mirror() -> str:
    """Return where apt gets this machine's Debian from."""
    found = subprocess.run(["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(SITE)|$(REPO_URI)"],
                           capture_output=True, encoding="utf-8", check=True)
    lines = [line.split("|") for line in found.stdout.splitlines()]
    return next((line[-1].rstrip("/") for line in lines if line[:2] == ["Debian", "Debian"]), "")


@contextlib.contextmanager
def made(suite: str) -> Iterator[Machine]:
    """Make a machine with a release of Debian, and remove it with the block."""
    with tempfile.TemporaryDirectory(prefix=f"nianbao-{suite}-", dir="/var/tmp", ignore_cleanup_errors=True) as folder:
        machine = Machine(Path(folder))
        machine.folder.chmod(0o755)
        _call("debootstrap", "--variant=minbase", f"--include={PACKAGES}", suite, folder, mirror())
        set_up(machine)
        yield machine


def set_up(machine: Machine) -> None:
    """Let it reach what this machine reaches, and put a clone of what is committed here into it."""
    for name in filter(os.path.exists, _COPIED):
        target = machine.folder / name[1:]
        if Path(name).is_dir():
            shutil.copytree(name, target, dirs_exist_ok=True)
        else:
            target.unlink(missing_ok=True)
            shutil.copyfile(name, target)
    settings = subprocess.run(["apt-config", "dump", "Acquire"], capture_output=True, check=True)
    (machine.folder / "etc/apt/apt.conf.d/90reach").write_bytes(settings.stdout)
    _call("git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(machine.clone))
    done = machine.run("update-ca-certificates", 120, "/")
    if done.returncode:
        raise RuntimeError(done.stdout)


def _call(*command: str) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}:\n{done.stdout[-3000:]}")
