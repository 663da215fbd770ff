/** Draws bars for each case: the copy, normc, the peers. Uses Vega, whose SVG output needs no browser. */
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { timingOf } from "../ratios.ts";
import type { AdapterResult } from "../results.ts";
import { columnsOf } from "../table.ts";

/** From the palette of Okabe and Ito, which colour-blind people can tell apart. Readable on white and on black. */
const colors: Readonly<Record<string, string>> = {
  copy: "#8b949e",
  memcpy: "#57606a",
  normc: "#d55e00",
  "normc backward": "#d55e00",
  "normc forward + backward": "#cc79a7",
  "normc saving backward": "#e69f00",
  "normc saving forward + backward": "#f0b5d3",
  "ORT webgpu": "#0072b2",
  "TF.js": "#e69f00",
  "TF.js forward + gradient": "#0072b2",
  "TF.js forward": "#56b4e9",
  "jax-js": "#f0e442",
  "jax-js backward": "#f0e442",
  "gpu.js": "#009e73",
  "ORT Web": "#0072b2",
  "TF.js forward + backward": "#e69f00",
  "ORT cpu": "#cc79a7",
};
const light = "#1f2328";
const dark = "#e6edf3";

export async function draw({ adapter, cases }: AdapterResult): Promise<string> {
  const columns = columnsOf(cases.map((one) => one.outcome));
  const values = cases.flatMap(({ name, outcome }) =>
    columns.flatMap((column) => {
      const timing = timingOf(outcome, column);
      // Zero has no logarithm.
      return timing === undefined || !(timing.ms.median > 0)
        ? []
        : [{ case: name, who: column, ms: timing.ms.median }];
    }),
  );
  const least = 10 ** Math.floor(Math.log10(Math.min(...values.map((one) => one.ms))));
  const spec: TopLevelSpec = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: { text: adapter, anchor: "start", color: light, fontSize: 13 },
    background: "transparent",
    data: { values },
    width: 560,
    height: { step: columns.length > 2 ? 9 : 12 },
    mark: { type: "bar", tooltip: false },
    encoding: {
      y: { field: "case", type: "nominal", sort: null, title: null, scale: { paddingInner: 0.25 } },
      yOffset: { field: "who", sort: columns, scale: { domain: columns, paddingInner: 0.1 } },
      x: {
        field: "ms",
        type: "quantitative",
        title: "milliseconds, logarithmic: shorter is better",
        scale: { type: "log", domainMin: least, nice: false },
        axis: { format: "~g", tickCount: 5 },
      },
      x2: { datum: least },
      color: {
        field: "who",
        type: "nominal",
        title: null,
        sort: columns,
        scale: { domain: columns, range: columns.map((name) => colors[name] ?? light) },
        legend: { orient: "top", direction: "horizontal", symbolType: "square" },
      },
    },
    config: {
      font: "system-ui, sans-serif",
      axis: {
        labelColor: light,
        titleColor: light,
        labelLimit: 320,
        gridColor: "#8b949e",
        gridOpacity: 0.35,
      },
      legend: { labelColor: light },
      view: { stroke: null },
    },
  };
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  // Vega has only one text colour. A style sheet inside the SVG also works if the picture is an <img>.
  const style = `<style>@media (prefers-color-scheme: dark) { text { fill: ${dark} } }</style>`;
  return `${svg.replace(/^<svg[^>]*>/, (open) => `${open}${style}`)}\n`;
}
