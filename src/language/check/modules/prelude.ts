/**
 * The functions that every file can call, written in the language itself. To add an activation, add one line here and
 * one in `test/check/prelude.test.ts`. A function of the same name in a file hides it.
 *
 * `relu` is not just `max(v, 0)`: its gradient at 0 is 0 (as in PyTorch and JAX), while that of a maximum is one half.
 * If gamma starts as 0, every element is there.
 */
export const prelude = `
fn square(v) = v * v
fn clamp(v, low, high) = min(max(v, low), high)
fn lerp(a, b, t) = a + t * (b - a)

fn relu(v) = where(v == 0, 0, max(v, 0))
fn relu6(v) = clamp(v, 0, 6)
fn leaky_relu(v, slope) = where(v < 0, slope * v, v)
fn elu(v, alpha) = where(v < 0, alpha * expm1(v), v)
fn selu(v) = 1.0507009873554805 * elu(v, 1.6732632423543772)
fn celu(v, alpha) = max(v, 0) + min(0, alpha * expm1(v / alpha))
fn sigmoid(v) = 1 / (1 + exp(-v))
fn silu(v) = v * sigmoid(v)
fn gelu(v) = 0.5 * v * (1 + erf(v / sqrt(2)))
fn gelu_tanh(v) = 0.5 * v * (1 + tanh(0.7978845608028654 * (v + 0.044715 * v * v * v)))
fn softplus(v) = max(v, 0) + log1p(exp(-abs(v)))
fn softsign(v) = v / (1 + abs(v))
fn mish(v) = v * tanh(softplus(v))
fn hardsigmoid(v) = clamp(v / 6 + 0.5, 0, 1)
fn hardswish(v) = v * hardsigmoid(v)
fn hardtanh(v) = clamp(v, -1, 1)
`;
