/** The plan, or kernels in one language: a text, or several to choose from. */
import type { Compiler } from "../compiler/connect.ts";
import type { Section, TextKind } from "../compiler/protocol.ts";
import type { Tongue } from "../editor/languages.ts";
import type { Lit } from "../editor/lit.ts";
import { createViewer } from "../editor/viewer.ts";
import { fill, h } from "../page/dom.ts";
import type { MadePanel } from "./graph-panel.ts";
import { newest } from "./shown.ts";

export interface TextPanelOptions {
  readonly kind: TextKind;
  readonly title: string;
  readonly tongue: Tongue;
  /** What is to be known of the text, in a sentence. */
  readonly hint: string;
}

export function textPanel(
  { kind, title, tongue, hint }: TextPanelOptions,
  { ask }: Compiler,
  lit: Lit,
): MadePanel {
  const viewer = createViewer(title, lit);
  const choice = h("select", { "aria-label": `Which text of ${title}` });
  const told = h("p", { class: "hint" }, hint);
  let sections: readonly Section[] = [];

  function show(): void {
    const one = sections[choice.selectedIndex] ?? sections[0];
    viewer.show(one?.lines ?? [], tongue);
  }
  choice.addEventListener("change", show);

  const settle = newest();
  return {
    name: kind,
    title,
    element: h(
      "div",
      {},
      h("div", { class: "tools" }, choice, told),
      h("div", { class: "view" }, viewer.element),
    ),
    show({ chosen, sizes }) {
      if (sections.length === 0) told.textContent = "Compiling …";
      settle(
        ask("text", { kind, chosen, sizes }),
        (made) => {
          const before = choice.value;
          sections = made;
          fill(choice, ...made.map((one) => new Option(one.title, one.title)));
          if (made.some((one) => one.title === before)) choice.value = before;
          told.textContent = hint;
          choice.hidden = made.length < 2;
          show();
        },
        (message) => {
          told.textContent = message;
        },
      );
    },
  };
}
