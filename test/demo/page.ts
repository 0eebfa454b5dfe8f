import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

/**
 * Writes the comment as a page, with its diagram drawn, next to the whole graph as the action drew it.
 * @param dag the page or picture that the action made; null when it made none
 * @returns the path of the page
 */
export function writePage(top: string, title: string, comment: string, dag: string | null): string {
  const folder = join(top, "demo-output");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(top, "node_modules", "mermaid", "dist", "mermaid.min.js"), join(folder, "mermaid.min.js"));
  const graph = dag !== null && existsSync(dag) ? `dag${extname(dag)}` : null;
  if (dag !== null && graph !== null) copyFileSync(dag, join(folder, graph));
  writeFileSync(join(folder, "comment.md"), comment);
  const html = micromark(comment, {
    // The comment is the action's own text; GitHub takes the same few tags.
    allowDangerousHtml: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  }).replace(/<pre><code class="language-mermaid">([\s\S]*?)<\/code><\/pre>/g, '<pre class="mermaid">$1</pre>');
  const page = join(folder, "index.html");
  writeFileSync(page, document(title, html, graph));
  return page;
}

function document(title: string, comment: string, graph: string | null): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
  :root { color-scheme: light dark; --line: light-dark(#d0d7de, #30363d); --soft: light-dark(#f6f8fa, #161b22); }
  body { font: 14px/1.5 system-ui, sans-serif; max-width: 960px; margin: 2rem auto; padding: 0 1rem;
    color: light-dark(#1f2328, #e6edf3); background: light-dark(#fff, #0d1117); }
  article { border: 1px solid var(--line); border-radius: 6px; overflow: hidden; }
  article header { background: var(--soft); border-bottom: 1px solid var(--line); padding: .5rem 1rem; }
  article div { padding: .5rem 1rem; overflow-x: auto; }
  table { border-collapse: collapse; margin: 0 0 1rem; } th, td { border: 1px solid var(--line); padding: .3rem .8rem; text-align: left; }
  code { background: var(--soft); padding: .1em .3em; border-radius: 4px; font-size: 85%; }
  pre { background: var(--soft); padding: 1rem; border-radius: 6px; overflow-x: auto; } pre code { padding: 0; }
  pre.mermaid { background: none; } a { color: light-dark(#0969da, #4493f8); }
  blockquote { margin: 0; padding: 0 1em; border-left: .25em solid var(--line); }
  img { max-width: 100%; } iframe { width: 100%; height: 640px; border: 1px solid var(--line); border-radius: 6px; }
</style>
<h1>${title}</h1>
<article><header><b>github-actions</b> bot commented</header><div>
${comment}
</div></article>
${graph === null ? "" : `<h2>The whole graph</h2>\n<p>As the action wrote it: <a href="${graph}">${graph}</a></p>\n${graph.endsWith(".svg") ? `<img src="${graph}" alt="The whole graph">` : `<iframe src="${graph}" title="The whole graph"></iframe>`}`}
<script src="mermaid.min.js"></script>
<script>mermaid.initialize({ startOnLoad: true, theme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "default" });</script>
</html>
`;
}
