/** Each backend: its first result, its error against float64, and its time beside a copy of the same bytes. */
import { h } from "../page/dom.ts";
import { askRunner } from "../run/connect.ts";
import { type BackendName, backendNames, backendTitles, type RunEvent } from "../run/protocol.ts";
import { bytesText, errorText, millisecondsText } from "../run/words.ts";
import type { RunPanel } from "./run-panel.ts";
import type { ShowValues } from "./values-panel.ts";

/** The contract of the numerics: `docs/language.md` says what it covers. */
export const contract = 1e-5;

interface Row {
  readonly element: HTMLElement;
  readonly machine: HTMLElement;
  readonly first: HTMLElement;
  readonly error: HTMLElement;
  readonly time: HTMLElement;
  readonly ratio: HTMLElement;
}

export function timesPanel(showValues: ShowValues): RunPanel {
  const rows = new Map(backendNames.map((name) => [name, rowOf(name)]));
  const table = h(
    "table",
    {},
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col", style: "width: 24%" }, "Backend"),
        h("th", { scope: "col", style: "width: 13%" }, "First result"),
        h("th", { scope: "col", style: "width: 15%" }, "Error to float64"),
        h("th", { scope: "col" }, "A run, beside a copy of the same bytes"),
        h("th", { scope: "col", style: "width: 11%" }, "Ratio"),
      ),
    ),
    h("tbody", {}, ...[...rows.values()].map((one) => one.element)),
  );
  const show = (event: RunEvent): void => {
    if (event.kind === "values") {
      showValues(event.before, event.after);
      return;
    }
    const row = rows.get(event.backend);
    if (row === undefined) return;
    showIn(row, event);
  };
  return {
    name: "times",
    title: "Time and error",
    hint: "Random data, the same each time. Errors relative to the larger of 1 and the value.",
    element: h(
      "div",
      {},
      h("div", { class: "results", tabindex: "0", role: "region", "aria-label": "Results" }, table),
    ),
    async run(job, tell) {
      for (const row of rows.values()) clear(row);
      await askRunner("run", job, show);
      tell("Every backend has run. Each time is a median, beside that of a copy of the same bytes.");
    },
  };
}

function rowOf(name: BackendName): Row {
  const machine = h("small", {}, "not run yet");
  const first = h("td", { class: "number", "data-field": "first" }, "—");
  const error = h("td", { class: "number", "data-field": "error" }, "—");
  const time = h("td", { "data-field": "time" }, "—");
  const ratio = h("td", { class: "number", "data-field": "ratio" }, "—");
  const head = h("th", { scope: "row" }, backendTitles[name], machine);
  const element = h(
    "tr",
    { "data-backend": name, style: `--series: var(--series-${name})` },
    head,
    first,
    error,
    time,
    ratio,
  );
  return { element, machine, first, error, time, ratio };
}

function clear({ element, machine, first, error, time, ratio }: Row): void {
  element.removeAttribute("data-state");
  machine.textContent = "waiting …";
  for (const one of [first, error, time, ratio]) {
    one.textContent = "—";
    one.classList.remove("good", "bad");
  }
}

function showIn(row: Row, event: Exclude<RunEvent, { readonly kind: "values" }>): void {
  switch (event.kind) {
    case "result": {
      const { machine, first, error, steps } = event;
      row.machine.textContent = machine;
      row.machine.title = `${machine}, ${steps} ${steps === 1 ? "step" : "steps"}`;
      row.first.textContent = millisecondsText(first);
      row.error.textContent = errorText(error);
      row.error.dataset.value = String(error);
      row.error.classList.add(error <= contract ? "good" : "bad");
      row.element.dataset.state = "result";
      return;
    }
    case "time": {
      const { ms, copyMs, bytes, how } = event;
      const longest = Math.max(ms, copyMs);
      const bar = (share: number, colour: string): HTMLElement =>
        h("div", { class: "bar-of", style: `--share: ${share}; --series: var(${colour})` });
      row.time.replaceChildren(
        h(
          "div",
          { class: "bars", title: `${bytesText(bytes)}, ${how}` },
          bar(ms / longest, `--series-${event.backend}`),
          h("span", { class: "number" }, millisecondsText(ms)),
          bar(copyMs / longest, "--series-copy"),
          h("span", { class: "number" }, millisecondsText(copyMs)),
        ),
        h("small", {}, `${bytesText(bytes)}, ${how}`),
      );
      row.ratio.textContent = (ms / copyMs).toFixed(2);
      row.element.dataset.state = "timed";
      return;
    }
    case "missing":
      row.machine.textContent = event.why;
      row.machine.title = event.why;
      row.element.dataset.state = "missing";
  }
}
