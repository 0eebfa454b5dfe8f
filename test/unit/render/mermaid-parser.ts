import { JSDOM } from "jsdom";

interface Mermaid {
  parse(text: string): Promise<unknown>;
  mermaidAPI: { getDiagramFromText(text: string): Promise<{ db: Database }> };
}
interface Database {
  getVertices(): Map<string, { text?: string }>;
  getEdges(): unknown[];
  getSubGraphs(): { id: string }[];
}

let loaded: Promise<Mermaid> | undefined;

/** Parses a diagram with mermaid itself, under its own limits; throws its error. Gives the labels by node id, and the edges' number. */
export async function parseMermaid(text: string): Promise<{ labels: Map<string, string>; edges: number }> {
  if (text.length > 50_000) throw new Error(`mermaid draws at most 50,000 characters, these are ${text.length}`);
  loaded ??= load();
  const mermaid = await loaded;
  await mermaid.parse(text);
  const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
  const groups = new Set(diagram.db.getSubGraphs().map((group) => group.id));
  const nodes = [...diagram.db.getVertices()].filter(([id]) => !groups.has(id));
  const labels = nodes.map(([id, vertex]): [string, string] => [id, vertex.text ?? ""]);
  return { labels: new Map(labels), edges: diagram.db.getEdges().length };
}

async function load(): Promise<Mermaid> {
  // mermaid looks for a browser's document when it is loaded.
  const { window } = new JSDOM("<!doctype html><body></body>");
  Object.assign(globalThis, { window, document: window.document });
  const { default: mermaid } = (await import("mermaid")) as unknown as { default: Mermaid };
  return mermaid;
}
