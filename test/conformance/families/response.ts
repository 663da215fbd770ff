import type { Case } from "../read.ts";
import { axisNames, bind, type Plan, SpecText, same, shipped, xOf } from "../spec.ts";

/** Of an even window ONNX has one more channel after, PyTorch one more before. The shipped norm has ONNX's window. */
export function localResponseNorm(c: Case): Plan {
  const { axes, channel_axis, window = [0, 0], size = 1, alpha = 1, beta = 1, bias = 1 } = c.canonical;
  const isDivided = c.canonical.alpha_divided_by_size === true;
  const isCentred = same(window, [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)]);
  const set = { size, alpha, beta, k: bias };
  if (channel_axis === 1 && isCentred && isDivided) {
    const spec = shipped("local_response_norm", "LocalResponseNorm");
    return { spec, set, inputs: bind(c, { x: "x" }), outputs: { y: "y" } };
  }
  const over = axes ?? (typeof channel_axis === "number" ? [channel_axis] : []);
  const text = new SpecText(xOf(c).dims).param("alpha", alpha).param("beta", beta).param("k", bias);
  if (isDivided) text.param("size", size);
  const [before, after] = window;
  return text
    .line(
      over.length === 0
        ? "squares = x^2"
        : `squares = sum(x^2 over ${axisNames(over).join(", ")}; before = ${before}, after = ${after})`,
      `y = x / (k + alpha ${isDivided ? "/ size " : ""}* squares)^beta`,
    )
    .output("y")
    .plan();
}
