/** The gradients, checked: by differences of the oracle, and on each backend. */
import { fill, h } from "../page/dom.ts";
import { askRunner } from "../run/connect.ts";
import { backendNames, backendTitles, type GradientEvent } from "../run/protocol.ts";
import { errorText } from "../run/words.ts";
import type { RunPanel } from "./run-panel.ts";
import { contract } from "./times-panel.ts";

/** What a central difference in float64 allows: kinks and small gradients cost digits. */
const byDifferences = 1e-5;

const columns = ["differences", ...backendNames] as const;

export function gradientsPanel(): RunPanel {
  const body = h("tbody", {});
  const title = (name: (typeof columns)[number]): string =>
    name === "differences" ? "Oracle to differences" : `${backendTitles[name]} to oracle`;
  const table = h(
    "table",
    { class: "low" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "Gradient"),
        ...columns.map((one) => h("th", { scope: "col" }, title(one))),
      ),
    ),
    body,
  );
  return {
    name: "gradients",
    title: "Gradients",
    hint: "Small tensors of the same norm. Errors relative to the largest gradient of each tensor.",
    element: h(
      "div",
      {},
      h("div", { class: "results", tabindex: "0", role: "region", "aria-label": "Gradients" }, table),
    ),
    async run(job, tell) {
      const found: GradientEvent[] = [];
      fill(body);
      tell("Computing differences …");
      const compared = await askRunner("gradients", job, (event) => {
        found.push(event);
        fill(body, ...rowsOf(found));
      });
      tell(compared);
    },
  };
}

function rowsOf(found: readonly GradientEvent[]): HTMLElement[] {
  const gradients = [...new Set(found.map((one) => one.gradient))];
  return gradients.map((gradient) =>
    h(
      "tr",
      { "data-gradient": gradient },
      h("th", { scope: "row", class: "number" }, gradient),
      ...columns.map((by) => {
        const one = found.find((each) => each.gradient === gradient && each.by === by);
        if (one === undefined) return h("td", { class: "number", "data-by": by }, "—");
        const allowed = by === "differences" ? byDifferences : contract;
        const isOwn = by === "differences" && one.note !== undefined;
        const look = isOwn ? "" : one.error <= allowed ? "good" : "bad";
        return h(
          "td",
          { class: `number ${look}`, "data-by": by, title: one.note ?? "" },
          errorText(one.error),
        );
      }),
    ),
  );
}
