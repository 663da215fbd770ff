/** A list of tabs as the ARIA Authoring Practices have it: arrows move, one tab is in the order of focus. */
import { h } from "./dom.ts";

export interface Tab {
  readonly name: string;
  readonly title: string;
  readonly panel: HTMLElement;
}

export interface Tabs {
  readonly element: HTMLElement;
  readonly chosen: () => string;
  readonly choose: (name: string) => void;
}

/** @param label what the tabs are of, for screen readers. */
export function tabsOf(label: string, tabs: readonly Tab[], changed: (name: string) => void): Tabs {
  let chosen = tabs[0]?.name ?? "";
  const buttons = tabs.map(({ name, title }) =>
    h(
      "button",
      { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}`, class: "tab" },
      title,
    ),
  );
  const list = h("div", { role: "tablist", "aria-label": label, class: "tabs" }, buttons);
  for (const [i, { name, panel }] of tabs.entries()) {
    panel.id = `panel-${name}`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", `tab-${name}`);
    const button = buttons[i];
    button?.addEventListener("click", () => choose(name));
    button?.addEventListener("keydown", ({ key }) => {
      const next = nextPlace(key, i, tabs.length);
      const other = next === undefined ? undefined : tabs[next];
      if (next === undefined || other === undefined) return;
      choose(other.name);
      buttons[next]?.focus();
    });
  }
  const show = (): void => {
    for (const [i, { name, panel }] of tabs.entries()) {
      const isChosen = name === chosen;
      buttons[i]?.setAttribute("aria-selected", String(isChosen));
      if (buttons[i] !== undefined) buttons[i].tabIndex = isChosen ? 0 : -1;
      panel.hidden = !isChosen;
    }
  };
  const choose = (name: string): void => {
    if (name === chosen) return;
    chosen = name;
    show();
    changed(name);
  };
  show();
  const panels = h("div", { class: "panels" }, ...tabs.map((one) => one.panel));
  return { element: h("div", { class: "tabbed" }, list, panels), chosen: () => chosen, choose };
}

function nextPlace(key: string, at: number, count: number): number | undefined {
  switch (key) {
    case "ArrowRight":
      return (at + 1) % count;
    case "ArrowLeft":
      return (at + count - 1) % count;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}
