/** What the norm does on this device: tabs, and the one button that runs what the chosen tab shows. */
import { fill, h } from "../page/dom.ts";
import { tabsOf } from "../page/tabs.ts";
import { askRunner } from "../run/connect.ts";
import type { Job } from "../run/protocol.ts";
import { curvePanel } from "./curve-panel.ts";
import { gradientsPanel } from "./gradients-panel.ts";
import { timesPanel } from "./times-panel.ts";
import { tunerPanel } from "./tuner-panel.ts";
import { valuesPanel } from "./values-panel.ts";

export interface Runs {
  readonly element: HTMLElement;
  /** Runs what the chosen tab shows, or stops what runs. */
  readonly run: (job: Job | undefined) => void;
}

export interface RunsOptions {
  readonly button: HTMLButtonElement;
  /** Says something to screen readers. */
  readonly said: (text: string) => void;
}

export function createRuns({ button, said }: RunsOptions): Runs {
  const values = valuesPanel(() => times.run);
  const times = timesPanel(values.show, said);
  const panels = [times, curvePanel(said), gradientsPanel(said), tunerPanel(said), values.panel];
  const told = h("p", { class: "told", role: "status" });
  const words: Readonly<Record<string, string>> = {
    times: "Random data, the same each time. Errors relative to the larger of 1 and the value.",
    curve: "The first input is moved away from zero; its deviation stays 1.",
    gradients: "Errors relative to the largest gradient of each tensor.",
    tuner: "",
    values: "Values of the first input and output, from the first backend that ran.",
  };
  let isBusy = false;
  const tabs = tabsOf(
    "What the norm does",
    panels.map(({ name, title, element }) => ({ name, title, panel: element })),
    (name) => tell(words[name] ?? ""),
  );
  tell(words.times ?? "");

  function tell(text: string, isWrong = false): void {
    if (isBusy && !isWrong) return;
    told.dataset.kind = isWrong ? "wrong" : "plain";
    told.textContent = text;
  }

  function setBusy(busy: boolean): void {
    isBusy = busy;
    button.textContent = busy ? "Stop" : "Run";
    tabs.element.setAttribute("aria-busy", String(busy));
  }

  const element = h("div", { class: "tabbed" });
  fill(element, h("div", { class: "panels" }, tabs.element), told);
  return {
    element,
    run(job) {
      if (isBusy) {
        void askRunner("stop", undefined);
        return;
      }
      const panel = panels.find((one) => one.name === tabs.chosen());
      if (panel === undefined || job === undefined) return;
      tell(words[panel.name] ?? "");
      setBusy(true);
      panel.run(job).then(
        () => setBusy(false),
        (error: unknown) => {
          setBusy(false);
          tell(error instanceof Error ? error.message : String(error), true);
        },
      );
    },
  };
}
