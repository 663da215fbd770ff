/** Which norm of the spec, in which mode, forward or backward. */

import type { Mode } from "../../../src/program/program.ts";
import type { Outline } from "../compiler/protocol.ts";
import { fill, h } from "../page/dom.ts";

export interface Choice {
  readonly norm?: string;
  readonly mode?: Mode;
  readonly grad: boolean;
}

export function showChoice(
  place: HTMLElement,
  { norms, norm, mode, grad }: Extract<Outline, { readonly kind: "made" }>,
  changed: (choice: Choice) => void,
): void {
  const modes = norms.find((one) => one.name === norm)?.modes ?? [];
  const hasGradients = norms.find((one) => one.name === norm)?.hasGradients ?? false;
  const key = JSON.stringify([norms, norm]);
  // The element that has the focus stays.
  if (place.dataset.key !== key) {
    place.dataset.key = key;
    const select = (
      label: string,
      name: string,
      options: readonly (readonly [string, string])[],
    ): HTMLElement =>
      h(
        "label",
        {},
        label,
        h("select", { name, onchange: tell }, ...options.map(([value, text]) => new Option(text, value))),
      );
    fill(
      place,
      select(
        "Norm",
        "norm",
        norms.map((one) => [one.name, one.name]),
      ),
      modes.length > 0 &&
        select(
          "Mode",
          "mode",
          modes.map((one) => [one, one]),
        ),
      hasGradients &&
        select("Pass", "pass", [
          ["forward", "forward"],
          ["backward", "backward"],
        ]),
    );
  }
  const field = (name: string): HTMLSelectElement | null => place.querySelector(`select[name="${name}"]`);
  const set = (name: string, value: string): void => {
    const one = field(name);
    if (one !== null) one.value = value;
  };
  set("norm", norm);
  if (mode !== null) set("mode", mode);
  set("pass", grad ? "backward" : "forward");

  function tell(): void {
    const chosenMode = field("mode")?.value;
    changed({
      norm: field("norm")?.value ?? norm,
      ...(chosenMode === "train" || chosenMode === "infer" ? { mode: chosenMode } : {}),
      grad: field("pass")?.value === "backward",
    });
  }
}
