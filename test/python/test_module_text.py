"""What the launcher learns of a table from the text of its module, which is never run."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipelines.ldp.config import load_config
from pipelines.ldp.module_text import Definition, read_definitions, read_flows

from conftest import Write


def definition(
    project: Write, module: str, name: str = "orders", path: str = "m.py"
) -> Definition | None:
    config = f"version: 1\ntables:\n  - {{name: {name}, layer: silver, module: {path}}}\n"
    root: Path = project({"config.yml": config, path: module})
    loaded = load_config(root)
    assert loaded.project is not None
    return read_definitions(loaded.project, root).get(name)


@pytest.mark.parametrize(
    ("module", "kind"),
    [
        ("@dp.temporary_view\ndef orders(): ...", "temporary_view"),
        ("@dlt.view(name='orders')\ndef f(): ...", "temporary_view"),
        ("@dlt.view(name='main.shop.Orders')\ndef f(): ...", "temporary_view"),
        ("NAME = 'orders'\n@dlt.view(name=NAME)\ndef f(): ...", "temporary_view"),
        ("@dp.temporary_view(name=f'{prefix}orders')\ndef f(): ...", "temporary_view"),
        ("@view\ndef orders(): ...", "temporary_view"),
        ("@dp.materialized_view()\ndef orders(): ...", "materialized_view"),
        ("dp.create_streaming_table('orders')", "streaming_table"),
        ("dp.create_streaming_table(name='orders', comment='x')", "streaming_table"),
        ("@dlt.table\n@dlt.expect('a', 'b')\ndef orders(): ...", None),
        ("@dlt.table\ndef orders(): return dlt.read('raw')", "materialized_view"),
        ("@dp.table\ndef orders(): return spark.readStream.table('raw')", "streaming_table"),
        ("@dp.temporary_view\ndef other(): ...\n@dp.table\ndef orders(): ...", None),
    ],
)
def test_the_kind_of_a_table(project: Write, module: str, kind: str | None) -> None:
    found = definition(project, module)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize(
    "module",
    [
        "",
        "def orders(: broken",
        "raise SystemExit(3)",
        "df = spark.read.table('orders')",
        "@dp.temporary_view\ndef other(): ...",
        "@dp.temporary_view(name='silver.orders')\ndef f(): ...\n",
    ],
)
def test_what_the_text_does_not_tell_is_left_out(project: Write, module: str) -> None:
    assert definition(project, module, name="bronze.orders") is None


def test_a_sql_module_is_a_materialized_view(project: Write) -> None:
    found = definition(project, "SELECT 1 AS one", path="m.sql")
    assert found is not None and found.kind == "materialized_view"


@pytest.mark.parametrize(
    ("properties", "allowed"),
    [
        ('{"pipelines.reset.allowed": "false"}', False),
        ('{"pipelines.reset.allowed": False}', False),
        ('{"pipelines.reset.allowed": "true"}', True),
        ('{"quality": "bronze"}', True),
    ],
)
def test_properties_that_forbid_a_reset(project: Write, properties: str, allowed: bool) -> None:
    found = definition(project, f"@dp.table(table_properties={properties})\ndef orders(): ...")
    assert found is not None and found.reset_allowed is allowed


@pytest.mark.parametrize(
    ("module", "flows"),
    [
        ("@dp.append_flow(target='orders')\ndef new(): ...", {"orders": ("new",)}),
        ("@dp.append_flow(target='x.Orders', name='n')\ndef f(): ...", {"orders": ("n",)}),
        ("T = 'orders'\n@dlt.append_flow(T)\ndef f(): ...", {"orders": ("f",)}),
        ("dp.create_auto_cdc_flow(target='orders', source='a', name='n')", {"orders": ("n",)}),
        # Without a name it has that of its table.
        ("dp.create_auto_cdc_flow(target='orders', source='a')", {}),
        ("@dp.append_flow(target=target_of('orders'))\ndef f(): ...", {}),
        ("@dp.append_flow(target='orders'\n", {}),
    ],
)
def test_flows_with_names_of_their_own(
    project: Write, module: str, flows: dict[str, tuple[str, ...]]
) -> None:
    config = "version: 1\ntables:\n  - {name: orders, layer: silver, module: m.py}\n"
    root = project({"config.yml": config, "m.py": module})
    loaded = load_config(root)
    assert loaded.project is not None
    assert read_flows(loaded.project, root) == flows


@pytest.mark.parametrize(
    ("module", "flows"),
    [
        (
            "CREATE FLOW new AS INSERT INTO orders BY NAME SELECT * FROM STREAM(a);",
            {"orders": ("new",)},
        ),
        ("create flow new as insert into once x.Orders select 1", {"orders": ("new",)}),
        (
            "CREATE FLOW f AS AUTO CDC INTO `x`.`orders` FROM STREAM(a) KEYS (id)",
            {"orders": ("f",)},
        ),
        (
            "CREATE FLOW s.`a ``b` COMMENT 'INTO x; y' AS INSERT INTO orders TABLE a",
            {"orders": ("a `b",)},
        ),
        (
            "-- CREATE FLOW c AS INSERT INTO orders\n/* CREATE FLOW d */\n"
            "CREATE STREAMING TABLE orders;\nCREATE FLOW a AS INSERT INTO orders SELECT 1;\n"
            "CREATE FLOW b AS INSERT INTO orders SELECT 'CREATE FLOW e AS INSERT INTO orders;';",
            {"orders": ("a", "b")},
        ),
        ("SELECT * FROM a", {}),
        ("CREATE FLOW", {}),
        ("CREATE FLOW f AS INSERT INTO", {}),
        ("CREATE FLOW 'f' AS INSERT INTO orders SELECT 1", {}),
        ("CREATE STREAMING TABLE t; INSERT INTO orders SELECT 1", {}),
        ("CREATE FLOW f AS INSERT INTO orders SELECT 'never closed", {"orders": ("f",)}),
    ],
)
def test_flows_of_sql_with_names_of_their_own(
    project: Write, module: str, flows: dict[str, tuple[str, ...]]
) -> None:
    config = "version: 1\ntables:\n  - {name: orders, layer: silver, module: m.sql}\n"
    root = project({"config.yml": config, "m.sql": module})
    loaded = load_config(root)
    assert loaded.project is not None
    assert read_flows(loaded.project, root) == flows
