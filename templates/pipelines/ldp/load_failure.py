# ldp-engine 1.0.0
"""What an exception that a module raised while it was loaded means, where it happened, and the likely fix."""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import re
import traceback
from pathlib import Path

from .diagnostics import did_you_mean
from .model import Diagnostic, Place, Related, Table

_PACKAGES = {
    "yaml": "pyyaml",
    "sklearn": "scikit-learn",
    "PIL": "pillow",
    "cv2": "opencv-python",
    "bs4": "beautifulsoup4",
}
"""Modules whose package has another name."""

_SESSION = "Use `spark = SparkSession.active()` inside the dataset function: a module has no `spark` of its own"
_NAMES = {
    "spark": _SESSION,
    "sc": "Use SparkSession.active() inside the dataset function; pipelines have no SparkContext",
    "dbutils": "Write `from databricks.sdk.runtime import dbutils`, inside the function that needs it",
    "display": "Remove it: display belongs to notebooks",
    "dlt": "Write `import dlt` at the top of the file",
    "dp": "Write `from pyspark import pipelines as dp` at the top of the file",
    "F": "Write `from pyspark.sql import functions as F` at the top of the file",
}
_SPARK_ERRORS = {
    "ATTEMPT_ANALYSIS_IN_PIPELINE_QUERY_FUNCTION": "Only build the DataFrame here: no schema, columns, count or collect",
    "TABLE_OR_VIEW_NOT_FOUND": "Open-source Spark resolves some operations before the tables exist: write select(…) instead of drop, na.fill or dropDuplicates; withWatermark needs a table that an earlier run has made",
    "SESSION_MUTATION_IN_DECLARATIVE_PIPELINE": "Put the setting into the pipeline's configuration, or into spark_conf=",
    "GRAPH_ELEMENT_DEFINED_OUTSIDE_OF_DECLARATIVE_PIPELINE": "Run it in a pipeline: python pipelines/ldp_engine.py --local",
    "NO_ACTIVE_OR_DEFAULT_SESSION": "Ask for the session inside the dataset function, not at the top of the module",
    "NO_ACTIVE_SESSION": "Ask for the session inside the dataset function, not at the top of the module",
}


def describe_failure(
    error: BaseException, module: str, table: Table, root: Path, limit: float
) -> Diagnostic:
    """A finding with the deepest line of the project that was running, and with the module's own line where that is another.

    `error` is anything that loading raised, SystemExit and the time limit included.
    """
    if isinstance(error, SyntaxError) and error.filename is not None:
        return _syntax(error, module, table, root)
    places = _places(error, root)
    place = places[-1] if places else Place(module, 1, 1)
    own = next((p for p in reversed(places) if p.file == module), None)
    related = (
        (Related(own, "reached from here"),) if own is not None and own.file != place.file else ()
    )
    code, message, hint = _reading(error, module, root, limit)
    return Diagnostic(code, message, place, table=table.name, hint=hint, related=related)


def _syntax(error: SyntaxError, module: str, table: Table, root: Path) -> Diagnostic:
    file = _relative(error.filename or "", root) or module
    place = Place(file, error.lineno or 1, max(error.offset or 1, 1))
    message = f"{file} does not parse: {error.msg}"
    hint = (
        "Spaces and tabs are mixed"
        if isinstance(error, TabError)
        else "Correct the line, or the one above it"
    )
    if error.text is not None and error.text.startswith("%"):
        hint = "Remove the notebook's magic command: a module is plain Python"
    return Diagnostic("LDP302", message, place, table=table.name, hint=hint)


def _reading(
    error: BaseException, module: str, root: Path, limit: float
) -> tuple[str, str, str | None]:
    name = type(error).__name__
    if name == "TimeUp":
        return (
            "LDP812",
            f"{module} was still loading after {limit:g} seconds",
            "Do nothing at the top of a module but define: no requests, no waiting, no Spark actions",
        )
    if isinstance(error, SystemExit):
        return (
            "LDP811",
            f"{module} ends the program when it is loaded: sys.exit({error.code!r})",
            'Put what a script does below `if __name__ == "__main__":`',
        )
    text = str(error).strip().split("\n")[0] or "no message"
    return "LDP811", f"{module} fails when it is loaded: {name}: {text[:300]}", _hint(error, root)


def _hint(error: BaseException, root: Path) -> str | None:
    if isinstance(error, ModuleNotFoundError) and error.name:
        return _missing_module(error.name, root)
    if isinstance(error, ImportError) and error.name:
        return _wrong_import(error)
    if isinstance(error, NameError) and error.name:
        return _NAMES.get(error.name) or did_you_mean(
            error.name, [*_names_there(error), *dir(builtins)]
        )
    if isinstance(error, AttributeError) and error.name:
        return did_you_mean(
            error.name, [name for name in dir(error.obj) if not name.startswith("__")]
        )
    text = f"{type(error).__name__}: {error}"
    found = next((hint for key, hint in _SPARK_ERRORS.items() if key in text), None)
    if (
        found is None
        and "has no attribute" in text
        and "'NoneType'" in text
        and "spark" in text.lower()
    ):
        return _SESSION
    return found


def _missing_module(name: str, root: Path) -> str:
    top = name.split(".")[0]
    path = root / name.replace(".", "/")
    if (root / top).is_dir() or (root / f"{top}.py").is_file():
        siblings = [p.stem for p in path.parent.glob("*.py")] if path.parent.is_dir() else []
        close = did_you_mean(path.name, siblings)
        return f"{path.relative_to(root).as_posix()}.py does not exist. {close or 'Correct the import, or write the file'}"
    package = _PACKAGES.get(top, top)
    if top == "pyspark":
        return 'Install it: pip install "pyspark[pipelines]>=4.1"'
    return (
        f"Install the package (pip install {package}), and name it in pyproject.toml and in the `environment` of "
        "workflows/etl.pipeline.yml"
    )


def _wrong_import(error: ImportError) -> str | None:
    """`from x import nmae`: the nearest name that the module has."""
    match = re.search(r"cannot import name '([^']+)'", str(error))
    if match is None or error.name is None or importlib.util.find_spec(error.name) is None:
        return None
    module = importlib.import_module(error.name)
    return did_you_mean(match.group(1), [name for name in dir(module) if not name.startswith("__")])


def _names_there(error: BaseException) -> list[str]:
    frames = list(traceback.walk_tb(error.__traceback__))
    if not frames:
        return []
    frame = frames[-1][0]
    return [*frame.f_locals, *frame.f_globals]


def _places(error: BaseException, root: Path) -> list[Place]:
    """The lines of the project that were running, the outermost first; the engine's own are left out."""
    places = []
    for frame in traceback.extract_tb(error.__traceback__):
        file = _relative(frame.filename, root)
        if file is not None and not file.startswith("pipelines/ldp"):
            column = (frame.colno or 0) + 1
            places.append(Place(file, frame.lineno or 1, column))
    return places


def _relative(filename: str, root: Path) -> str | None:
    path = Path(filename)
    if not path.is_absolute() or not path.is_relative_to(root):
        return None
    relative = path.relative_to(root)
    if {"site-packages", ".venv", "venv"} & set(relative.parts):
        return None
    return relative.as_posix()
