/** The compiler's worker: the language server, over a port, and what stands beside the spec. */
import { hasErrors } from "../../../src/language/diagnostics/diagnostic.ts";
import { programInterface } from "../../../src/targets/interface/program-interface.ts";
import { serveInPage } from "../../../src/tools/lsp/browser.ts";
import { libraryTexts } from "../library.ts";
import { answerCalls, Refusal } from "../workers/calls.ts";
import { fieldsOf } from "./fields.ts";
import { passViews } from "./pass-views.ts";
import type { Chosen, CompilerCalls, Outline } from "./protocol.ts";
import { type FoundNorm, findNorm, hasGradients, type KnownSpec, specReader } from "./spec.ts";
import { textsOf } from "./texts.ts";

const library = libraryTexts();
const reader = specReader(library);

function outlineOf(spec: KnownSpec, chosen: Chosen): Outline {
  const found = findNorm(spec, chosen);
  if (found === undefined) {
    const errors = spec.diagnostics.filter((one) => one.severity === "error").length;
    return { kind: "wrong", errors: hasErrors(spec.diagnostics) ? errors : 0 };
  }
  const { norm, forward, grad } = found;
  return {
    kind: "made",
    norms: spec.checked.norms.map(({ name, graphs }) => ({
      name,
      modes: graphs.flatMap((one) => one.mode ?? []),
      hasGradients: graphs.some(hasGradients),
    })),
    norm: norm.name,
    mode: forward.mode,
    grad,
    fields: fieldsOf(programInterface(forward)),
  };
}

function wanted(spec: KnownSpec, chosen: Chosen): FoundNorm {
  const found = findNorm(spec, chosen);
  if (found === undefined) throw new Refusal("the spec has a mistake");
  return found;
}

answerCalls<CompilerCalls>(self, {
  outline: (chosen) => outlineOf(reader.read(chosen.text), chosen),
  passes: (chosen) => {
    const spec = reader.read(chosen.text);
    return passViews(spec, wanted(spec, chosen));
  },
  text: ({ kind, chosen, sizes }) => {
    const spec = reader.read(chosen.text);
    return textsOf(kind, { spec, found: wanted(spec, chosen), sizes, readImport: reader.readImport });
  },
});

self.addEventListener("message", ({ data }) => {
  if (data instanceof MessagePort) serveInPage(data, library);
});
