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
  /** `block`: the `on` block around it; null outside of one. */
  | { readonly kind: "equation"; readonly block: Block | null; readonly decl: Equation };

/** What an `on` block belongs to: a mode, or the backward pass. */
export type Block = Mode | "backward";

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
      return [{ kind: "equation", block: null, decl: item }];
    case "mode": {
      const block = blockOf(item.mode);
      if (block === undefined) return [];
      return item.statements.flatMap((one) =>
        one.kind === "define" ? [{ kind: "equation", block, decl: one } as const] : [],
      );
    }
    case "axes":
    case "output":
    case "update":
      return [];
  }
}

/** Undefined if the word begins no block. */
export function blockOf({ text }: Name): Block | undefined {
  return text === "train" || text === "infer" || text === "backward" ? text : undefined;
}

/** Why a param, tensor or equation cannot have this name. */
export function reservedMeaning(name: string): string | undefined {
  return reserved.get(name);
}

const reserved = new Map([
  ["inf", "the constant infinity"],
  ["pi", "the constant 3.14159…"],
  ["mode", "an option of the generated code"],
  ["dtype", "an option of the generated code"],
]);

/**
 * Each name may be defined once, or once in each mode. `on backward` sees the names of `train`, so it cannot define them
 * again. Returns the valid definitions, without later duplicates. */
export function firstOfEachName(definitions: readonly Definition[], report: Report): Definition[] {
  const spans = {
    always: new Map<string, Span>(),
    train: new Map<string, Span>(),
    infer: new Map<string, Span>(),
    backward: new Map<string, Span>(),
  };
  const rivalsOf = {
    always: [spans.always, spans.train, spans.infer, spans.backward],
    train: [spans.always, spans.train, spans.backward],
    infer: [spans.always, spans.infer],
    backward: [spans.always, spans.train, spans.backward],
  };
  return definitions.filter((one) => {
    const { text, span } = one.decl.name;
    const where = one.kind === "equation" && one.block !== null ? one.block : "always";
    const first = rivalsOf[where].map((known) => known.get(text)).find((known) => known !== undefined);
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
    const meaning = reservedMeaning(text);
    if (meaning !== undefined) {
      const message = `\`${text}\` is reserved: it is ${meaning}`;
      report(diagnostic("N208", message, span, { note: "choose another name" }));
    }
    return true;
  });
}
