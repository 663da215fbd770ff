/** What the compiler makes of the spec: graph, plan and kernels, each in a tab, made when it is looked at. */
import type { Compiler } from "../compiler/connect.ts";
import type { Lit } from "../editor/lit.ts";
import { tabsOf } from "../page/tabs.ts";
import { graphPanel } from "./graph-panel.ts";
import type { Shown } from "./shown.ts";
import { textPanel } from "./text-panel.ts";

export interface Made {
  readonly element: HTMLElement;
  readonly show: (shown: Shown) => void;
  /** The spec has a mistake: what is shown is of the text before it. */
  readonly grow: (isOld: boolean) => void;
}

export function createMade(compiler: Compiler, lit: Lit): Made {
  const panels = [
    graphPanel(compiler, lit),
    textPanel(
      {
        kind: "plan",
        title: "Plan",
        tongue: "text",
        hint: "Which kernels, what each reads and stores, and the variant for these shapes.",
      },
      compiler,
      lit,
    ),
    textPanel(
      { kind: "wgsl", title: "WGSL", tongue: "wgsl", hint: "WebGPU. Extents are constants of the pipeline." },
      compiler,
      lit,
    ),
    textPanel(
      {
        kind: "glsl",
        title: "GLSL",
        tongue: "glsl",
        hint: "WebGL2, through gpu.js: one invocation for each element.",
      },
      compiler,
      lit,
    ),
    textPanel(
      {
        kind: "wat",
        title: "WebAssembly",
        tongue: "wat",
        hint: "Processors: SIMD, in tasks that threads share.",
      },
      compiler,
      lit,
    ),
    textPanel(
      { kind: "typescript", title: "TypeScript", tongue: "typescript", hint: "What `normc build` writes." },
      compiler,
      lit,
    ),
  ];
  let last: Shown | undefined;
  const fresh = new Set<string>();
  const refresh = (name: string): void => {
    if (last === undefined || fresh.has(name)) return;
    fresh.add(name);
    panels.find((one) => one.name === name)?.show(last);
  };
  const tabs = tabsOf(
    "What the compiler makes",
    panels.map(({ name, title, element }) => ({ name, title, panel: element })),
    refresh,
  );
  return {
    element: tabs.element,
    show(shown) {
      last = shown;
      fresh.clear();
      refresh(tabs.chosen());
    },
    grow: (isOld) => tabs.element.classList.toggle("stale", isOld),
  };
}
