/** The form for shapes and params. What was typed stays while the fields stay the same. */
import type { Field, TypedSizes } from "../compiler/protocol.ts";
import { fill, h } from "../page/dom.ts";

export interface SizesForm {
  readonly show: (fields: readonly Field[]) => void;
  readonly sizes: () => TypedSizes;
  readonly button: HTMLButtonElement;
}

export function createSizesForm(form: HTMLFormElement, changed: () => void, run: () => void): SizesForm {
  const button = h("button", { type: "submit", class: "main" }, "Run");
  let fields: readonly Field[] = [];
  let inputs: readonly HTMLInputElement[] = [];
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const place = h("div", { class: "fields" });
  form.append(place, button);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  return {
    button,
    show(given) {
      if (JSON.stringify(given) === JSON.stringify(fields)) return;
      const typed = new Map(
        inputs.map((one, i) => [one.name, { value: one.value, was: fields[i]?.initial }]),
      );
      fields = given;
      inputs = given.map(({ name, initial, variadic }) => {
        const before = typed.get(name);
        // What the user typed into a field outlives a change of another one.
        const value = before !== undefined && before.value !== before.was ? before.value : initial;
        return h("input", {
          name,
          value,
          autocomplete: "off",
          spellcheck: false,
          title: variadic ? "Any number of extents: 16x16" : "",
          oninput: () => {
            clearTimeout(waiting);
            waiting = setTimeout(changed, 250);
          },
        });
      });
      fill(place, ...inputs.map((one) => h("label", {}, one.name, one)));
    },
    sizes() {
      const of = (kind: Field["kind"]): Record<string, string> =>
        Object.fromEntries(
          inputs.flatMap((one, i) => (fields[i]?.kind === kind ? [[one.name, one.value] as const] : [])),
        );
      return { extents: of("axis"), params: of("param") };
    },
  };
}
