(() => {
  const graph = JSON.parse(byId("graph").textContent ?? "") as PageGraph;
  const adjacency = adjacencyOf(graph);
  const canvas = byId("canvas") as HTMLCanvasElement;
  const context = canvas.getContext("2d");
  if (context === null) return;
  const panel = byId("panel");
  const search = byId("search") as HTMLInputElement;
  const tagFilter = byId("tag") as HTMLSelectElement;
  const scopeFilter = byId("scope") as HTMLSelectElement;
  const status = byId("status");
  const list = byId("list");
  const LISTED = 400;

  let shown: ReadonlySet<number> = new Set();
  let layout: Layout = layoutOf(graph, adjacency, shown, 160);
  let palette = paletteOf(getComputedStyle(document.documentElement));
  let chosen: number | null = null;
  let hovered: number | null = null;
  let found: ReadonlySet<number> | null = null;
  let upstream: ReadonlySet<number> = new Set();
  let downstream: ReadonlySet<number> = new Set();
  const view: View = { scale: 1, x: 0, y: 0 };
  let waiting = false;
  /** Everything is in sight, and stays so when the window or the panel changes; until somebody moves it. */
  let fitted = false;

  const direct = graph.nodes.flatMap((node, i) => (isChanged(node) && node.change !== "affected" ? [i] : []));
  const changed = graph.nodes.flatMap((node, i) => (isChanged(node) ? [i] : []));
  fillControls();
  relayout(true);
  if (location.hash.startsWith("#table=")) {
    const wanted = decodeURIComponent(location.hash.slice("#table=".length));
    const node = graph.nodes.findIndex((one) => one.name === wanted);
    if (node >= 0) choose(node, true);
  }
  document.documentElement.dataset.ready = "yes";

  function fillControls(): void {
    const tags = [...new Set(graph.nodes.flatMap((node) => node.tags))].sort();
    tagFilter.append(...tags.map((tag) => new Option(tag, tag)));
    if (tags.length === 0) tagFilter.hidden = true;
    const large = graph.nodes.length > 150 && changed.length > 0 && changed.length < 400;
    if (changed.length === 0) scopeFilter.querySelector('[value="changes"]')?.remove();
    scopeFilter.value = large ? "changes" : "all";
    for (const change of CHANGES) {
      const box = document.querySelector<HTMLInputElement>(`input[data-change="${change}"]`);
      const count = graph.nodes.filter((node) => (node.change ?? "unchanged") === change).length;
      const label = box?.closest("label");
      if (count === 0 && label) label.hidden = true;
      const number = label?.querySelector("b");
      if (number) number.textContent = count.toLocaleString("en");
    }
    for (const control of document.querySelectorAll("input[type=checkbox], select")) {
      control.addEventListener("change", () => relayout(true));
    }
    search.addEventListener("input", find);
  }

  function visible(): Set<number> {
    const on = (kind: string) =>
      new Set(
        [...document.querySelectorAll<HTMLInputElement>(`input[data-${kind}]:checked`)].map(
          (box) => box.dataset[kind] ?? "",
        ),
      );
    const [layersOn, changesOn] = [on("layer"), on("change")];
    let scope: ReadonlySet<number> | null = null;
    if (scopeFilter.value === "changes") {
      const near = new Set(changed);
      for (const node of direct)
        for (const other of [...(adjacency.up[node] ?? []), ...(adjacency.down[node] ?? [])]) near.add(other);
      scope = near;
    }
    if (scopeFilter.value === "lineage" && chosen !== null) {
      scope = new Set([chosen, ...reached(chosen, adjacency.up), ...reached(chosen, adjacency.down)]);
    }
    const kept = new Set<number>();
    graph.nodes.forEach((node, i) => {
      if (scope !== null && !scope.has(i)) return;
      if (!layersOn.has(node.layer) || !changesOn.has(node.change ?? "unchanged")) return;
      if (tagFilter.value !== "" && !node.tags.includes(tagFilter.value)) return;
      kept.add(i);
    });
    return kept;
  }

  function relayout(refit: boolean): void {
    shown = visible();
    if (context === null) return;
    context.font = FONT;
    let widest = 90;
    for (const node of shown) widest = Math.max(widest, context.measureText(graph.nodes[node]?.name ?? "").width);
    layout = layoutOf(graph, adjacency, shown, Math.min(250, Math.ceil(widest) + 30));
    if (refit) fitView();
    find();
    canvas.dataset.shown = String(shown.size);
    byId("empty").hidden = shown.size > 0;
  }

  function find(): void {
    const wanted = search.value.trim().toLowerCase();
    found =
      wanted === ""
        ? null
        : new Set(
            graph.nodes.flatMap((node, i) =>
              node.name.toLowerCase().includes(wanted) || node.module.toLowerCase().includes(wanted) ? [i] : [],
            ),
          );
    const rank = (node: number) => CHANGES.indexOf(graph.nodes[node]?.change ?? "unchanged");
    const name = (node: number) => graph.nodes[node]?.name ?? "";
    const pool = found === null ? [...shown] : [...found];
    const sorted = pool.sort((a, b) => rank(a) - rank(b) || (name(a) < name(b) ? -1 : 1));
    const rows = sorted.slice(0, LISTED).map((node) => {
      const row = element(
        "li",
        {},
        tableButton(graph, node, (one) => choose(one, true)),
      );
      if (!shown.has(node)) row.className = "outside";
      return row;
    });
    list.replaceChildren(...rows);
    if (sorted.length > LISTED)
      list.append(
        element("li", {
          class: "more",
          text: `and ${(sorted.length - LISTED).toLocaleString("en")} more: search for a name`,
        }),
      );
    const all = graph.nodes.length.toLocaleString("en");
    status.textContent =
      (found === null ? "" : `${found.size.toLocaleString("en")} found · `) +
      (shown.size === graph.nodes.length
        ? `${all} tables`
        : `${shown.size.toLocaleString("en")} of ${all} tables shown`);
    markChosen();
    redraw();
  }

  function choose(node: number | null, move = false): void {
    chosen = node;
    upstream = node === null ? new Set() : reached(node, adjacency.up);
    downstream = node === null ? new Set() : reached(node, adjacency.down);
    document.body.classList.toggle("chosen", node !== null);
    if (node === null) {
      panel.replaceChildren();
      if (scopeFilter.value === "lineage") {
        scopeFilter.value = "all";
        relayout(true);
      }
    } else {
      if (!shown.has(node)) showAll();
      else if (scopeFilter.value === "lineage") relayout(true);
      showPanel(panel, graph, adjacency, node, (one) => choose(one, true));
      byId("said").textContent = `${graph.nodes[node]?.name}: ${upstream.size} upstream, ${downstream.size} downstream`;
    }
    resize();
    if (node !== null && move) reveal(node);
    markChosen();
    redraw();
  }

  /** A table that the filters hide was asked for: the filters give way. */
  function showAll(): void {
    scopeFilter.value = "all";
    tagFilter.value = "";
    for (const box of document.querySelectorAll<HTMLInputElement>("input[data-layer], input[data-change]"))
      box.checked = true;
    relayout(true);
  }

  function markChosen(): void {
    for (const button of list.querySelectorAll<HTMLElement>("button.table")) {
      if (button.dataset.node === String(chosen)) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  /** Brings a table into sight: not at all where it is, by showing everything where that stays readable, else in the middle. */
  function reveal(node: number): void {
    const place = layout.places.get(node);
    if (place === undefined) return;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const [x, y] = [place.x * view.scale + view.x, place.y * view.scale + view.y];
    const half = (layout.nodeWidth / 2) * view.scale + 8;
    if (view.scale > 0.5 && x > half && x < width - half && y > 40 && y < height - 40) return;
    if (fittingScale() > 0.55) {
      fitView();
      return;
    }
    fitted = false;
    view.scale = Math.max(view.scale, 0.8);
    view.x = canvas.clientWidth / 2 - place.x * view.scale;
    view.y = canvas.clientHeight / 2 - place.y * view.scale;
  }

  function fittingScale(): number {
    const margin = 92;
    const scale = Math.min(
      (canvas.clientWidth - margin) / layout.width,
      (canvas.clientHeight - margin) / layout.height,
    );
    return Math.max(0.03, Math.min(1.25, scale));
  }

  function fitView(): void {
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    fitted = true;
    view.scale = fittingScale();
    view.x = (width - layout.width * view.scale) / 2;
    view.y = (height - layout.height * view.scale) / 2 + 8;
    redraw();
  }

  function zoom(factor: number, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2): void {
    fitted = false;
    const scale = Math.max(0.03, Math.min(4, view.scale * factor));
    view.x = x - ((x - view.x) * scale) / view.scale;
    view.y = y - ((y - view.y) * scale) / view.scale;
    view.scale = scale;
    redraw();
  }

  function redraw(): void {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      if (context === null) return;
      const scene = { graph, layout, view, chosen, upstream, downstream, hovered, found };
      draw(context, canvas.clientWidth, canvas.clientHeight, scene, palette);
      const place = chosen === null ? undefined : layout.places.get(chosen);
      canvas.dataset.at =
        place === undefined ? "" : `${place.x * view.scale + view.x} ${place.y * view.scale + view.y}`;
    });
  }

  function resize(): void {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
    if (canvas.width === width && canvas.height === height) return;
    canvas.width = width;
    canvas.height = height;
    if (fitted) fitView();
    redraw();
  }

  function nodeAt(event: PointerEvent | MouseEvent): number | null {
    const box = canvas.getBoundingClientRect();
    const x = (event.clientX - box.left - view.x) / view.scale;
    const y = (event.clientY - box.top - view.y) / view.scale;
    for (const [node, place] of layout.places) {
      if (Math.abs(x - place.x) <= layout.nodeWidth / 2 && Math.abs(y - place.y) <= NODE_HEIGHT / 2 + 2) return node;
    }
    return null;
  }

  const pointers = new Map<number, { x: number; y: number }>();
  let moved = 0;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    moved = 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    const last = pointers.get(event.pointerId);
    if (last === undefined) {
      const over = nodeAt(event);
      if (over === hovered) return;
      hovered = over;
      canvas.style.cursor = over === null ? "grab" : "pointer";
      canvas.title = over === null ? "" : (graph.nodes[over]?.name ?? "");
      redraw();
      return;
    }
    const now = { x: event.clientX, y: event.clientY };
    const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
    if (other !== undefined) {
      const box = canvas.getBoundingClientRect();
      const distance = (point: { x: number; y: number }) =>
        Math.max(1, Math.hypot(point.x - other.x, point.y - other.y));
      zoom(distance(now) / distance(last), (now.x + other.x) / 2 - box.left, (now.y + other.y) / 2 - box.top);
    } else {
      fitted = false;
      view.x += now.x - last.x;
      view.y += now.y - last.y;
    }
    moved += Math.abs(now.x - last.x) + Math.abs(now.y - last.y);
    pointers.set(event.pointerId, now);
    redraw();
  });
  const release = (event: PointerEvent) => {
    pointers.delete(event.pointerId);
    if (event.type === "pointerup" && moved < 5) choose(nodeAt(event));
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const box = canvas.getBoundingClientRect();
      zoom(
        Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)),
        event.clientX - box.left,
        event.clientY - box.top,
      );
    },
    { passive: false },
  );

  canvas.addEventListener("keydown", (event) => {
    const step = 60;
    if (chosen === null && event.key.startsWith("Arrow")) fitted = false;
    switch (event.key) {
      case "ArrowLeft":
      case "ArrowRight":
        if (chosen === null) view.x += event.key === "ArrowLeft" ? step : -step;
        else follow(event.key === "ArrowLeft" ? adjacency.up : adjacency.down);
        break;
      case "ArrowUp":
      case "ArrowDown":
        if (chosen === null) view.y += event.key === "ArrowUp" ? step : -step;
        else besides(event.key === "ArrowUp" ? -1 : 1);
        break;
      case "Enter":
      case " ":
        if (chosen === null) choose([...shown][0] ?? null, true);
        break;
      default:
        return;
    }
    event.preventDefault();
    redraw();
  });

  /** To the nearest table upstream or downstream. */
  function follow(next: readonly (readonly number[])[]): void {
    if (chosen === null) return;
    const from = layout.places.get(chosen)?.y ?? 0;
    const near = [...(next[chosen] ?? [])].filter((node) => shown.has(node));
    const distance = (node: number) => Math.abs((layout.places.get(node)?.y ?? 0) - from);
    const [nearest] = near.sort((a, b) => distance(a) - distance(b));
    if (nearest !== undefined) choose(nearest, true);
  }

  /** To the table above or below in the same column. */
  function besides(direction: 1 | -1): void {
    if (chosen === null) return;
    const from = layout.places.get(chosen);
    if (from === undefined) return;
    const column = [...layout.places].filter(([, place]) => place.x === from.x && (place.y - from.y) * direction > 0);
    const [nearest] = column.sort(([, a], [, b]) => Math.abs(a.y - from.y) - Math.abs(b.y - from.y));
    if (nearest !== undefined) choose(nearest[0], true);
  }

  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement && event.target.type === "search";
    if (event.key === "Escape") {
      if (search.value !== "") search.value = "";
      else choose(null);
      find();
      if (typing) canvas.focus();
      return;
    }
    if (typing && event.key === "Enter") {
      list.querySelector<HTMLButtonElement>("button.table")?.click();
      canvas.focus();
      return;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLSelectElement) return;
    if (event.key === "/") {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "0") fitView();
    else if (event.key === "l" && chosen !== null) {
      scopeFilter.value = scopeFilter.value === "lineage" ? "all" : "lineage";
      relayout(true);
    }
  });
  byId("fit").addEventListener("click", fitView);
  byId("in").addEventListener("click", () => zoom(1.25));
  byId("out").addEventListener("click", () => zoom(0.8));
  byId("theme").addEventListener("click", () => {
    const dark = getComputedStyle(document.documentElement).getPropertyValue("--dark").trim() === "yes";
    document.documentElement.dataset.theme = dark ? "light" : "dark";
    repaint();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  new ResizeObserver(resize).observe(canvas);

  function repaint(): void {
    palette = paletteOf(getComputedStyle(document.documentElement));
    redraw();
  }

  function byId(id: string): HTMLElement {
    const one = document.getElementById(id);
    if (one === null) throw new Error(`the page has no element ${id}`);
    return one;
  }
})();
