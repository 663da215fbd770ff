/** The graph after each pass. */
import type { Compiler } from "../compiler/connect.ts";
import type { PassView } from "../compiler/protocol.ts";
import type { Lit } from "../editor/lit.ts";
import { createViewer } from "../editor/viewer.ts";
import { fill, h } from "../page/dom.ts";
import { newest, type Shown } from "./shown.ts";

export interface MadePanel {
  readonly name: string;
  readonly title: string;
  readonly element: HTMLElement;
  readonly show: (shown: Shown) => void;
}

export function graphPanel({ ask }: Compiler, lit: Lit): MadePanel {
  const viewer = createViewer("The graph after a pass", lit, false);
  const list = h("div", { class: "passes", role: "group", "aria-label": "Passes" });
  const hint = h("p", { class: "told" });
  let passes: readonly PassView[] = [];
  let chosen: string | undefined;

  function show(): void {
    const one = passes.find(({ name }) => name === chosen) ?? passes[0];
    for (const [i, button] of [...list.children].entries())
      button.setAttribute("aria-pressed", String(passes[i] === one));
    if (one === undefined) return;
    viewer.show(one.lines, "graph");
    hint.textContent = hintOf(one);
  }

  const settle = newest();
  return {
    name: "graph",
    title: "Graph",
    element: h("div", {}, list, h("div", { class: "view" }, viewer.element), hint),
    show({ chosen: of }) {
      settle(
        ask("passes", of),
        (made) => {
          passes = made;
          const same = made.map((one) => one.name).join() === [...list.children].map(nameOf).join();
          if (!same) fill(list, ...made.map(buttonOf));
          for (const [i, button] of [...list.children].entries()) {
            const { added = 0, removed = 0 } = made[i] ?? {};
            button.setAttribute("data-changed", String(added + removed > 0));
            button.setAttribute("data-count", String(Math.max(added, removed)));
          }
          // The pass that the numbers contract is made by, or the first that changes something.
          chosen ??= "stabilise";
          show();
        },
        (message) => {
          hint.textContent = message;
        },
      );
    },
  };

  function buttonOf({ name }: PassView): HTMLElement {
    const onclick = (): void => {
      chosen = name;
      show();
    };
    return h("button", { type: "button", onclick }, name);
  }
}

function nameOf({ textContent }: Element): string {
  return textContent ?? "";
}

const words: Readonly<Record<string, string>> = {
  check: "What the spec says, node by node.",
  differentiate: "The graph of the gradients, beside that of the norm.",
  forget: "Forgets what only differentiation reads.",
  simplify: "Folds constants and small powers.",
  recognise: "Finds the ways in which people spell a mean and a variance.",
  windows: "Gives windows the form that kernels compute.",
  regroup: "Brings terms that cancel beside each other.",
  stabilise: "Writes the numerics contract: a mean becomes shift + rest, a variance a spread.",
  centre: "Brings sums of cotangents near zero.",
  nest: "Makes sums over several axes of each other.",
  rescale: "Gives sums of squares under a root a power of two.",
  sink: "Brings picks down to tensors.",
  expand: "Writes what devices lack or get wrong in terms of others.",
  tidy: "Simplifies again.",
};

function hintOf({ name, added, removed, ms }: PassView): string {
  const change = added + removed === 0 ? "changed nothing here" : `${added} lines new, ${removed} gone`;
  return `${words[name] ?? ""} ${name === "check" ? "" : `${change}, in ${ms.toFixed(1)} ms.`}`;
}
