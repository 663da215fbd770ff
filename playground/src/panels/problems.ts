/** The mistakes of the spec, below it. Each leads to its place, and its code to its page. */
import type { Problem } from "../editor/server.ts";
import { fill, h } from "../page/dom.ts";

export function showProblems(
  list: HTMLElement,
  problems: readonly Problem[],
  go: (line: number, character: number) => void,
): void {
  const sorted = [...problems].sort((a, b) => a.line - b.line || a.character - b.character);
  const items = sorted.map(({ code, message, severity, line, character }) =>
    h(
      "li",
      { "data-severity": severity },
      h("span", { class: "at" }, `${line + 1}:${character + 1}`),
      h("a", { href: `./docs/${code}.html`, title: `What ${code} means` }, code),
      h("button", { type: "button", onclick: () => go(line, character) }, message),
    ),
  );
  fill(list, ...(items.length > 0 ? items : [h("li", { class: "fine" }, "No problems: the spec compiles.")]));
}
