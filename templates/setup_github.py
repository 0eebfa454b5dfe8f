"""Makes, once, what deployments from GitHub need; run again, it leaves alone what is there.

    databricks auth login --host https://my-workspace.cloud.databricks.com --profile dev
    databricks auth login --host https://accounts.cloud.databricks.com --account-id ACCOUNT_ID --profile account
    gh auth login
    python setup_github.py --host https://my-workspace.cloud.databricks.com --account-id ACCOUNT_ID

For one workspace that has dev and prod. Run it again after the first deploy to each of them: only then are there a
pipeline and a job to give rights on. It does steps 1 to 5 and 7 of the deployment guide, which has the reasons:
https://github.com/__LDP_ACTION_REPO__/blob/__LDP_ACTION_REV__/docs/deployment.md#github-with-oidc
`--dry-run` only asks, and prints what it would change. Needs Python alone; it is not part of what is deployed.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

NAME = "__LDP_NAME__"
CATALOG = "__LDP_CATALOG__"
SCHEMAS = {"dev": "__LDP_SCHEMA___dev", "prod": "__LDP_SCHEMA__"}
ISSUER = "https://token.actions.githubusercontent.com"
# GitHub's subjects have the numeric IDs in them for repositories that were made since.
IMMUTABLE_SINCE = "2026-07-15"


class Failure(Exception):
    """A command that failed, with what it said."""


class Tools:
    """The commands of Databricks and GitHub, as the person who runs this is logged in."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Takes the profiles of the logins, and whether anything may be changed."""
        self.options = options

    def ask(self, *command: str) -> Any:
        """Runs a command that changes nothing; gives its JSON, and None when it fails."""
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return json.loads(done.stdout or "null") if done.returncode == 0 else None

    def need(self, *command: str) -> Any:
        """As `ask`, but a failure ends the script."""
        found = self.ask(*command)
        if found is None:
            raise Failure(shlex.join(command))
        return found

    def change(self, *command: str, stdin: str | None = None) -> str:
        """Runs a command that changes something, and shows it; with --dry-run only shows it.

        Gives what it printed.
        """
        print("+", shlex.join(command), *([f"<<< {shlex.quote(stdin)}"] if stdin else []))
        if self.options.dry_run:
            return ""
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"{shlex.join(command)}\n{done.stderr.strip()}")
        return done.stdout

    def databricks(self, *command: str) -> list[str]:
        """A command for the workspace."""
        return ["databricks", *command, "--profile", self.options.profile, "-o", "json"]

    def account(self, *command: str) -> list[str]:
        """A command for the account."""
        profile = self.options.account_profile
        return ["databricks", "account", *command, "--profile", profile, "-o", "json"]


def service_principal(tools: Tools, name: str) -> dict[str, str]:
    """The service principal of a name, made where there is none: its `id` and `applicationId`."""
    list_command = ["service-principals", "list", "--filter", f'displayName eq "{name}"']
    found = tools.need(*tools.databricks(*list_command))
    if len(found) > 1:
        raise Failure(f"{len(found)} service principals are called {name}: rename all but one")
    create = tools.databricks("service-principals", "create", "--display-name", name)
    if found:
        return found[0]
    made = tools.change(*create)
    return (
        json.loads(made)
        if made
        else {"id": f"ID_OF_{name}", "applicationId": f"APPLICATION_ID_OF_{name}"}
    )


def trust(tools: Tools, principal: dict[str, str], environment: str, prefix: str) -> None:
    """Lets the jobs of an environment of the repository log in as a service principal."""
    group = "service-principal-federation-policy"
    policy = {
        "issuer": ISSUER,
        "audiences": [tools.options.account_id],
        "subject": f"{prefix}:environment:{environment}",
    }
    known = tools.ask(*tools.account(group, "list", principal["id"])) or []
    if any(one.get("oidc_policy", {}).get("subject") == policy["subject"] for one in known):
        return
    body = json.dumps({"oidc_policy": policy})
    tools.change(*tools.account(group, "create", principal["id"], "--json", body))


def environment(tools: Tools, name: str, principal: dict[str, str], refs: dict[str, str]) -> None:
    """Makes an environment of the repository, open to the refs alone, with the login's variables."""
    repository, path = tools.options.repo, f"repos/{tools.options.repo}/environments/{name}"
    if tools.ask("gh", "api", path) is None:
        body: dict[str, Any] = {}
        if refs:
            only = {"protected_branches": False, "custom_branch_policies": True}
            body["deployment_branch_policy"] = only
        if name == "prod" and tools.options.reviewers:
            organisation, team = tools.options.reviewers.split("/")
            found = tools.need("gh", "api", f"orgs/{organisation}/teams/{team}")
            body["reviewers"] = [{"type": "Team", "id": found["id"]}]
            body["prevent_self_review"] = True
        tools.change("gh", "api", "-X", "PUT", path, "--input", "-", stdin=json.dumps(body))
        for ref, kind in refs.items():
            fields = ["-f", f"name={ref}", "-f", f"type={kind}"]
            tools.change("gh", "api", f"{path}/deployment-branch-policies", *fields)
    values = {
        "DATABRICKS_HOST": tools.options.host,
        "DATABRICKS_CLIENT_ID": principal["applicationId"],
        "DATABRICKS_AUTH_TYPE": "github-oidc",
    }
    for variable, value in values.items():
        where = ["--repo", repository, "--env", name]
        tools.change("gh", "variable", "set", variable, *where, "--body", value)


def folder(tools: Tools, target: str, deploys: dict[str, str], plans: dict[str, str]) -> None:
    """Makes the bundle's folder: who deploys manages it, who plans and who starts it read it."""
    path = f"/Workspace/Bundles/{NAME}/{target}"
    tools.change(*tools.databricks("workspace", "mkdirs", f"{path}/files"))
    found = tools.ask(*tools.databricks("workspace", "get-status", path)) or {"object_id": "ID"}
    rights = [
        {"service_principal_name": deploys["applicationId"], "permission_level": "CAN_MANAGE"},
        {"service_principal_name": plans["applicationId"], "permission_level": "CAN_READ"},
        {"group_name": tools.options.group, "permission_level": "CAN_READ"},
    ]
    command = ["workspace", "update-permissions", "directories", str(found["object_id"])]
    body = json.dumps({"access_control_list": rights})
    tools.change(*tools.databricks(*command, "--json", body))


def catalog(tools: Tools, target: str, deploys: dict[str, str]) -> None:
    """Makes the schema and the volume of a target, and gives the deploying identity its rights."""
    schema = SCHEMAS[target]
    full, volume = f"{CATALOG}.{schema}", f"{CATALOG}.{schema}.landing"
    if tools.ask(*tools.databricks("schemas", "get", full)) is None:
        tools.change(*tools.databricks("schemas", "create", schema, CATALOG))
    if tools.ask(*tools.databricks("volumes", "read", volume)) is None:
        tools.change(*tools.databricks("volumes", "create", CATALOG, schema, "landing", "MANAGED"))
        if Path("data").is_dir():
            landing = f"dbfs:/Volumes/{CATALOG}/{schema}/landing/data"
            tools.change(*tools.databricks("fs", "cp", "-r", "data", landing))
    for kind, name, rights in (
        ("catalog", CATALOG, ["USE_CATALOG"]),
        ("schema", full, ["USE_SCHEMA", "CREATE_TABLE", "CREATE_MATERIALIZED_VIEW"]),
        ("volume", volume, ["READ_VOLUME"]),
    ):
        body = json.dumps({"changes": [{"principal": deploys["applicationId"], "add": rights}]})
        tools.change(*tools.databricks("grants", "update", kind, name, "--json", body))


def rights(tools: Tools, target: str, plans: dict[str, str]) -> bool:
    """Lets the planning identity see what is deployed, and the team start it; False before that.

    Not in the bundle: a plan reads the rights that a bundle sets, which takes more than to see.
    """
    summary = tools.ask(*tools.databricks("bundle", "summary", "-t", target)) or {}
    found = False
    for kind, run in (("pipelines", "CAN_RUN"), ("jobs", "CAN_MANAGE_RUN")):
        for resource in summary.get("resources", {}).get(kind, {}).values():
            if not resource.get("id"):
                continue
            found = True
            may = [
                {
                    "service_principal_name": plans["applicationId"],
                    "permission_level": "CAN_VIEW",
                },
                {"group_name": tools.options.group, "permission_level": run},
            ]
            body = json.dumps({"access_control_list": may})
            command = ["permissions", "update", kind, resource["id"], "--json", body]
            tools.change(*tools.databricks(*command))
    return found


def subject_prefix(tools: Tools) -> str:
    """What GitHub's tokens say of the repository, up to the environment."""
    if tools.options.subject:
        return tools.options.subject
    found = tools.need("gh", "api", f"repos/{tools.options.repo}")
    owner = found["owner"]
    if found["created_at"] >= IMMUTABLE_SINCE:
        return f"repo:{owner['login']}@{owner['id']}/{found['name']}@{found['id']}"
    return f"repo:{owner['login']}/{found['name']}"


def setup(tools: Tools) -> None:
    """Does the steps of the guide, in its order."""
    prefix = subject_prefix(tools)
    plans = service_principal(tools, f"{NAME}-plan")
    waiting = []
    for target, refs in (("dev", {tools.options.branch: "branch"}), ("prod", {"v*": "tag"})):
        deploys = service_principal(tools, f"{NAME}-{target}")
        for name, principal, limits in ((target, deploys, refs), (f"{target}-plan", plans, {})):
            trust(tools, principal, name, prefix)
            environment(tools, name, principal, limits)
        folder(tools, target, deploys, plans)
        catalog(tools, target, deploys)
        if not rights(tools, target, plans):
            waiting.append(target)
    for target in waiting:
        print(f"\nNothing is deployed to {target} yet. Run this again after its first deploy:")
        print(f"then {plans['applicationId']} gets the right to see it.")
    if not tools.options.reviewers:
        settings = f"https://github.com/{tools.options.repo}/settings/environments"
        print(f"\nGive `prod` its required reviewers: {settings}")
    print(
        f"\nThe jobs log in as {prefix}:environment:NAME. Where that fails (LDP513), see the guide."
    )


def main(arguments: list[str] | None = None) -> int:
    """Runs the script; 0 when all is made, 1 when a command failed."""
    parser = argparse.ArgumentParser(description="Makes, once, what deployments from GitHub need.")
    parser.add_argument("--host", required=True, help="the workspace: https://...")
    parser.add_argument("--account-id", required=True, help="the Databricks account")
    parser.add_argument("--repo", help="OWNER/NAME on GitHub; else that of this folder")
    parser.add_argument("--profile", default="dev", help="the login to the workspace (dev)")
    parser.add_argument("--account-profile", default="account", help="the one to the account")
    parser.add_argument("--branch", default="main", help="the default branch (main)")
    parser.add_argument("--group", required=True, help="the group that may start the pipelines")
    parser.add_argument("--reviewers", help="ORGANISATION/TEAM that approves prod")
    parser.add_argument(
        "--subject", help="what the tokens say of the repository, where not guessed right"
    )
    parser.add_argument("--dry-run", action="store_true", help="change nothing")
    options = parser.parse_args(arguments)
    tools = Tools(options)
    try:
        if options.repo is None:
            view = tools.need("gh", "repo", "view", "--json", "nameWithOwner")
            options.repo = view["nameWithOwner"]
        setup(tools)
    except Failure as failure:
        print(f"\nThis failed; mend it and run the script again:\n{failure}", file=sys.stderr)
        return 1
    except FileNotFoundError as missing:
        print(f"`{missing.filename}` is not on PATH: install it and log in.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
