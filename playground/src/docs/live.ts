/** An example of a document, live: the same editor and language server as in the playground. */
import { h } from "../page/dom.ts";
import { hashOf } from "../page/link.ts";

/** Puts a button beside each example. On a diagnostic's page the failing spec is live at once: its mistake is the point. */
export function offerEditing(specs: readonly HTMLElement[]): void {
  const isCode = /\/N\d+\.html$/.test(location.pathname);
  for (const spec of specs) {
    const button = h("button", { type: "button", class: "quiet" }, "Edit here");
    button.addEventListener("click", () => {
      button.remove();
      void open(spec);
    });
    spec.querySelector(".actions")?.prepend(button);
    if (isCode) button.click();
  }
}

let count = 0;

async function open(spec: HTMLElement): Promise<void> {
  const { createLive } = await import("./live-editor.ts");
  const code = spec.querySelector(".code");
  const link = spec.querySelector<HTMLAnchorElement>("a.open");
  const text = (code?.querySelector("code")?.textContent ?? "").trimEnd();
  const live = createLive(text, count++, (changed) => {
    if (link !== null) link.href = `../index.html${hashOf({ text: changed })}`;
  });
  code?.replaceWith(live);
}
