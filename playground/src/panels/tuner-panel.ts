/** The tuner: the variants that it tries, as it tries them. */
import { h } from "../page/dom.ts";
import { createPlot } from "../plots/plot.ts";
import { askRunner } from "../run/connect.ts";
import type { TriedEvent } from "../run/protocol.ts";
import { millisecondsText } from "../run/words.ts";
import type { RunPanel } from "./run-panel.ts";

export function tunerPanel(): RunPanel {
  const place = h("div", { class: "plot" });
  const plot = createPlot(place, "Time of each variant that was tried; the sentence below says the best");
  const key = h(
    "ul",
    { class: "key" },
    h("li", { style: "--series: var(--series-webgpu)" }, "a variant"),
    h("li", { style: "--series: var(--good)" }, "the best so far"),
  );
  let tried: TriedEvent[] = [];

  /** @returns how far it is, as a sentence. */
  function show(): string {
    const timed = tried.filter((one) => one.ms !== undefined);
    const times = timed.map((one) => one.ms ?? 0);
    let best = Number.POSITIVE_INFINITY;
    const bests = times.map((ms) => {
      best = Math.min(best, ms);
      return best;
    });
    plot.show({
      x: times.map((_, i) => i + 1),
      series: [
        { label: "a variant", colour: "--series-webgpu", values: times, look: "points" },
        { label: "the best so far", colour: "--good", values: bests, look: "limit" },
      ],
      xLabel: "variant",
      yLabel: "ms",
      xRange: [0, Math.max(12, times.length + 1)],
      yRange: [0, Math.max(1e-3, ...times) * 1.1],
    });
    const last = tried.at(-1);
    if (last === undefined) return "";
    const refused = tried.length - timed.length;
    const rest = refused === 0 ? "" : `, ${refused} refused`;
    return `${tried.length} tried${rest}; ${last.factor.toFixed(2)} times as fast as the default. Last: ${last.variant}.`;
  }

  return {
    name: "tuner",
    title: "Tuner",
    hint: "Tries variants of the kernels on WebGPU, each compared with the oracle before it is timed.",
    element: h("div", {}, key, place),
    async run(job, tell) {
      tried = [];
      show();
      tell("Compiling variants …");
      const {
        ms,
        defaultMs,
        tried: count,
        space,
        best,
      } = await askRunner("tune", job, (event) => {
        tried.push(event);
        tell(show());
      });
      const factor = (defaultMs / ms).toFixed(2);
      tell(
        `${count} of ${space} variants measured. Best: ${best}: ${millisecondsText(ms)}, the default ${millisecondsText(defaultMs)}: ${factor} times as fast.`,
      );
    },
  };
}
