/** Histograms of the input and the output. */
import { h } from "../page/dom.ts";
import { createPlot } from "../plots/plot.ts";
import type { Histogram } from "../run/protocol.ts";
import type { RunPanel } from "./run-panel.ts";

export type ShowValues = (before: Histogram, after: Histogram) => void;

export function valuesPanel(runTimes: () => RunPanel["run"]): {
  readonly panel: RunPanel;
  readonly show: ShowValues;
} {
  const side = (title: string, colour: string) => {
    const caption = h("figcaption", {}, title);
    const place = h("div", { class: "plot" });
    const plot = createPlot(place, `Histogram of the ${title.toLowerCase()}`);
    const show = ({ tensor, least, most, mean, deviation, counts }: Histogram): void => {
      caption.textContent = `${title} ${tensor}: mean ${mean.toPrecision(3)}, deviation ${deviation.toPrecision(3)}, from ${least.toPrecision(3)} to ${most.toPrecision(3)}`;
      const width = (most - least) / counts.length;
      plot.show({
        x: counts.map((_, i) => least + (i + 0.5) * width),
        series: [{ label: tensor, colour, values: counts, look: "bars" }],
        xLabel: tensor,
        yLabel: "elements",
      });
    };
    return { element: h("figure", {}, caption, place), show };
  };
  const [before, after] = [side("Input", "--series-copy"), side("Output", "--series-webgpu")];
  return {
    show(input, output) {
      before.show(input);
      after.show(output);
    },
    panel: {
      name: "values",
      title: "Values",
      hint: "Values of the first input and output, from the first backend that ran.",
      element: h("div", {}, h("div", { class: "pair" }, before.element, after.element)),
      run: (job, tell) => runTimes()(job, tell),
    },
  };
}
