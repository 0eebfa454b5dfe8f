# ldp-engine 1.0.0
"""What the team's code is, and what one run does, as two digests. `ldp` computes the same: what was reviewed is what runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .model import Mode, Project
from .tree import entry_kind, list_files


@dataclass(frozen=True)
class ProjectCode:
    """`digest` of the whole, and the hash of each file by its path."""

    digest: str
    files: Mapping[str, str]


def project_code(project: Project, root: Path) -> ProjectCode:
    """Hashes the config file in use, every .py and .sql file under transformations/ and pipelines/, and the modules elsewhere.

    Folders named __pycache__ or starting with a dot, and symbolic links, are left out. Raises OSError for a file that can't be read.
    """
    paths = {project.config_file}
    for folder in ("transformations", "pipelines"):
        paths.update(path for path in list_files(root, folder) if path.endswith((".py", ".sql")))
    modules = {table.module for table in project.tables} - paths
    paths.update(module for module in modules if module and entry_kind(root, module) == "file")
    files = {path: content_hash((root / path).read_bytes()) for path in sorted(paths)}
    return ProjectCode(
        sha256(canonical_json([[path, digest] for path, digest in files.items()])),
        files,
    )


def plan_digest(mode: Mode, project: str, stages: Sequence[Sequence[str]]) -> str:
    """The digest of what one run does."""
    content = {
        "mode": mode,
        "project": project,
        "schema": "ldp.plan/1",
        "stages": [list(stage) for stage in stages],
    }
    return sha256(canonical_json(content))


def content_hash(content: bytes) -> str:
    """The hash of a file's bytes with CRLF read as LF."""
    return _prefixed(content.replace(b"\r\n", b"\n"))


def canonical_json(value: Any) -> str:
    """JSON with keys sorted by code point, no spaces, and non-ASCII as it is."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(text: str) -> str:
    """`sha256:` and the hex digest of a text's UTF-8 bytes."""
    return _prefixed(text.encode("utf-8", "replace"))


def _prefixed(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
