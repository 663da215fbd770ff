/** A text that is read and not written: coloured, with lines that light up with those of the spec. */
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import type { GraphLine, LinkedLine } from "../compiler/protocol.ts";
import { languageOf, type Tongue } from "./languages.ts";
import { type Lit, lineClasses, onLine, showClasses } from "./lit.ts";
import { look } from "./look.ts";

export type ShownLine = LinkedLine & Partial<Pick<GraphLine, "change">>;

export interface Viewer {
  readonly element: HTMLElement;
  readonly show: (lines: readonly ShownLine[], tongue: Tongue) => void;
}

/**
 * @param label what it shows, for screen readers.
 * @param isNumbered whether its lines have numbers.
 */
export function createViewer(label: string, lit: Lit, isNumbered = true): Viewer {
  let lines: readonly ShownLine[] = [];
  let shown: Tongue = "text";
  const language = new Compartment();
  const view = new EditorView({
    state: EditorState.create({
      extensions: [
        isNumbered ? lineNumbers() : [],
        EditorState.readOnly.of(true),
        EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true", tabindex: "0" }),
        language.of([]),
        lineClasses,
        onLine((line) => lit.set(line === undefined ? [] : (lines[line - 1]?.spec ?? []))),
        look,
      ],
    }),
  });
  const mark = (): void => {
    const wanted = lit.lines();
    const classes = new Map<number, string>();
    for (const [i, { change = "same", spec }] of lines.entries()) {
      const names = [
        ...(change === "same" ? [] : [`cm-${change}`]),
        ...(spec.some((one) => wanted.has(one)) ? ["cm-lit"] : []),
      ];
      if (names.length > 0) classes.set(i + 1, names.join(" "));
    }
    showClasses(view, classes);
  };
  lit.follow(mark);
  return {
    element: view.dom,
    show(given, tongue) {
      lines = given;
      const text = given.map((one) => one.text).join("\n");
      if (text !== view.state.doc.toString()) {
        const { scrollTop } = view.scrollDOM;
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
        view.scrollDOM.scrollTop = scrollTop;
      }
      mark();
      if (tongue === shown) return;
      shown = tongue;
      void languageOf(tongue).then((one) => {
        if (shown === tongue) view.dispatch({ effects: language.reconfigure(one ?? []) });
      });
    },
  };
}
