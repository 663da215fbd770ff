/** The element type that a declaration gives to a tensor: `label[N]: i32`. */
import { type IntegerType, integerRanges, isInteger } from "../../../program/integers.ts";
import { type DiagnosticDetails, diagnostic, type Report } from "../../diagnostics/diagnostic.ts";
import { suggestion } from "../../diagnostics/suggestion.ts";
import type { OutputDecl, TensorDecl, TensorRole } from "../../syntax/ast.ts";

/** Undefined if the build or the caller chooses between f32 and f16, "wrong" after a diagnostic. */
export function declaredDtype(
  { dtype, name }: Pick<TensorDecl | OutputDecl, "dtype" | "name">,
  role: TensorRole | "output",
  report: Report,
): IntegerType | "wrong" | undefined {
  if (dtype === undefined) return undefined;
  const { text, span } = dtype;
  const refuse = (message: string, details: DiagnosticDetails): "wrong" => {
    report(diagnostic("N412", message, span, details));
    return "wrong";
  };
  if (text === "f32" || text === "f16") {
    return refuse(`\`${text}\` is not for the spec to choose`, {
      note: "the build or the caller chooses between f32 and f16: leave the type out",
    });
  }
  const known = Object.keys(integerRanges);
  if (!isInteger(text)) return refuse(`unknown element type \`${text}\``, suggestion(text, known, span));
  if (role === "affine" || role === "state") {
    return refuse(`the ${role} \`${name.text}\` cannot be of integers`, {
      note: "only inputs and outputs can be",
    });
  }
  return text;
}
