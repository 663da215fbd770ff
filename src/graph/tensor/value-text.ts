/** A value in one line, as a person would write it: `sum(d_y * gamma over D)`. */
import type { Node } from "./graph.ts";

const signs: Readonly<Record<string, string>> = { add: "+", sub: "-", mul: "*", div: "/" };

/**
 * @param nameOf what stands for a value that has a name of its own.
 * @param depth operands nested deeper are left out.
 */
export function valueText(
  node: Node,
  nameOf: (node: Node) => string | undefined = () => undefined,
  depth = 5,
): string {
  const name = nameOf(node);
  if (name !== undefined) return name;
  const text = (one: Node): string => valueText(one, nameOf, depth - 1);
  switch (node.kind) {
    case "input":
      return node.tensor;
    case "param":
      return node.param;
    case "literal":
      return String(node.value);
    case "size":
      return `size(${node.over.join(", ")})`;
    case "index":
      return `index(${node.axis})`;
    case "reduce":
      if (depth === 0) return "…";
      return `${node.op}(${text(node.arg)} over ${node.over.join(", ")}${node.weight === undefined ? "" : `; weight = ${text(node.weight)}`})`;
    case "map": {
      const sign = signs[node.op];
      if (depth === 0) return "…";
      if (sign === undefined) return `${node.op}(${node.args.map(text).join(", ")})`;
      const isSum = (one: Node): boolean =>
        one.kind === "map" && one.op in signs && nameOf(one) === undefined;
      return node.args
        .map((one) => (isSum(one) && depth > 1 ? `(${text(one)})` : text(one)))
        .join(` ${sign} `);
    }
  }
}
