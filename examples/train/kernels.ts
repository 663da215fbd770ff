/** What a network needs besides its norms, by hand: products of matrices, and the step that descends. */

/** Records one dispatch. */
export type Dispatch = (pass: GPUComputePassEncoder) => void;

export interface Product {
  readonly rows: number;
  readonly columns: number;
  /** What is summed over. */
  readonly inner: number;
  /** From one row to the next of `a`, and along what is summed; of `b` along that, and from column to column. */
  readonly a: { readonly buffer: GPUBuffer; readonly row: number; readonly inner: number };
  readonly b: { readonly buffer: GPUBuffer; readonly inner: number; readonly column: number };
  readonly to: GPUBuffer;
  /** Whether the product is added to what is there. */
  readonly adds: boolean;
}

const head = `
override rows: u32;
override columns: u32;
override inner: u32;
override a_row: u32;
override a_inner: u32;
override b_inner: u32;
override b_column: u32;
@group(0) @binding(0) var<storage, read> a: array<f32>;
`;

/** An invocation an element; strides, so that any of the two can be a transpose. */
const singleCode = (adds: boolean): string => `${head}
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> to: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) at: vec3u) {
  if (at.x >= columns || at.y >= rows) { return; }
  var sum = 0.0;
  for (var k = 0u; k < inner; k++) { sum += a[at.y * a_row + k * a_inner] * b[k * b_inner + at.x * b_column]; }
  to[at.y * columns + at.x] ${adds ? "+=" : "="} sum;
}
`;

/** An invocation four rows of four columns that lie side by side: 16 products for 5 reads, not for 32. */
const blockCode = (adds: boolean): string => `${head}
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> to: array<vec4f>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) at: vec3u) {
  let first = at.y * 4u;
  if (at.x >= columns / 4u || first >= rows) { return; }
  // Beyond the last row the last one is computed again, and not written.
  let row = min(vec4u(first, first + 1u, first + 2u, first + 3u), vec4u(rows - 1u)) * a_row;
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  for (var k = 0u; k < inner; k++) {
    let four = b[k * (b_inner / 4u) + at.x];
    let i = k * a_inner;
    s0 += a[row.x + i] * four;
    s1 += a[row.y + i] * four;
    s2 += a[row.z + i] * four;
    s3 += a[row.w + i] * four;
  }
  let place = first * (columns / 4u) + at.x;
  to[place] ${adds ? "+=" : "="} s0;
${[1, 2, 3].map((i) => `  if (first + ${i}u < rows) { to[place + ${i}u * (columns / 4u)] ${adds ? "+=" : "="} s${i}; }`).join("\n")}
}
`;

export function product(device: GPUDevice, { rows, columns, inner, a, b, to, adds }: Product): Dispatch {
  const strides = { a_row: a.row, a_inner: a.inner, b_inner: b.inner, b_column: b.column };
  const blocks = columns % 4 === 0 && b.column === 1;
  const code = blocks ? blockCode(adds) : singleCode(adds);
  const [x, y] = blocks ? [columns / 4, Math.ceil(rows / 4)] : [columns, rows];
  const constants = { rows, columns, inner, ...strides };
  return dispatch(device, code, constants, [a.buffer, b.buffer, to], [Math.ceil(x / 8), Math.ceil(y / 8)]);
}

/** Gradients are added up over the parts of a batch, so that the step takes them back to zero. */
const stepCode = `
override length: u32;
override rate: f32;
@group(0) @binding(0) var<storage, read_write> value: array<f32>;
@group(0) @binding(1) var<storage, read_write> gradient: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3u) {
  if (at.x >= length) { return; }
  value[at.x] -= rate * gradient[at.x];
  gradient[at.x] = 0.0;
}
`;

export interface Parameter {
  readonly length: number;
  readonly value: GPUBuffer;
  readonly gradient: GPUBuffer;
}

/** Stochastic gradient descent, without more. */
export function descend(device: GPUDevice, { length, value, gradient }: Parameter, rate: number): Dispatch {
  return dispatch(device, stepCode, { length, rate }, [value, gradient], [Math.ceil(length / 64), 1]);
}

function dispatch(
  device: GPUDevice,
  code: string,
  constants: Record<string, number>,
  buffers: readonly GPUBuffer[],
  [x, y]: readonly [x: number, y: number],
): Dispatch {
  const module = device.createShaderModule({ code });
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module, constants } });
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  return (pass) => {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(x, y);
  };
}
