"""Disks that fill up, and disks that lose their power.

Source of the call that cuts the power: EXT4_IOC_SHUTDOWN in the kernel's fs/ext4/ext4.h. With NOLOGFLUSH
the file system stops at once, and what was not flushed before is not there at the next mount.
"""

import fcntl
import os
import struct
import subprocess
from pathlib import Path

import pytest

SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = 2
BLOCK = 4096


def fill(folder: Path, left: int = 0) -> Path:
    """Take all room there is but some bytes; gives the file that takes it."""
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        room = os.statvfs(folder)
        os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_frsize - left)
    return ballast


class Disk:
    """A file system in a file."""

    def __init__(self, image: Path, folder: Path) -> None:
        self.image, self.folder = image, folder
        folder.mkdir()

    def mounting(self) -> list[str]:
        """Say what mount is told."""
        return ["-t", "ext4", "-o", "loop", str(self.image), str(self.folder)]

    def sync(self) -> None:
        """Flush all there is."""
        subprocess.run(["sync", "-f", self.folder], check=True)

    def cut(self) -> None:
        """Cut its power."""
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        except OSError as fault:
            pytest.skip(f"EXT4_IOC_SHUTDOWN does not work on this machine: {fault}")
        finally:
            os.close(handle)

    def restore(self) -> None:
        """Give the power back; nothing on it may be open."""
        subprocess.run(["umount", self.folder], check=True)
        subprocess.run(["mount", *self.mounting()], check=True)
