/** Elements in one expression: `h("button", { type: "button", onclick }, "Run")`. */

type Given = Readonly<Record<string, unknown>>;

export type Child = Node | string | number | false | null | undefined;

/** Properties that an element has are set; all others become attributes. `class` and `aria-…` are attributes. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  given: Given = {},
  ...children: readonly (Child | readonly Child[])[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === false) continue;
    if (name in element && name !== "list" && name !== "role") Object.assign(element, { [name]: value });
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...nodesOf(children));
  return element;
}

export function fill(element: Element, ...children: readonly (Child | readonly Child[])[]): void {
  element.replaceChildren(...nodesOf(children));
}

function nodesOf(children: readonly (Child | readonly Child[])[]): (Node | string)[] {
  return children
    .flat()
    .flatMap((one) => (one === false || one === null || one === undefined ? [] : [toNode(one as Node)]));
}

function toNode(child: Node | string | number): Node | string {
  return typeof child === "number" ? String(child) : child;
}

/** @throws Error if the page has no such element: the page and its script belong together. */
export function find<Of extends HTMLElement>(id: string, kind: new () => Of): Of {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}
