/** What a click on a name in the panel or the list does. */
type Choose = (node: number) => void;

function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: { readonly class?: string; readonly text?: string; readonly title?: string } = {},
  ...children: readonly Node[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (properties.class !== undefined) made.className = properties.class;
  if (properties.text !== undefined) made.textContent = properties.text;
  if (properties.title !== undefined) made.title = properties.title;
  made.append(...children);
  return made;
}

function tableButton(graph: PageGraph, node: number, choose: Choose): HTMLButtonElement {
  const table = graph.nodes[node];
  const button = element("button", { class: "table", title: table?.name ?? "" });
  button.type = "button";
  button.dataset.node = String(node);
  button.append(
    element("i", { class: `mark ${table?.change ?? "unchanged"}` }),
    element("span", { text: table?.name ?? "" }),
  );
  button.addEventListener("click", () => choose(node));
  return button;
}

/** The panel of a chosen table: what it is, what happened to it, what it reads, what is up and down of it. */
function showPanel(panel: HTMLElement, graph: PageGraph, adjacency: Adjacency, node: number, choose: Choose): void {
  const table = graph.nodes[node];
  if (table === undefined) return;
  const up = reached(node, adjacency.up);
  const down = reached(node, adjacency.down);
  const facts: (readonly [string, Node])[] = [
    ["Layer", text(table.layer)],
    ["Kind", text(table.kind?.replaceAll("_", " ") ?? "not told by the code")],
    [
      "Stage",
      text(table.stage === null ? (table.change === "removed" ? "removed" : "not selected") : String(table.stage)),
    ],
    [
      "Tags",
      table.tags.length === 0
        ? text("none")
        : element("span", {}, ...table.tags.map((tag) => element("span", { class: "tag", text: tag }))),
    ],
    ["Module", moduleLink(table)],
  ];
  if (table.pipeline !== null) facts.push(["Pipeline", text(table.pipeline)]);
  if (table.owner !== null) facts.push(["Owner", text(table.owner)]);
  const list = element("dl");
  for (const [name, value] of facts) list.append(element("dt", { text: name }), element("dd", {}, value));
  const change = table.change ?? (graph.compared ? "unchanged" : null);
  panel.replaceChildren(
    element("h2", { text: table.name }),
    ...(table.description === null ? [] : [element("p", { class: "description", text: table.description })]),
    ...(change === null
      ? []
      : [
          element(
            "p",
            { class: `change ${change}` },
            element("strong", { text: change }),
            text(table.reasons.length > 0 ? `: ${table.reasons.join("; ")}` : ""),
          ),
        ]),
    ...(table.risk === null ? [] : [element("p", { class: "risk", text: table.risk })]),
    list,
    ...readsOf(table, graph, choose),
    ...neighbours("Upstream", adjacency.up[node] ?? [], up.size, graph, choose),
    ...neighbours("Downstream", adjacency.down[node] ?? [], down.size, graph, choose),
  );
  panel.scrollTop = 0;
}

function text(content: string): Text {
  return document.createTextNode(content);
}

function moduleLink(table: PageNode): Node {
  const place = table.line === null ? table.module : `${table.module}:${table.line}`;
  if (table.address === null) return element("code", { text: place });
  const link = element("a", {}, element("code", { text: place }));
  link.href = table.address;
  link.rel = "noreferrer";
  return link;
}

function readsOf(table: PageNode, graph: PageGraph, choose: Choose): Node[] {
  if (table.reads.length === 0) return [];
  const byName = new Map(graph.nodes.map((node, i) => [node.name, i]));
  const items = table.reads.map((read) => {
    const known = byName.get(read.table);
    const about = `line ${read.line}${read.streaming ? ", as a stream" : ""}${read.resolved ? "" : ", not known from the text"}`;
    const name = known === undefined ? element("code", { text: read.table }) : tableButton(graph, known, choose);
    return element("li", {}, name, element("small", { text: about }));
  });
  return [element("h3", { text: "The code reads" }), element("ul", {}, ...items)];
}

function neighbours(title: string, direct: readonly number[], all: number, graph: PageGraph, choose: Choose): Node[] {
  const more = all > direct.length ? `, ${all} in all` : "";
  const heading = element("h3", { text: `${title}: ${direct.length === 0 ? "none" : `${direct.length}${more}`}` });
  const sorted = [...direct].sort((a, b) => ((graph.nodes[a]?.name ?? "") < (graph.nodes[b]?.name ?? "") ? -1 : 1));
  return [heading, element("ul", {}, ...sorted.map((node) => element("li", {}, tableButton(graph, node, choose))))];
}
