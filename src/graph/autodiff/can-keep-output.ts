/** Whether the outputs of a norm can be kept in place of its inputs, and if not, why. */
import { type Graph, type MapNode, type Node, operands, type Result, reachable } from "../tensor/graph.ts";

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

/**
 * The tensor, without `input` itself, with which `input` is multiplied on its way into a value; undefined for none.
 * Above reductions alone: what a statistic is made of is no product with the output.
 */
function factorOf(value: Node, input: string): string | undefined {
  const read = new Map<Node, ReadonlySet<string>>();
  const found = new Map<Node, string | undefined>();
  for (const node of reachable([value])) {
    read.set(node, tensorsOf(node));
    found.set(node, node.kind === "map" ? factorIn(node) : undefined);
  }
  return found.get(value);

  function tensorsOf(node: Node): ReadonlySet<string> {
    if (node.kind === "input") return new Set([node.tensor]);
    const [first, ...rest] = operands(node).map((one) => read.get(one)!);
    const more = rest.filter((one) => [...one].some((name) => !first.has(name)));
    return more.length === 0 ? (first ?? new Set()) : new Set([first, ...more].flatMap((one) => [...one]));
  }

  function factorIn(node: MapNode): string | undefined {
    const reads = (one: Node): boolean => read.get(one)!.has(input);
    const along = node.args.filter(reads);
    if (along.length === 0) return undefined;
    if (node.op === "mul" || node.op === "div") {
      for (const other of node.args) {
        const [factor] = reads(other) ? [] : read.get(other)!;
        if (factor !== undefined) return factor;
      }
    }
    return along.map((one) => found.get(one)).find((one) => one !== undefined);
  }
}
