# ldp-engine 1.0.0
"""The files of a project on disk. Symbolic links are never followed; paths are relative, with `/`."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Literal

EntryKind = Literal["file", "directory", "symlink", "missing", "other"]


def entry_kind(root: Path, path: str) -> EntryKind:
    """What stands at a path of the project; `symlink` also where a folder above it is one."""
    current = root
    kind: EntryKind = "directory"
    for part in path.split("/"):
        current = current / part
        try:
            mode = os.lstat(current).st_mode
        except (OSError, ValueError):
            return "missing"
        if stat.S_ISLNK(mode):
            return "symlink"
        kind = "file" if stat.S_ISREG(mode) else "directory" if stat.S_ISDIR(mode) else "other"
    return kind


def list_files(root: Path, folder: str) -> list[str]:
    """The paths of all regular files below a folder, sorted; links, `__pycache__` and folders that start with a dot left out."""
    if entry_kind(root, folder) != "directory":
        return []
    found: list[str] = []
    pending = [folder]
    while pending:
        current = pending.pop()
        with os.scandir(root / current) as entries:
            for entry in entries:
                path = f"{current}/{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != "__pycache__" and not entry.name.startswith("."):
                        pending.append(path)
                elif entry.is_file(follow_symlinks=False):
                    found.append(path)
    return sorted(found)
