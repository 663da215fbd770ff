/** Decides whether the outputs of a norm can be kept in place of its inputs, and says why not. */
import { type Graph, type Node, operands, type Result, tensorsIn } from "../tensor/graph.ts";

/**
 * @param values the results of the norm.
 * @param read the tensors that the backward part reads when it has the outputs.
 * @returns undefined if it reads none of the inputs that an output is made of; otherwise the reason.
 */
export function whyNotOutput(
  { tensors }: Graph,
  values: readonly Result[],
  read: ReadonlySet<string>,
): string | undefined {
  const outputs = values.filter(({ tensor }) =>
    tensors.some((one) => one.name === tensor && one.role === "output"),
  );
  const inputs = tensors.filter((one) => one.role === "input" && read.has(one.name)).map(({ name }) => name);
  for (const input of inputs) {
    for (const { tensor, value } of outputs) {
      const factor = factorOf(value, input);
      if (factor !== undefined) {
        return `\`${tensor}\` is a product with \`${factor}\`, which can be zero: \`${input}\` cannot be computed from it`;
      }
    }
  }
  const names = outputs.map(({ tensor }) => `\`${tensor}\``).join(" and ");
  if (!outputs.some((one) => read.has(one.tensor))) return `no gradient is computed from ${names}`;
  return inputs.length === 0 ? undefined : `the gradients read \`${inputs[0]}\` itself, not only ${names}`;
}

/** The tensor, other than `input`, that `input` is multiplied by on its way into a value; undefined for none. */
function factorOf(value: Node, input: string): string | undefined {
  if (value.kind !== "map") return undefined;
  const args = operands(value);
  const [path, ...others] = [...args].sort((a, b) => Number(reads(b, input)) - Number(reads(a, input)));
  if (path === undefined || !reads(path, input)) return undefined;
  if (value.op === "mul" || value.op === "div") {
    for (const other of others) {
      const factor = [...tensorsIn([other])].find((one) => one !== input);
      if (factor !== undefined && !reads(other, input)) return factor;
    }
  }
  return args
    .map((one) => (reads(one, input) ? factorOf(one, input) : undefined))
    .find((one) => one !== undefined);
}

function reads(value: Node, tensor: string): boolean {
  return tensorsIn([value]).has(tensor);
}
