/** The error as the input moves away from zero: each backend, beside the formula of textbooks. */
import { fill, h } from "../page/dom.ts";
import { createPlot } from "../plots/plot.ts";
import { askRunner } from "../run/connect.ts";
import { backendNames, backendTitles, type CurveEvent, type CurveName } from "../run/protocol.ts";
import { errorText } from "../run/words.ts";
import type { RunPanel } from "./run-panel.ts";
import { contract } from "./times-panel.ts";

const names: readonly CurveName[] = ["naive", ...backendNames];

function titleOf(name: CurveName): string {
  return name === "naive" ? "E[x²] − E[x]² in f32" : backendTitles[name];
}

export function curvePanel(): RunPanel {
  const place = h("div", { class: "plot" });
  const plot = createPlot(
    place,
    "Error to float64 against |mean| / deviation of the input; the numbers are in the table after it",
  );
  const key = h(
    "ul",
    { class: "key" },
    ...names.map((name) => h("li", { style: `--series: var(--series-${name})` }, titleOf(name))),
    h("li", { style: "--series: var(--good)" }, "the contract, 1e-5"),
  );
  const table = h("table", {});
  let found: CurveEvent[] = [];

  function show(): void {
    const ratios = [...new Set(found.map((one) => one.ratio))].sort((a, b) => a - b);
    const at = (name: CurveName, ratio: number): number | undefined =>
      found.find((one) => one.name === name && one.ratio === ratio)?.error;
    // Logarithms have no 0: below a hundredth of f32's own step it makes no difference.
    const floor = (error: number | undefined): number | null =>
      error === undefined ? null : Number.isNaN(error) ? 1e4 : Math.min(1e4, Math.max(1e-9, error));
    plot.show({
      x: ratios,
      series: [
        ...names.map((name) => ({
          label: titleOf(name),
          colour: `--series-${name}`,
          values: ratios.map((ratio) => floor(at(name, ratio))),
        })),
        { label: "contract", colour: "--good", values: ratios.map(() => contract), look: "limit" as const },
      ],
      xLabel: "|mean| / deviation of the input",
      yLabel: "largest error",
      log: true,
      xRange: [1, 1e6],
      yRange: [1e-9, 1e4],
    });
    fill(
      table,
      h("caption", {}, "Largest error to float64"),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, "|mean| / deviation"),
          ...names.map((one) => h("th", { scope: "col" }, titleOf(one))),
        ),
      ),
      h(
        "tbody",
        {},
        ...ratios.map((ratio) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, ratio.toExponential(0)),
            ...names.map((name) => h("td", { "data-name": name }, errorText(at(name, ratio) ?? Number.NaN))),
          ),
        ),
      ),
    );
  }

  return {
    name: "curve",
    title: "Far from zero",
    hint: "The first input is moved away from zero; its deviation stays 1. NaN is drawn at the upper edge.",
    element: h("div", {}, key, place, h("div", { class: "hidden" }, table)),
    async run(job, tell) {
      found = [];
      show();
      await askRunner("curve", job, (event) => {
        found.push(event);
        show();
      });
      const worst = (name: CurveName): string =>
        errorText(Math.max(...found.filter((one) => one.name === name).map((one) => one.error)));
      const there = backendNames.filter((name) => found.some((one) => one.name === name));
      const own = there.map((name) => `${backendTitles[name]} ${worst(name)}`);
      tell(`At worst: the formula of textbooks ${worst("naive")}, ${own.join(", ")}.`);
    },
  };
}
