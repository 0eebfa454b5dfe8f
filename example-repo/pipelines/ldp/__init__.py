# ldp-engine 1.0.0
"""The engine of a project of Lakeflow Spark Declarative Pipelines: reads config.yml, plans, registers and runs its tables."""

from __future__ import annotations

__version__ = "1.0.0"
