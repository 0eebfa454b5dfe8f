// The only fields whose values may be shown: what they say is on the resource's own page for whoever may see the repository.
// Never configuration, parameters, Spark settings, environment variables, tags, addresses of people, queries, or dependencies
// (whose URLs may hold a token). A field that is not here is shown as "changed".
const shown: Readonly<Record<string, readonly RegExp[]>> = {
  "*": [/^(name|display_name|description|comment)$/],
  pipelines: [
    /^(catalog|schema|target|storage|root_path|channel|edition|serverless|continuous|development|photon)$/,
    /^(allow_duplicate_names|cascade_on_destroy|budget_policy_id)$/,
    /^libraries(\[[^\]]*\])?(\.(file\.path|notebook\.path|glob\.include))?$/,
    /^environment\.environment_version$/,
    /^event_log(\.(catalog|schema|name))?$/,
  ],
  jobs: [
    /^(max_concurrent_runs|timeout_seconds|performance_target|format|edit_mode|queue(\.enabled)?)$/,
    /^schedule(\.(quartz_cron_expression|timezone_id|pause_status))?$/,
    /^trigger(\.(pause_status|periodic(\.(interval|unit))?))?$/,
    /^continuous(\.pause_status)?$/,
    /^tasks\[[^\]]*\]\.(task_key|run_if|timeout_seconds|max_retries|min_retry_interval_millis|retry_on_timeout|environment_key|job_cluster_key)$/,
    /^tasks\[[^\]]*\]\.depends_on(\[[^\]]*\](\.task_key)?)?$/,
    /^tasks\[[^\]]*\]\.pipeline_task\.(pipeline_id|full_refresh)$/,
    /^tasks\[[^\]]*\]\.(spark_python_task\.python_file|notebook_task\.notebook_path)$/,
    /^environments\[[^\]]*\]\.spec\.environment_version$/,
    /^job_clusters\[[^\]]*\]\.new_cluster\.(num_workers|autoscale\.(min|max)_workers|spark_version|node_type_id)$/,
  ],
  schemas: [/^(catalog_name|storage_root)$/],
  volumes: [/^(catalog_name|schema_name|volume_type|storage_location)$/],
  sql_warehouses: [
    /^(cluster_size|min_num_clusters|max_num_clusters|auto_stop_mins|warehouse_type|enable_serverless_compute)$/,
  ],
};

/** Whether the values of a field may be shown. */
export function isHarmless(type: string, path: string): boolean {
  return [...(shown["*"] ?? []), ...(shown[type] ?? [])].some((pattern) => pattern.test(path));
}

/** A value as short text; null where it is not there. */
export function shortText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
