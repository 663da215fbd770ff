/**
 * The functions that every file can call, written in the language itself. To add an activation, add one line here and
 * one in `test/check/prelude.test.ts`. A function of the same name in a file hides it.
 *
 * Their gradients at a kink are PyTorch's (`docs/language.md` has the table, `test/autodiff/kinks.test.ts` each value).
 * They are those of the branch of `where` that is taken there, so `relu` is not just `max(v, 0)`: the gradient of a
 * maximum is one half at a tie. If gamma starts as 0, every element is there. `max` and `clamp` around the kinks let a
 * NaN through; comparisons alone may not.
 */
export const prelude = `
fn square(v) = v * v
fn lerp(a, b, t) = a + t * (b - a)
fn stop_gradient(v) = with_gradient_of(v, 0)

fn relu(v) = where(v == 0, 0, max(v, 0))
fn relu6(v) = where(v == 0, 0, where(v == 6, 6, clamp(v, 0, 6)))
fn leaky_relu(v, slope) = where(v > 0, v, slope * v)
fn elu(v, alpha) = where(v > 0, v, alpha * expm1(v))
fn selu(v) = 1.0507009873554805 * elu(v, 1.6732632423543772)
fn celu(v, alpha) = max(v, 0) + min(0, alpha * expm1(v / alpha))
fn sigmoid(v) = 1 / (1 + exp(-v))
fn silu(v) = v * sigmoid(v)
fn gelu(v) = 0.5 * v * (1 + erf(v / sqrt(2)))
fn gelu_tanh(v) = 0.5 * v * (1 + tanh(0.7978845608028654 * (v + 0.044715 * v * v * v)))
fn softplus(v) = max(v, 0) + log1p(exp(-abs(v)))
fn softsign(v) = v / (1 + abs(v))
fn mish(v) = v * tanh(softplus(v))
fn hardsigmoid(v) = where(v == -3, 0, where(v == 3, 1, (clamp(v, -3, 3) + 3) / 6))
fn hardswish(v) = v * hardsigmoid(v)
fn hardtanh(v) = where(v == -1, -1, where(v == 1, 1, clamp(v, -1, 1)))
`;
