import { type Compiler, startCompiler } from "../compiler/connect.ts";
import { createEditor } from "../editor/editor.ts";
import { connectServer, type Problem } from "../editor/server.ts";
import { fill, h } from "../page/dom.ts";

let compiler: Compiler | undefined;
const listeners = new Map<string, (problems: readonly Problem[]) => void>();
let client: ReturnType<typeof connectServer> | undefined;

/** One server for all editors of the page. */
function server(): ReturnType<typeof connectServer> {
  compiler ??= startCompiler();
  client ??= connectServer(compiler.port, (uri, problems) => listeners.get(uri)?.(problems));
  return client;
}

export function createLive(text: string, number: number, changed: (text: string) => void): HTMLElement {
  const uri = `file:///example-${number}.norm`;
  const list = h("ul", { class: "live-problems", "aria-live": "polite" });
  listeners.set(uri, (problems) => {
    const items = problems.map(({ code, message, severity, line }) =>
      h("li", { class: severity }, `${line + 1}: ${code} ${message}`),
    );
    fill(list, ...(items.length > 0 ? items : [h("li", { class: "fine" }, "No problems.")]));
  });
  const editor = createEditor({ label: "Example", text, client: server(), uri, changed });
  return h("div", { class: "live" }, editor.element, list);
}
