"""Makes, once, what deployments from GitHub need. Run again, it makes what is missing.

    databricks auth login --host https://my-workspace.cloud.databricks.com --profile dev
    databricks auth login --host https://accounts.cloud.databricks.com --account-id ACCOUNT_ID --profile account
    gh auth login
    python setup_github.py --repo ORG/REPO --group data-team --dry-run
    python setup_github.py --repo ORG/REPO --group data-team

For one workspace that has dev and prod, and a repository with this one bundle. Run it again after the first deploy to
each of them: only then are there a pipeline and a job to give rights on. It does steps 1 to 5 and 7 of the deployment
guide, which has the reasons:
https://github.com/org/ldp-action/blob/v1.0.0/docs/deployment.md#github-with-oidc
`--dry-run` only asks, and prints what it would change. Needs the Databricks CLI and gh, and no Python packages; it is
not part of what is deployed.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import subprocess
import sys
from typing import Any

NAME = "shop"
CATALOG = "main"
SCHEMAS = {"dev": "shop_dev", "prod": "shop"}
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
        self.host = ""
        self.account_id = ""
        self.left: list[str] = []

    def ask(self, *command: str) -> Any:
        """Runs a command that changes nothing; gives its JSON, and None where there is no such thing."""
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return json.loads(done.stdout or "null")
        if re.search(r"\b404\b|not.found|not.exist|no such", done.stderr, re.IGNORECASE):
            return None
        raise Failure(f"{shlex.join(command)}\n{done.stderr.strip()}")

    def need(self, *command: str) -> Any:
        """As `ask`, of what has to be there."""
        found = self.ask(*command)
        if found is None:
            raise Failure(f"{shlex.join(command)}\nfound nothing")
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

    def log_in(self) -> None:
        """Finds the workspace and the account of the profiles."""
        listed = self.need("databricks", "auth", "profiles", "--skip-validate", "-o", "json")
        profiles = {one["name"]: one for one in listed.get("profiles", [])}
        for name in (self.options.profile, self.options.account_profile):
            if name not in profiles:
                raise Failure(f"no profile {name}: databricks auth login --profile {name}")
        self.host = profiles[self.options.profile]["host"].rstrip("/")
        self.account_id = profiles[self.options.account_profile].get("account_id", "")
        if not self.account_id:
            raise Failure(
                f"profile {self.options.account_profile} has no account: see the first lines of this file"
            )

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
        "audiences": [tools.account_id],
        "subject": f"{prefix}:environment:{environment}",
    }
    known = tools.ask(*tools.account(group, "list", principal["id"])) or []
    given = [one.get("oidc_policy", {}) for one in known]
    if any(all(one.get(key) == value for key, value in policy.items()) for one in given):
        return
    body = json.dumps({"oidc_policy": policy})
    tools.change(*tools.account(group, "create", principal["id"], "--json", body))


def environment(tools: Tools, name: str, principal: dict[str, str], refs: dict[str, str]) -> None:
    """Makes an environment of the repository, open to the refs alone, with the login's variables.

    The rules of one that is there are not touched, but for missing refs: what they leave open is told.
    """
    repository, path = tools.options.repo, f"repos/{tools.options.repo}/environments/{name}"
    found = tools.ask("gh", "api", path)
    reviewed = False
    if found is None:
        body: dict[str, Any] = {}
        if refs:
            only = {"protected_branches": False, "custom_branch_policies": True}
            body["deployment_branch_policy"] = only
        if name == "prod" and tools.options.reviewers:
            organisation, team = tools.options.reviewers.split("/")
            team_id = tools.need("gh", "api", f"orgs/{organisation}/teams/{team}")["id"]
            body["reviewers"] = [{"type": "Team", "id": team_id}]
            body["prevent_self_review"] = True
            reviewed = True
        tools.change("gh", "api", "-X", "PUT", path, "--input", "-", stdin=json.dumps(body))
        limits: dict[str, Any] | None = {"custom_branch_policies": True}
        known: list[str] = []
    else:
        limits = found.get("deployment_branch_policy")
        rules = [rule.get("type") for rule in found.get("protection_rules", [])]
        reviewed = "required_reviewers" in rules
        listed = tools.ask("gh", "api", f"{path}/deployment-branch-policies") if refs else None
        known = [one["name"] for one in (listed or {}).get("branch_policies", [])]
    if refs and not (limits or {}).get("custom_branch_policies"):
        tools.left.append(
            f"limit `{name}` to {', '.join(refs)}: now other branches can log in as it"
        )
    elif not known:
        for ref, kind in refs.items():
            fields = ["-f", f"name={ref}", "-f", f"type={kind}"]
            tools.change("gh", "api", f"{path}/deployment-branch-policies", *fields)
    if name == "prod" and not reviewed:
        tools.left.append("give `prod` required reviewers, or a ruleset for who may push tags v*")
    values = {
        "DATABRICKS_HOST": tools.host,
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
    command = ["workspace", "set-permissions", "directories", str(found["object_id"])]
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
    if tools.options.data:
        landing = f"dbfs:/Volumes/{CATALOG}/{schema}/landing/data"
        if tools.ask(*tools.databricks("fs", "ls", landing)) is None:
            tools.change(*tools.databricks("fs", "cp", "-r", tools.options.data, landing))
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
    summary = tools.need(*tools.databricks("bundle", "summary", "-t", target))
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
    path = f"repos/{tools.options.repo}"
    told = tools.ask("gh", "api", f"{path}/actions/oidc/customization/sub") or {}
    if str(told.get("sub_claim_prefix", "")).startswith("repo:"):
        return told["sub_claim_prefix"]
    if told.get("use_default") is False:
        raise Failure(
            "the repository has subjects of its own form: give --subject, up to `:environment:`"
        )
    found = tools.need("gh", "api", path)
    owner = found["owner"]
    if told.get("use_immutable_subject", found["created_at"] >= IMMUTABLE_SINCE):
        return f"repo:{owner['login']}@{owner['id']}/{found['name']}@{found['id']}"
    return f"repo:{owner['login']}/{found['name']}"


def setup(tools: Tools) -> None:
    """Does the steps of the guide, in its order."""
    tools.log_in()
    prefix = subject_prefix(tools)
    print(
        f"Repository {tools.options.repo}, workspace {tools.host}, jobs log in as {prefix}:environment:NAME"
    )
    plans = service_principal(tools, f"{NAME}-plan")
    for target, refs in (("dev", {tools.options.branch: "branch"}), ("prod", {"v*": "tag"})):
        deploys = service_principal(tools, f"{NAME}-{target}")
        for name, principal, limits in ((target, deploys, refs), (f"{target}-plan", plans, {})):
            trust(tools, principal, name, prefix)
            environment(tools, name, principal, limits)
        folder(tools, target, deploys, plans)
        catalog(tools, target, deploys)
        if not rights(tools, target, plans):
            tools.left.append(
                f"run this again after the first deploy to {target}: its plan has to see it"
            )
    if tools.left:
        print(f"\nLeft to do (https://github.com/{tools.options.repo}/settings/environments):")
        print("".join(f"- {one}\n" for one in tools.left), end="")


def main(arguments: list[str] | None = None) -> int:
    """Runs the script; 0 when all is made, 1 when a command failed."""
    parser = argparse.ArgumentParser(description="Makes, once, what deployments from GitHub need.")
    parser.add_argument("--repo", required=True, help="OWNER/NAME on GitHub")
    parser.add_argument("--group", required=True, help="the group that may start the pipelines")
    parser.add_argument("--reviewers", help="ORGANISATION/TEAM that approves prod")
    parser.add_argument(
        "--data", help="a folder that both volumes get, such as the example's `data`"
    )
    parser.add_argument("--profile", default="dev", help="the login to the workspace (dev)")
    parser.add_argument("--account-profile", default="account", help="the one to the account")
    parser.add_argument("--branch", default="main", help="the default branch (main)")
    parser.add_argument("--subject", help="what the tokens say of the repository, if not its name")
    parser.add_argument("--dry-run", action="store_true", help="change nothing")
    options = parser.parse_args(arguments)
    for given in (options.repo, options.reviewers):
        if given is not None and given.count("/") != 1:
            parser.error(f"{given} is not of the form A/B")
    tools = Tools(options)
    try:
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
