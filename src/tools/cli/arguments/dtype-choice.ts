/** `--dtype f16` for all tensors of floats, or `--dtype x=f16,gamma=f32` for each by name; the others are then f32. */
import { gradientName } from "../../../graph/tensor/gradient-name.ts";
import type { Graph } from "../../../graph/tensor/graph.ts";
import type { FloatType, ProgramInterface } from "../../../program/program.ts";
import { CommandError } from "../terminal/failure.ts";

export type DtypeChoice = FloatType | Readonly<Record<string, FloatType>>;

/** @throws CommandError 2 if it is neither an element type nor a list of tensors with theirs. */
export function parseDtype(text: string): DtypeChoice {
  if (isFloatType(text)) return text;
  const found = new Map<string, FloatType>();
  for (const one of text.split(",")) {
    const [, name, type = ""] = /^\s*([A-Za-z_]\w*)\s*=\s*(\w+)\s*$/.exec(one) ?? [];
    if (name === undefined || !isFloatType(type)) {
      throw new CommandError(
        2,
        `--dtype: expected f32, f16 or TENSOR=TYPE,…, such as x=f16, given \`${one.trim()}\``,
      );
    }
    if (found.has(name)) throw new CommandError(2, `--dtype: ${name} is given twice`);
    found.set(name, type);
  }
  return Object.fromEntries(found);
}

function isFloatType(text: string): text is FloatType {
  return text === "f32" || text === "f16";
}

/**
 * Refuses a name that none of the norm's tensors has.
 * @param grad whether gradients count: `d_x=f16`.
 */
export function refuseUnknownTensors(choice: DtypeChoice, { norm, tensors }: Graph, grad: boolean): void {
  if (typeof choice === "string") return;
  const own = tensors.map((one) => one.name);
  const known = [...own, ...(grad ? own.map(gradientName) : [])];
  for (const name of Object.keys(choice)) {
    if (known.includes(name)) continue;
    throw new CommandError(2, `--dtype: ${norm} has no tensor ${name}: it has ${own.join(", ")}`);
  }
}

/** The choice for one program: another one of the norm has the other tensors. */
export function dtypeFor(choice: DtypeChoice, { tensors }: Pick<ProgramInterface, "tensors">): DtypeChoice {
  if (typeof choice === "string") return choice;
  const names = new Set(tensors.filter((one) => one.role !== "scratch").map((one) => one.name));
  return Object.fromEntries(Object.entries(choice).filter(([name]) => names.has(name)));
}

export function dtypeText(choice: DtypeChoice): string {
  if (typeof choice === "string") return choice;
  return Object.entries(choice)
    .map(([name, type]) => `${name}=${type}`)
    .join(",");
}
