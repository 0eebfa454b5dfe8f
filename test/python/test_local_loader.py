"""Every way in which a module can fail to load: all are reported, each with table, file, line and a likely fix."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from conftest import Write

pytest.importorskip("pyspark", reason='pip install "pyspark[pipelines]==4.3.0"')

from pipelines.ldp.config import load_config
from pipelines.ldp.loader import load_modules, watch
from pipelines.ldp.model import Diagnostic


def check(root: Path, limit: float = 20) -> tuple[Diagnostic, ...]:
    project = load_config(root, "config.yml").project
    assert project is not None
    return load_modules(project, root, limit=limit)


def project_of(write: Write, **modules: str) -> Path:
    tables = "".join(f"  - {{name: {name}, layer: bronze}}\n" for name in modules)
    files = {f"transformations/bronze/{name}.py": text for name, text in modules.items()}
    files["transformations/__init__.py"] = ""
    return write({"config.yml": f"version: 1\ntables:\n{tables}", **files})


GOOD = "import dlt\n\n@dlt.table\ndef {name}():\n    return None\n"

CASES = {
    "spark": (
        "import dlt\nrows = spark.read.table('x')\n\n@dlt.table\ndef spark_():\n    return rows\n",
        (
            "LDP811",
            2,
            "NameError: name 'spark' is not defined",
            "SparkSession.active()` inside the",
        ),
    ),
    "session": (
        "from pyspark.sql import SparkSession\nspark = SparkSession.active()\n",
        ("LDP811", 2, "fails when it is loaded", "inside the dataset function"),
    ),
    "package": (
        "import dlt\nimport no_such_package\n",
        ("LDP811", 2, "No module named 'no_such_package'", "pip install no_such_package"),
    ),
    "renamed_package": (
        "import sklearn\n",
        ("LDP811", 1, "No module named 'sklearn'", "pip install scikit-learn"),
    ),
    "own_module": (
        "from transformations.bronze import helprs\n",
        ("LDP811", 1, "cannot import name 'helprs'", None),
    ),
    "wrong_name": (
        "import dlt\n\n@dlt.tabel\ndef wrong_name():\n    return None\n",
        ("LDP811", 3, "has no attribute 'tabel'", 'Did you mean "table"?'),
    ),
    "wrong_import": (
        "from collections import OrderedDcit\n",
        ("LDP811", 1, "cannot import name 'OrderedDcit'", 'Did you mean "OrderedDict"?'),
    ),
    "misspelled": (
        "customers = 1\nprint_me = custmers\n",
        ("LDP811", 2, "name 'custmers' is not defined", 'Did you mean "customers"?'),
    ),
    "syntax": (
        "import dlt\n\ndef broken(:\n    pass\n",
        ("LDP302", 3, "does not parse", "Correct the line"),
    ),
    "notebook": (
        "import dlt\n%pip install x\n",
        ("LDP302", 2, "does not parse", "magic command"),
    ),
    "exits": (
        "import sys\nsys.exit(3)\n",
        ("LDP811", 2, "ends the program when it is loaded: sys.exit(3)", "__main__"),
    ),
    "raises": (
        "raise ValueError('no region')\n",
        ("LDP811", 1, "ValueError: no region", None),
    ),
    "unsaid": (
        "raise KeyError\n",
        ("LDP811", 1, "KeyError: no message", None),
    ),
    "elsewhere": (
        "import dlt\n\n@dlt.table(name='elsewere')\ndef f():\n    return None\n",
        ("LDP303", 3, 'does not define "elsewhere"; it defines "elsewere"', "Did you mean"),
    ),
    "empty": ("", ("LDP303", 1, "it defines nothing", 'name="empty"')),
}


@pytest.mark.parametrize("name", CASES)
def test_a_module_that_fails_is_named_with_its_line_and_the_likely_fix(
    name: str, project: Write
) -> None:
    text, (code, line, message, hint) = CASES[name]
    (found,) = check(project_of(project, **{name: text}))
    assert (found.code, found.table) == (code, name)
    assert found.place is not None
    assert (found.place.file, found.place.line) == (f"transformations/bronze/{name}.py", line)
    assert message in found.message
    assert hint is None or hint in (found.hint or "")


def test_every_broken_module_is_reported_and_the_others_are_loaded(project: Write) -> None:
    root = project_of(
        project,
        a="raise ValueError('a')\n",
        b=GOOD.format(name="b"),
        c="import sys\nsys.exit()\n",
        d="def broken(:\n",
        e=GOOD.format(name="other"),
    )
    assert [(found.table, found.code) for found in check(root)] == [
        ("a", "LDP811"),
        ("c", "LDP811"),
        ("d", "LDP302"),
        ("e", "LDP303"),
    ]


def test_a_module_that_hangs_is_stopped_at_the_time_limit(project: Write) -> None:
    # It catches every Exception, which must not keep it alive.
    text = (
        "import time\nwhile True:\n    try:\n        time.sleep(60)\n"
        "    except Exception:\n        pass\n"
    )
    root = project_of(project, hangs=text, works=GOOD.format(name="works"))
    (found,) = check(root, limit=0.3)
    assert (found.code, found.table) == ("LDP812", "hangs")
    assert found.message.endswith("was still loading after 0.3 seconds")
    assert found.place is not None and found.place.line == 4


def test_what_a_module_prints_is_a_warning_and_does_not_reach_stdout(
    project: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project_of(project, prints="print('hello\\nworld')\n" + GOOD.format(name="prints"))
    (found,) = check(root)
    assert (found.code, found.severity, found.table) == ("LDP813", "warning", "prints")
    assert found.message.endswith("prints when it is loaded: hello")
    assert found.place is not None and found.place.line == 1
    assert capsys.readouterr().out == ""


def test_a_failure_in_a_helper_points_there_and_back(project: Write) -> None:
    root = project_of(project, a="import dlt\nfrom transformations import helper\n")
    (root / "transformations" / "helper.py").write_text("\n\nraise ValueError('deep')\n")
    (found,) = check(root)
    assert found.place is not None
    assert (found.place.file, found.place.line) == ("transformations/helper.py", 3)
    assert [(each.place.file, each.place.line) for each in found.related] == [
        ("transformations/bronze/a.py", 2)
    ]


def test_an_edit_is_seen_also_in_a_helper_and_within_the_same_second(project: Write) -> None:
    root = project_of(project, a="from transformations.helper import define\ndefine('a')\n")
    helper = root / "transformations" / "helper.py"
    text = "import dlt\ndef define(name):\n    dlt.table(name={0})(lambda: None)\n"
    for expression, findings in (("name", 0), ("'xx'", 1), ("name", 0)):
        helper.write_text(text.format(expression))
        os.utime(helper, (1, 1))
        assert len(check(root)) == findings


def test_both_spellings_loops_and_qualified_names_are_understood(project: Write) -> None:
    root = project(
        {
            "config.yml": (
                "version: 1\ntables:\n"
                "  - {name: a, layer: bronze, module: m.py}\n"
                "  - {name: b, layer: bronze, module: m.py}\n"
                "  - {name: bronze.c, layer: bronze, module: m.py}\n"
                "  - {name: d, layer: bronze, module: m.py}\n"
            ),
            "m.py": (
                "import dlt\n"
                "from pyspark import pipelines as dp\n"
                "def define(name):\n"
                "    @dp.materialized_view(name=name)\n"
                "    @dlt.expect_all({'x': 'x > 0'})\n"
                "    def f():\n"
                "        return None\n"
                "for name in ('a', 'B'):\n"
                "    define(name)\n"
                "dp.create_streaming_table('main.bronze.c')\n"
                "@dp.temporary_view\n"
                "def d():\n"
                "    return None\n"
            ),
        }
    )
    assert check(root) == ()


def test_a_missing_module_and_sql_that_is_no_query_are_reported(project: Write) -> None:
    root = project(
        {
            "config.yml": (
                "version: 1\ntables:\n"
                "  - {name: a, layer: gold, module: a.sql}\n"
                "  - {name: b, layer: gold, module: b.sql}\n"
                "  - {name: c, layer: gold, module: c.sql}\n"
                "  - {name: d, layer: gold, module: d.py}\n"
            ),
            "a.sql": "-- fine\nWITH x AS (SELECT 1) SELECT * FROM x;\n",
            "b.sql": "DROP TABLE b",
            "c.sql": "/* nothing */",
        }
    )
    assert sorted((each.code, each.table, each.message) for each in check(root)) == [
        ("LDP301", "d", "d.py does not exist"),
        ("LDP302", "b", 'b.sql starts with "DROP", which is no query'),
        ("LDP302", "c", "c.sql is empty, which is no query"),
    ]


def test_a_module_with_the_name_of_one_of_pythons_own_does_no_harm(project: Write) -> None:
    import numbers

    text = "import dlt\nimport enum\n@dlt.table(name='numbers')\ndef f():\n    return enum.Enum\n"
    config = "version: 1\ntables:\n  - {name: numbers, layer: bronze, module: numbers.py}\n"
    root = project({"config.yml": config, "numbers.py": text, "enum.py": "raise ValueError\n"})
    assert check(root) == ()
    assert sys.modules["numbers"] is numbers


def test_watching_tells_which_files_were_saved(project: Write) -> None:
    root = project_of(project, a=GOOD.format(name="a"))
    saved: list[tuple[str, ...]] = []
    module = root / "transformations" / "bronze" / "a.py"
    turns = iter(range(1000))

    def stop() -> bool:
        turn = next(turns)
        if turn == 1:
            module.write_text(GOOD.format(name="abc"))
        if turn == 2:
            (root / "config.yml").write_text("version: 1\ntables: []\n")
            (root / "notes.txt").write_text("not watched")
        return turn > 3

    watch(root, saved.append, interval=0.001, stop=stop)
    assert saved == [("transformations/bronze/a.py",), ("config.yml",)]
