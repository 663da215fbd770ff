/**
 * Finds normalizations that a model writes out in parts, as exporters do where the framework's layer is a function:
 *
 *     ReduceMean → Sub → Pow 2 → ReduceMean → Add eps → Sqrt → Div          a layer norm
 *     Pow 2 → ReduceMean → Add eps → Sqrt → Reciprocal → Mul                an RMS norm
 *
 * The root is where they are recognized: under it is a variance or a mean of squares, and the data are divided by it.
 */
import type { WrittenNorm } from "./map.ts";
import type { OnnxModel, OnnxNode } from "./read.ts";

export interface WrittenOut extends WrittenNorm {
  /** Whether the variance is E[x²] − E[x]². */
  readonly cancels: boolean;
  readonly input: string;
  readonly output: string;
  /** Its nodes, in the order of the model. */
  readonly nodes: readonly OnnxNode[];
}

/** A root of a mean of squares that is no norm that can be read. */
export interface Unread {
  readonly nodes: readonly OnnxNode[];
  readonly reason: string;
}

export function findWrittenOut(model: OnnxModel): readonly (WrittenOut | Unread)[] {
  const makers = new Map(model.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const graph: Graph = { model, maker: (name) => makers.get(name) };
  return model.nodes.filter((node) => isRoot(graph, node)).flatMap((root) => readNorm(graph, root) ?? []);
}

interface Graph {
  readonly model: OnnxModel;
  /** The node that computes a tensor. */
  readonly maker: (name: string) => OnnxNode | undefined;
}

/** Some statistic of a tensor, and the nodes that compute it. */
interface Statistic extends Pick<WrittenNorm, "kind" | "axes"> {
  readonly of: string;
  readonly cancels: boolean;
  /** What has lost its mean already: the difference, or nothing for an RMS. */
  readonly centred: string | undefined;
  readonly nodes: readonly OnnxNode[];
}

function readNorm(graph: Graph, root: OnnxNode): WrittenOut | Unread | undefined {
  const under = graph.maker(root.inputs[0] ?? "");
  const added = under?.op === "Add" ? splitConstant(graph, under) : undefined;
  const statistic = statisticOf(graph, added?.other ?? root.inputs[0] ?? "");
  if (statistic === undefined) return undefined;
  const parts = [...statistic.nodes, ...(added === undefined || under === undefined ? [] : [under]), root];
  const quotient = quotientBy(graph, root.outputs[0] ?? "");
  if (quotient === undefined) return { nodes: parts, reason: "nothing is divided by its root alone" };
  const { numerator, nodes: last } = quotient;
  const numeratorNode = graph.maker(numerator);
  const mean = numeratorNode && meanTakenOff(graph, numeratorNode);
  const isData = statistic.kind === "rms" && numerator === statistic.of;
  const isCentred =
    statistic.kind === "standardize" &&
    (numerator === statistic.centred || mean?.of === statistic.of) &&
    numeratorNode !== undefined;
  if (!isData && !isCentred) return { nodes: parts, reason: "what is divided by its root is not its data" };
  const all = new Set([...parts, ...last, ...(isCentred ? [numeratorNode] : []), ...(mean?.nodes ?? [])]);
  return {
    ...{ kind: statistic.kind, axes: statistic.axes, cancels: statistic.cancels, eps: added?.value ?? 0 },
    input: statistic.of,
    output: last.at(-1)?.outputs[0] ?? "",
    nodes: graph.model.nodes.filter((one) => all.has(one)),
  };
}

function isRoot({ model }: Graph, { op, inputs: [, power = ""] }: OnnxNode): boolean {
  return op === "Sqrt" || (op === "Pow" && model.constants.get(power)?.[0] === 0.5);
}

/** A variance or a mean of squares. */
function statisticOf(graph: Graph, name: string): Statistic | undefined {
  const node = graph.maker(name);
  if (node === undefined) return undefined;
  if (node.op === "Sub") return differenceOfMeans(graph, node);
  const reduced = meanOf(graph, node);
  const square = reduced && squareOf(graph, reduced.of);
  if (reduced === undefined || square === undefined) return undefined;
  const centred = graph.maker(square.of);
  const mean = centred && meanTakenOff(graph, centred);
  const nodes = [square.node, node];
  const { axes } = reduced;
  if (centred !== undefined && mean !== undefined && String(mean.axes) === String(axes)) {
    const all = [...mean.nodes, centred, ...nodes];
    return { kind: "standardize", axes, of: mean.of, cancels: false, centred: square.of, nodes: all };
  }
  return { kind: "rms", axes, of: square.of, cancels: false, centred: undefined, nodes };
}

/** E[x²] − E[x]². */
function differenceOfMeans(graph: Graph, node: OnnxNode): Statistic | undefined {
  const [first = "", second = ""] = node.inputs;
  const of = graph.maker(first);
  const squares = of && meanOf(graph, of);
  const square = squares && squareOf(graph, squares.of);
  const mean = squareOf(graph, second);
  const meanNode = mean && graph.maker(mean.of);
  const own = meanNode && meanOf(graph, meanNode);
  if (!of || !square || !mean || !meanNode || !own || own.of !== square.of) return undefined;
  const nodes = [square.node, of, meanNode, mean.node, node];
  return { kind: "standardize", axes: own.axes, of: own.of, cancels: true, centred: undefined, nodes };
}

/** x − mean(x): the data, the axes, and the node of the mean. */
function meanTakenOff(graph: Graph, node: OnnxNode) {
  const [x = "", taken = ""] = node.inputs;
  const maker = node.op === "Sub" ? graph.maker(taken) : undefined;
  const mean = maker && meanOf(graph, maker);
  return maker !== undefined && mean?.of === x ? { ...mean, nodes: [maker] } : undefined;
}

function meanOf({ model }: Graph, { op, inputs: [of = "", axes = ""], attributes }: OnnxNode) {
  if (op !== "ReduceMean") return undefined;
  const own = attributes.get("axes") ?? model.constants.get(axes);
  // Without axes it would be a mean over all of them, and with axes that are computed, over nobody knows which.
  return Array.isArray(own) && own.length > 0 ? { of, axes: own as readonly number[] } : undefined;
}

function squareOf(graph: Graph, name: string): { of: string; node: OnnxNode } | undefined {
  const node = graph.maker(name);
  const [of = "", power = ""] = node?.inputs ?? [];
  const isSquare =
    (node?.op === "Pow" && graph.model.constants.get(power)?.[0] === 2) ||
    (node?.op === "Mul" && of === power);
  return node !== undefined && isSquare ? { of, node } : undefined;
}

/** a + constant, in either order. */
function splitConstant({ model }: Graph, { inputs: [a = "", b = ""] }: OnnxNode) {
  for (const [other, constant] of [
    [a, b],
    [b, a],
  ] as const) {
    const [value, ...more] = model.constants.get(constant) ?? [];
    if (value !== undefined && more.length === 0) return { other, value };
  }
  return undefined;
}

/** What is divided by a root, or multiplied by one over it. */
function quotientBy({ model }: Graph, root: string) {
  const users = model.nodes.filter((one) => one.inputs.includes(root));
  const [user] = users;
  if (user === undefined || users.length > 1) return undefined;
  const [a = "", b = ""] = user.inputs;
  if (user.op === "Div" && b === root && model.constants.get(a)?.[0] !== 1)
    return { numerator: a, nodes: [user] };
  if (user.op !== "Reciprocal" && user.op !== "Div") return undefined;
  const inverse = user.outputs[0] ?? "";
  const [product] = model.nodes.filter((one) => one.op === "Mul" && one.inputs.includes(inverse));
  const numerator = product?.inputs.find((one) => one !== inverse);
  return product === undefined || numerator === undefined ? undefined : { numerator, nodes: [user, product] };
}
