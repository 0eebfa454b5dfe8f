# ldp-engine 1.0.0
"""The engine of this project, in both of its roles.

A pipeline's source: when Lakeflow, or Spark's own pipelines, evaluate this file, it registers every table of config.yml.
A command: `python pipelines/ldp_engine.py --dry-run --tags daily` plans and runs the tables that the tags choose.
"""

from __future__ import annotations

import inspect
import os
import sys
from pathlib import Path

# A task of a job may run this file without `__file__`.
_HERE = Path(inspect.getfile(inspect.currentframe())).resolve()  # type: ignore[arg-type]
_PROJECT = _HERE.parent.parent
# First, so that no installed package named `pipelines` is taken for this one.
if sys.path[0] != str(_PROJECT):
    sys.path.insert(0, str(_PROJECT))


def _in_pipeline() -> bool:
    if __name__ == "__main__" and "DATABRICKS_RUNTIME_VERSION" not in os.environ:
        return False
    from pipelines.ldp.platform import in_pipeline

    return in_pipeline()


if _in_pipeline():
    from pipelines.ldp.runtime import register_all

    register_all(_PROJECT)
elif __name__ == "__main__":
    try:
        from pipelines.ldp.cli import main
    except ModuleNotFoundError as missing:
        if missing.name != "yaml":
            raise
        print("error LDP907 The engine needs PyYAML: pip install pyyaml", file=sys.stderr)
        sys.exit(2)
    status = main(sys.argv[1:], _PROJECT)
    # Databricks takes any SystemExit, even one with 0, for a failure.
    if status:
        sys.exit(status)
