"""setup_github.py of a new project, with stand-ins for `databricks` and `gh` that keep what they are told."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import REPOSITORY

SCRIPT = REPOSITORY / "example-repo" / "setup_github.py"

# What both commands are here: a state in a file, and a line of the log for each call.
STAND_IN = r"""
import json, os, sys
from pathlib import Path
home = Path(os.environ["STAND_IN"])
state = json.loads((home / "state.json").read_text())
argv = [Path(sys.argv[0]).name, *sys.argv[1:]]
text = sys.stdin.read() if "--input" in argv else ""
with (home / "log").open("a") as log:
    print(json.dumps([*argv, *([text] if text else [])]), file=log)

def say(value):
    (home / "state.json").write_text(json.dumps(state))
    print(json.dumps(value))
    sys.exit(0)

def missing():
    print("Error: not found", file=sys.stderr)
    sys.exit(1)

words = [word for word in argv[1:] if not word.startswith("-")]
if argv[0] == "gh":
    if argv[1:3] == ["variable", "set"]:
        state.setdefault(argv[argv.index("--env") + 1], {})[argv[3]] = argv[-1]
        say(None)
    path = next(word for word in argv if word.startswith(("repos/", "orgs/")))
    if path == "repos/acme/shop":
        owner = {"login": "acme", "id": 12}
        say({"created_at": state["created_at"], "owner": owner, "name": "shop", "id": 34})
    if path.startswith("orgs/"):
        say({"id": 99})
    if path.endswith("/customization/sub"):
        say(state.get("subject", {"use_default": True}))
    if "PUT" in argv:
        state[path] = json.loads(text)
        say({})
    if path.endswith("/deployment-branch-policies"):
        names = state.setdefault(path, [])
        if "-f" in argv:
            names.append(argv[argv.index("-f") + 1].removeprefix("name="))
        say({"branch_policies": [{"name": name} for name in names]})
    if path not in state:
        missing()
    rules = [{"type": "required_reviewers"}] if state[path].get("reviewers") else []
    say({"protection_rules": rules, **state[path]})
if os.environ.get("REFUSE", "none") in " ".join(argv):
    print("Error: PERMISSION_DENIED", file=sys.stderr)
    sys.exit(1)
group, verb = words[:2] if words[0] != "account" else words[1:3]
if (group, verb) == ("service-principals", "list"):
    name = argv[argv.index("--filter") + 1].split('"')[1]
    say([one for one in state["principals"] if one["displayName"] == name])
if (group, verb) == ("service-principals", "create"):
    name = argv[argv.index("--display-name") + 1]
    made = {"displayName": name, "id": str(len(state["principals"])), "applicationId": f"app-{name}"}
    state["principals"].append(made)
    say(made)
if group == "service-principal-federation-policy":
    number = argv[argv.index(verb) + 1]
    policies = state.get(f"policies {number}", [])
    if verb == "create":
        policies.append(json.loads(argv[argv.index("--json") + 1]))
        state[f"policies {number}"] = policies
    say(policies if verb == "list" else policies[-1])
if verb in ("get", "read"):
    say({}) if words[2] in state else missing()
if (group, verb) == ("schemas", "create"):
    state[f"{words[3]}.{words[2]}"] = True
if (group, verb) == ("volumes", "create"):
    state[".".join(words[2:5])] = True
if (group, verb) == ("auth", "profiles"):
    host = "https://w.cloud.databricks.com/"
    account = {"name": "account", "host": "https://accounts", "account_id": "ACC"}
    say({"profiles": [{"name": "dev", "host": host}, account]})
if (group, verb) == ("fs", "ls"):
    say([]) if state.get(words[2]) else missing()
if (group, verb) == ("fs", "cp"):
    state[words[3]] = True
if (group, verb) == ("bundle", "summary"):
    target = argv[argv.index("-t") + 1]
    etl = {"id": f"etl-{target}"} if target in state.get("deployed", []) else {}
    say({"resources": {"pipelines": {"etl": etl}, "jobs": {"etl_job": {**etl, "name": "x"}}}})
if verb == "get-status":
    say({"object_id": 7})
print("" if verb in ("mkdirs", "cp") else "{}")
(home / "state.json").write_text(json.dumps(state))
"""


class Run:
    def __init__(self, home: Path, created_at: str = "2026-08-01T00:00:00Z") -> None:
        self.home = home
        (home / "bin").mkdir()
        (home / "data").mkdir()
        for name in ("databricks", "gh"):
            path = home / "bin" / name
            path.write_text(f"#!{sys.executable}\n{STAND_IN}", encoding="utf-8")
            path.chmod(0o755)
        state = {"principals": [], "created_at": created_at}
        (home / "state.json").write_text(json.dumps(state), encoding="utf-8")

    def __call__(self, *arguments: str, refuse: str = "none", expect: int = 0) -> str:
        (self.home / "log").write_text("", encoding="utf-8")
        required = ["--repo", "acme/shop", "--group", "analysts"]
        environment = {
            **os.environ,
            "PATH": f"{self.home / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "STAND_IN": str(self.home),
            "REFUSE": refuse,
        }
        done = subprocess.run(
            [sys.executable, str(SCRIPT), *required, *arguments],
            cwd=self.home,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout + done.stderr

    def put(self, more: dict[str, Any]) -> None:
        state = json.dumps({**self.state, **more})
        (self.home / "state.json").write_text(state, encoding="utf-8")

    def deployed(self, *targets: str) -> None:
        self.put({"deployed": targets})

    @property
    def log(self) -> list[list[str]]:
        lines = (self.home / "log").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.home / "state.json").read_text(encoding="utf-8"))
        return found


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def test_it_makes_all_that_the_guide_names(run: Run) -> None:
    said = run("--data", "data")
    state = run.state
    names = [one["displayName"] for one in state["principals"]]
    assert names == ["shop-plan", "shop-dev", "shop-prod"]
    subjects = {
        state["principals"][number]["displayName"]: [
            policy["oidc_policy"]["subject"] for policy in state[f"policies {number}"]
        ]
        for number in range(3)
    }
    start = "repo:acme@12/shop@34:environment"
    assert subjects == {
        "shop-plan": [f"{start}:dev-plan", f"{start}:prod-plan"],
        "shop-dev": [f"{start}:dev"],
        "shop-prod": [f"{start}:prod"],
    }
    assert state["policies 0"][0]["oidc_policy"]["audiences"] == ["ACC"]
    for environment, principal in (
        ("dev", "dev"),
        ("dev-plan", "plan"),
        ("prod", "prod"),
        ("prod-plan", "plan"),
    ):
        assert state[environment] == {
            "DATABRICKS_HOST": "https://w.cloud.databricks.com",
            "DATABRICKS_CLIENT_ID": f"app-shop-{principal}",
            "DATABRICKS_AUTH_TYPE": "github-oidc",
        }
    calls = [" ".join(call) for call in run.log]
    assert any(
        "environments/prod/deployment-branch-policies -f name=v* -f type=tag" in c for c in calls
    )
    assert any(
        "environments/dev/deployment-branch-policies -f name=main -f type=branch" in c
        for c in calls
    )
    assert not any("plan/deployment-branch-policies" in call for call in calls)
    assert any("fs cp -r data dbfs:/Volumes/main/shop_dev/landing/data" in call for call in calls)
    managed = [c for c in calls if "set-permissions directories 7" in c]
    assert [re.findall(r"app-[a-z-]+", call) for call in managed] == [
        ["app-shop-dev", "app-shop-plan"],
        ["app-shop-prod", "app-shop-plan"],
    ]
    assert not any("permissions update" in call for call in calls)
    assert "after the first deploy to dev" in said and "after the first deploy to prod" in said
    assert "https://github.com/acme/shop/settings/environments" in said
    assert "give `prod` required reviewers" in said


def test_a_second_run_makes_nothing_twice(run: Run) -> None:
    run("--data", "data")
    before = run.state
    run("--data", "data")
    assert run.state == before
    verbs = [" ".join(call) for call in run.log]
    assert not any(" create " in call or "-X PUT" in call or " cp " in call for call in verbs)


def test_after_a_deploy_it_gives_the_rights_to_see_and_to_start(run: Run) -> None:
    run()
    run.deployed("dev")
    said = run()
    given = {
        call[3]: (call[4], json.loads(call[6]))
        for call in run.log
        if call[2:3] == ["update"] and call[1] == "permissions"
    }
    assert {kind: number for kind, (number, _) in given.items()} == {
        "pipelines": "etl-dev",
        "jobs": "etl-dev",
    }
    see = {"service_principal_name": "app-shop-plan", "permission_level": "CAN_VIEW"}
    for kind, level in (("pipelines", "CAN_RUN"), ("jobs", "CAN_MANAGE_RUN")):
        start = {"group_name": "analysts", "permission_level": level}
        assert given[kind][1] == {"access_control_list": [see, start]}
    assert "deploy to dev" not in said and "first deploy to prod" in said


def test_a_dry_run_changes_nothing(run: Run) -> None:
    before = run.state
    said = run("--dry-run")
    assert run.state == before
    assert "+ databricks service-principals create --display-name shop-dev" in said
    assert "APPLICATION_ID_OF_shop-prod" in said


def test_reviewers_of_prod_and_the_older_form_of_subjects(tmp_path: Path) -> None:
    run = Run(tmp_path, created_at="2024-01-01T00:00:00Z")
    said = run("--reviewers", "acme/data-leads")
    prod = run.state["repos/acme/shop/environments/prod"]
    assert prod["reviewers"] == [{"type": "Team", "id": 99}]
    assert prod["prevent_self_review"] is True
    assert "required reviewers" not in said
    assert run.state["policies 1"][0]["oidc_policy"]["subject"] == "repo:acme/shop:environment:dev"


def test_a_refusal_ends_it_with_the_command_and_a_later_run_goes_on(run: Run) -> None:
    said = run(refuse="grants update", expect=1)
    assert "grants update catalog main" in said and "PERMISSION_DENIED" in said
    assert len(run.state["principals"]) == 2
    run()
    assert len(run.state["principals"]) == 3


def test_an_environment_that_was_made_without_rules_is_told(run: Run) -> None:
    run.put({"repos/acme/shop/environments/prod": {"deployment_branch_policy": None}})
    said = run("--reviewers", "acme/data-leads")
    assert "limit `prod` to v*" in said and "give `prod` required reviewers" in said
    assert run.state["repos/acme/shop/environments/prod"] == {"deployment_branch_policy": None}


def test_refs_that_an_earlier_run_did_not_come_to_are_added(run: Run) -> None:
    limited = {"deployment_branch_policy": {"custom_branch_policies": True}}
    run.put({"repos/acme/shop/environments/prod": limited})
    run()
    assert run.state["repos/acme/shop/environments/prod/deployment-branch-policies"] == ["v*"]


def test_the_subject_is_the_one_that_github_tells(run: Run) -> None:
    run.put({"subject": {"use_default": False, "sub_claim_prefix": "repo:acme@1/shop@2"}})
    run()
    assert (
        run.state["policies 1"][0]["oidc_policy"]["subject"] == "repo:acme@1/shop@2:environment:dev"
    )


def test_a_subject_of_its_own_form_has_to_be_given(run: Run) -> None:
    run.put({"subject": {"use_default": False}})
    assert "give --subject" in run(expect=1)
    run("--subject", "repo:acme/shop:x")
    assert (
        run.state["policies 1"][0]["oidc_policy"]["subject"] == "repo:acme/shop:x:environment:dev"
    )
