/** The lines of the spec that the user looks at: a line of the spec or of a kernel lights up what belongs to it. */
import { type Extension, RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";

export interface Lit {
  readonly lines: () => ReadonlySet<number>;
  readonly set: (lines: Iterable<number>) => void;
  readonly follow: (changed: () => void) => void;
}

export function createLit(): Lit {
  let lines: ReadonlySet<number> = new Set();
  const followers: (() => void)[] = [];
  return {
    lines: () => lines,
    set(given) {
      const next = new Set(given);
      if (next.size === lines.size && [...next].every((one) => lines.has(one))) return;
      lines = next;
      for (const changed of followers) changed();
    },
    follow: (changed) => followers.push(changed),
  };
}

/** Classes of whole lines (from 1). */
export type LineClasses = ReadonlyMap<number, string>;

const setClasses = StateEffect.define<LineClasses>();

export const lineClasses = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(before, { changes, effects, newDoc }) {
    const given = effects.find((one) => one.is(setClasses))?.value as LineClasses | undefined;
    if (given === undefined) return before.map(changes);
    const builder = new RangeSetBuilder<Decoration>();
    for (const [number, name] of [...given].sort(([a], [b]) => a - b)) {
      if (number > newDoc.lines) continue;
      const { from } = newDoc.line(number);
      builder.add(from, from, Decoration.line({ class: name }));
    }
    return builder.finish();
  },
  provide: (field) => EditorView.decorations.from(field),
});

export function showClasses(view: EditorView, classes: LineClasses): void {
  view.dispatch({ effects: setClasses.of(classes) });
}

/** Calls back with the line (from 1) under the pointer, or that of the cursor when it moves; undefined where it left. */
export function onLine(looked: (line: number | undefined) => void): Extension {
  return [
    EditorView.domEventHandlers({
      mousemove(event, view) {
        const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
        if (at !== null) looked(view.state.doc.lineAt(at).number);
      },
      mouseleave: () => looked(undefined),
    }),
    EditorView.updateListener.of(({ view, selectionSet, state, docChanged }) => {
      if (selectionSet && !docChanged && view.hasFocus)
        looked(state.doc.lineAt(state.selection.main.head).number);
    }),
  ];
}
