import examples from "@octokit/webhooks-examples" with { type: "json" };

type Payload = Record<string, unknown>;

/**
 * A payload that GitHub documents for an event: the first that has all the given values at its top (`action`, `ref`).
 * A copy, so that a test may edit it.
 */
export function examplePayload(event: string, having: Payload = {}): Payload {
  const all =
    (examples as unknown as { name: string; examples: Payload[] }[]).find(({ name }) => name === event)?.examples ?? [];
  const found = all.find((payload) => Object.entries(having).every(([key, value]) => payload[key] === value));
  if (!found) throw new Error(`no example payload of ${event} with ${JSON.stringify(having)}`);
  return structuredClone(found);
}
