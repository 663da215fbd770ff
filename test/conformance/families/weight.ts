import type { Case } from "../read.ts";
import { axisNames, bind, input, type Plan, range, SpecText, same, shipped, xOf } from "../spec.ts";

/** Weight standardization in the forms of its paper, of BiT, of timm and of NFNets. */
export function weightStandardization(c: Case): Plan {
  const { axes = [], variance, epsilon_placement, const_scale } = c.canonical;
  const eps = c.canonical.epsilon ?? 1e-5;
  const { dims } = xOf(c);
  const gain = input(c, "gain");
  const rank = dims.length;
  const filtersFirst = same(axes, range(1, rank));
  const biased = variance === "biased";
  if (
    filtersFirst &&
    biased &&
    epsilon_placement === "inside_sqrt" &&
    gain === undefined &&
    const_scale === undefined
  ) {
    const spec = shipped("weight_standardization", "WeightStandardization");
    return { spec, set: { eps }, inputs: bind(c, { x: "w" }), outputs: { y: "y" } };
  }
  if (filtersFirst && biased && epsilon_placement === "max_fan_in" && gain?.dims.length === 1) {
    const spec = shipped("weight_standardization", "ScaledWeightStandardization");
    const set = { eps, scale: const_scale ?? 1 };
    return { spec, set, inputs: bind(c, { x: "w", gain: "gain" }), outputs: { y: "y" } };
  }
  const kept = range(0, rank).filter((axis) => !axes.includes(axis));
  const over = axisNames(axes).join(", ");
  const text = new SpecText(dims).param("eps", eps);
  if (const_scale !== undefined) text.param("scale", const_scale);
  text.tensor("affine", gain, { initial: 1, axes: gain?.dims.length === rank ? "trailing" : kept });
  text.line(`mu = mean(x over ${over})`);
  const scaled = `${gain ? " * gain" : ""}${const_scale === undefined ? "" : " * scale"}`;
  const needsSize = !biased || epsilon_placement === "max_fan_in";
  if (needsSize) text.line(`n = size(${over})`);
  text.line(`v = var(x over ${over})${biased ? "" : " * n / max(n - 1, 1)"}`);
  return text
    .line(`y = ${divided(c, epsilon_placement)}${scaled}`)
    .output("y")
    .plan();
}

function divided(c: Case, placement: string | undefined): string {
  switch (placement) {
    case "inside_sqrt":
      return "(x - mu) * rsqrt(v + eps)";
    case "outside_sqrt":
      return "(x - mu) / (sqrt(v) + eps)";
    case "max_fan_in":
      return "(x - mu) * rsqrt(max(v * n, eps))";
    default:
      throw new Error(`${c.id}: epsilon ${placement}`);
  }
}
