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
  /** Runs what the chosen tab shows, or stops what runs. Without a job, the spec has a mistake. */
  readonly run: (job: Job | undefined) => void;
}

/** @param button runs, and stops what runs. */
export function createRuns(button: HTMLButtonElement): Runs {
  const values = valuesPanel(() => times.run);
  const times = timesPanel(values.show);
  const panels = [times, curvePanel(), gradientsPanel(), tunerPanel(), values.panel];
  const told = h("p", { class: "told", role: "status" });
  let isBusy = false;
  const tabs = tabsOf(
    "What the norm does",
    panels.map(({ name, title, element }) => ({ name, title, panel: element })),
    (name) => hint(name),
  );
  hint(tabs.chosen());

  function hint(name: string): void {
    if (!isBusy) tell(panels.find((one) => one.name === name)?.hint ?? "");
  }

  function tell(text: string, isWrong = false): void {
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
      if (panel === undefined) return;
      if (job === undefined) {
        tell("The spec has a mistake: what stands below it says where.", true);
        return;
      }
      tell(panel.hint);
      setBusy(true);
      panel.run(job, tell).then(
        () => setBusy(false),
        (error: unknown) => {
          setBusy(false);
          tell(error instanceof Error ? error.message : String(error), true);
        },
      );
    },
  };
}
