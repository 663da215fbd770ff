/** The named definitions of a norm: its params, tensors and equations, in the order of the text. */

import type { Mode } from "../../../program/program.ts";
import { diagnostic, type Report, type Span } from "../../diagnostics/diagnostic.ts";
import type {
  Name,
  NormDecl,
  NormItem,
  ParamDecl,
  Statement,
  TensorDecl,
  TensorRole,
} from "../../syntax/ast.ts";

export type Equation = Extract<Statement, { kind: "define" }>;

export type Definition =
  | { readonly kind: "param"; readonly decl: ParamDecl }
  | { readonly kind: "tensor"; readonly role: TensorRole; readonly decl: TensorDecl }
  /** `mode`: the mode of the `on` block around it; null outside of one. */
  | { readonly kind: "equation"; readonly mode: Mode | null; readonly decl: Equation };

export function definitionsIn(decl: NormDecl): Definition[] {
  return decl.items.flatMap(definitionsOf);
}

function definitionsOf(item: NormItem): Definition[] {
  switch (item.kind) {
    case "param":
      return item.params.map((decl) => ({ kind: "param", decl }));
    case "tensors":
      return item.tensors.map((decl) => ({ kind: "tensor", role: item.role, decl }));
    case "define":
      return [{ kind: "equation", mode: null, decl: item }];
    case "mode": {
      const mode = modeOf(item.mode);
      if (mode === undefined) return [];
      return item.statements.flatMap((one) =>
        one.kind === "define" ? [{ kind: "equation", mode, decl: one } as const] : [],
      );
    }
    case "axes":
    case "output":
    case "update":
      return [];
  }
}

/** Undefined if the word is not a mode. */
export function modeOf(name: Name): Mode | undefined {
  return name.text === "train" || name.text === "infer" ? name.text : undefined;
}

const reserved = new Map([
  ["inf", "the constant infinity"],
  ["pi", "the constant 3.14159…"],
  ["mode", "an option of the generated code"],
  ["dtype", "an option of the generated code"],
]);

/** Each name may be defined once, or once in each mode. Returns the valid definitions, without later duplicates. */
export function firstOfEachName(definitions: readonly Definition[], report: Report): Definition[] {
  const spans = {
    always: new Map<string, Span>(),
    train: new Map<string, Span>(),
    infer: new Map<string, Span>(),
  };
  return definitions.filter((one) => {
    const { text, span } = one.decl.name;
    const where = one.kind === "equation" && one.mode !== null ? one.mode : "always";
    const rivals =
      where === "always" ? [spans.always, spans.train, spans.infer] : [spans.always, spans[where]];
    const first = rivals.map((known) => known.get(text)).find((known) => known !== undefined);
    if (first !== undefined) {
      report(
        diagnostic("N202", `\`${text}\` is defined twice`, span, {
          labels: [{ span: first, text: "first defined here" }],
          note: "each name is defined once: give the second one a name of its own",
        }),
      );
      return false;
    }
    spans[where].set(text, span);
    const meaning = reserved.get(text);
    if (meaning !== undefined) {
      const message = `\`${text}\` is reserved: it is ${meaning}`;
      report(diagnostic("N208", message, span, { note: "choose another name" }));
    }
    return true;
  });
}
