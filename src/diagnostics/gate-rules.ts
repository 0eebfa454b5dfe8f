import type { Rule } from "./catalogue.js";

/** LDP6xx: a gate refused a deploy, or says what it could not look at. */
export const gateRules = {
  LDP601: {
    title: "the plan destroys data",
    severity: "error",
    why: "A pipeline, schema, volume or the like would be deleted or created anew. The tables of a pipeline go with it: streaming tables lose their history for good, views are rebuilt.",
    fix: "Change the bundle so that the resource stays. Where the loss is meant, name the resource: `allow-destructive: pipelines.etl`.",
    example: { language: "yaml", text: "resources:\n  pipelines:\n    etl_renamed:\n      name: etl\n" },
    mended: { language: "yaml", text: "resources:\n  pipelines:\n    etl:\n      name: etl\n" },
  },
  LDP602: {
    title: "stale acknowledgement",
    severity: "warning",
    why: "`allow-destructive` names a resource that the plan does not destroy. Left in place it would allow a later plan that does.",
    fix: "Remove the name, or correct it.",
    example: {
      language: "yaml",
      text: "with:\n  allow-destructive: pipelines.etl_old   # the plan destroys nothing of that name\n",
    },
    mended: { language: "yaml", text: 'with:\n  allow-destructive: ""\n' },
  },
  LDP603: {
    title: "no prevent_destroy",
    severity: "info",
    why: "Without it any deploy, also from a laptop, can delete the resource with its tables.",
    fix: "Set `lifecycle.prevent_destroy`.",
    example: { language: "yaml", text: "resources:\n  pipelines:\n    etl:\n      name: etl\n" },
    mended: {
      language: "yaml",
      text: "resources:\n  pipelines:\n    etl:\n      name: etl\n      lifecycle:\n        prevent_destroy: true\n",
    },
  },
  LDP604: {
    title: "not the reviewed plan",
    severity: "error",
    why: "The plan made at deploy differs from the one that was reviewed: the workspace or the branch has changed since. The message shows each difference.",
    fix: "Look at the new plan, and deploy it by its digest (`reviewed-plan`), or open a pull request that shows it.",
    example: { language: "text", text: "jobs.nightly max_concurrent_runs: changes, not reviewed (now 7 -> 1)" },
    mended: {
      language: "yaml",
      text: "with:\n  reviewed-plan: sha256:...   # of the new plan, once somebody looked at it\n",
    },
  },
  LDP605: {
    title: "no reviewed plan",
    severity: "error",
    why: "The commit has no merged pull request whose comment holds a plan of this environment, and none was given. A comment that somebody edited by hand does not count: its digest may be theirs.",
    fix: "Merge through a pull request that plans this environment, give `reviewed-plan`, or set `plan-binding: warn`.",
    example: { language: "sh", text: "git push origin main   # a commit without a pull request" },
    mended: {
      language: "yaml",
      text: "environments:\n  dev: {target: dev, deploy_on: merge, plan_environment: dev-plan}\n",
    },
  },
  LDP606: {
    title: "the plan has no digest",
    severity: "error",
    why: "The terraform engine does not tell which fields change, so that two plans can't be compared.",
    fix: "Migrate with `databricks bundle deployment migrate`, or set `plan-binding: off`.",
    example: { language: "text", text: "engine: terraform" },
    mended: { language: "sh", text: "databricks bundle deployment migrate -t prod" },
  },
  LDP610: {
    title: "the tag is not on the default branch",
    severity: "error",
    why: "Its commit was never merged, or is one from inside of a merged branch: a review looks at what the branch comes to, not at each commit on the way.",
    fix: "Merge the commit and tag the merge. For a hotfix give `override-reason`, which is recorded with the deployment.",
    example: { language: "sh", text: "git checkout fix && git tag v1.2.1 && git push origin v1.2.1" },
    mended: {
      language: "sh",
      text: "git checkout main && git merge fix && git tag v1.2.1 && git push origin main v1.2.1",
    },
  },
  LDP611: {
    title: "not deployed to the required environment",
    severity: "error",
    why: "config.yml requires that the same files were deployed elsewhere first, and no deployment record of that says so.",
    fix: "Deploy this commit to the required environment first. For a hotfix give `override-reason`.",
    example: { language: "text", text: "prod requires dev, and the deploy of the merge to dev failed" },
    mended: { language: "text", text: "the deploy to dev is repeated, then the tag's job" },
  },
  LDP612: {
    title: "a gate was overridden",
    severity: "warning",
    why: "Someone gave a reason to deploy in spite of a gate. The reason is recorded with the deployment.",
    fix: "Nothing, where the reason still holds; merge the hotfix back.",
    example: {
      language: "yaml",
      text: "with:\n  override-reason: Orders are lost since 9 am, the fix can't wait for dev\n",
    },
  },
  LDP613: {
    title: "the tag's history could not be read",
    severity: "error",
    why: "Whether the commit is on the default branch, or was deployed before, could not be asked of the forge; what is not known does not pass.",
    fix: "Give the job's token `contents: read` and `deployments: write`, and run it again.",
    example: { language: "yaml", text: "permissions:\n  contents: read\n" },
    mended: { language: "yaml", text: "permissions:\n  contents: read\n  deployments: write\n" },
  },
  LDP614: {
    title: "not checked on a laptop",
    severity: "info",
    why: "The branch, `requires` and the reviewed plan are known to the workflow only.",
    fix: "Deploy through the workflow where they matter.",
    example: { language: "sh", text: "ldp deploy --environment prod" },
  },
  LDP615: {
    title: "not merged, so not deployed",
    severity: "error",
    why: "The job runs for a pull request or a merge queue. Its files are what somebody asks to have merged; a deploy would run their scripts and Python with the identity that deploys, before anybody approved them.",
    fix: "Deploy on a push to the default branch or of a tag. A pull request is planned, with an identity that may only read.",
    example: {
      language: "yaml",
      text: "on: pull_request\njobs:\n  deploy:\n    steps:\n      - uses: org/ldp-action@v1\n        with: {command: deploy, environment: dev}\n",
    },
    mended: {
      language: "yaml",
      text: "on: {push: {branches: [main]}}\njobs:\n  deploy:\n    steps:\n      - uses: org/ldp-action@v1\n        with: {command: deploy, environment: dev}\n",
    },
  },
} as const satisfies Record<string, Rule>;
