/** Pictures by Vega-Lite, as SVG. */
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

export async function draw(spec: TopLevelSpec): Promise<string> {
  const { spec: compiled } = compile({
    ...spec,
    background: "white",
    config: { font: "sans-serif", view: { stroke: "#ddd" }, axis: { gridColor: "#eee" } },
  });
  const view = new View(parse(compiled), { renderer: "none" });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}
