import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { whyUnreachable } from "../../../src/bundle/reach.js";

test("a host that answers anything is reached, one that is not there says why, and nobody is told a secret", async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.url} ${request.headers.authorization ?? "-"}`);
    response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await whyUnreachable(url, { DATABRICKS_TOKEN: "secret" })).toBeNull();
  expect(seen).toEqual(["/.well-known/databricks-config -"]);
  await new Promise((resolve) => server.close(resolve));
  expect(await whyUnreachable(url, {})).toBe("ECONNREFUSED");
  expect(await whyUnreachable(url, { https_proxy: "http://proxy" })).toBeNull();
  expect(await whyUnreachable("", {})).toBeNull();
});
