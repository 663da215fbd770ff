/**
 * A matrix product behind a norm: out[T, M] = norm(x)[T, D] · weights[D, M]. Once with the functions of the norm, which
 * normalize what the product loads, and once with the norm in front.
 */
import type { Inline } from "../src/runtime/webgpu/create-inline.ts";
import type { Norm } from "../src/runtime/webgpu/index.ts";

export interface Sizes {
  readonly t: number;
  readonly d: number;
  readonly m: number;
}

export interface Product {
  record(pass: GPUComputePassEncoder): void;
}

/** A workgroup has a tile of 32 rows and 64 columns; it goes over the inner axis in steps of 16. */
const rows = 32;
const columns = 64;

/**
 * @param top declarations of `row_of` and `load`.
 * @param type the type of what `row_of` returns.
 */
function productCode({ t, d, m }: Sizes, top: string, type: string): string {
  return `${top}
@group(0) @binding(0) var<storage, read> weights: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> result: array<vec4f>;
var<workgroup> tile: array<array<f32, 16>, ${rows}>;
@compute @workgroup_size(128) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = group.y * ${rows}u;
  let column = group.x * ${columns / 4}u + lane % 16u;
  let own = (lane / 16u) * 4u;
  // Each lane loads the same four rows in all steps.
  var kept: array<${type}, 4>;
  for (var j = 0u; j < 4u; j++) { kept[j] = row_of(min(first + lane / 16u + 8u * j, ${t - 1}u)); }
  var sum: array<vec4f, 4>;
  for (var k = 0u; k < ${d}u; k += 16u) {
    for (var j = 0u; j < 4u; j++) { tile[lane / 16u + 8u * j][lane % 16u] = load(kept[j], k + lane % 16u); }
    workgroupBarrier();
    for (var i = 0u; i < 16u; i++) {
      let w = weights[(k + i) * ${m / 4}u + column];
      for (var j = 0u; j < 4u; j++) { sum[j] += tile[own + j][i] * w; }
    }
    workgroupBarrier();
  }
  for (var j = 0u; j < 4u; j++) {
    if (first + own + j < ${t}u) { result[(first + own + j) * ${m / 4}u + column] = sum[j]; }
  }
}`;
}

/** @param sizes d is a multiple of 16, m one of 64. */
async function product(
  device: GPUDevice,
  sizes: Sizes,
  code: string,
  buffers: { readonly weights: GPUBuffer; readonly result: GPUBuffer },
  operands: {
    readonly layout: GPUBindGroupLayoutEntry[];
    readonly entries: GPUBindGroupEntry[];
  },
): Promise<Product> {
  const storage = (binding: number, type: GPUBufferBindingType) => ({
    binding,
    visibility: 4,
    buffer: { type },
  });
  const own = device.createBindGroupLayout({
    entries: [storage(0, "read-only-storage"), storage(1, "storage")],
  });
  const given = device.createBindGroupLayout({ entries: operands.layout });
  const pipeline = await device.createComputePipelineAsync({
    layout: device.createPipelineLayout({ bindGroupLayouts: [own, given] }),
    compute: { module: device.createShaderModule({ code }), entryPoint: "main" },
  });
  const entries = [buffers.weights, buffers.result].map((buffer, binding) => ({
    binding,
    resource: { buffer },
  }));
  const groups = [
    device.createBindGroup({ layout: own, entries }),
    device.createBindGroup({ layout: given, entries: operands.entries }),
  ];
  return {
    record(pass) {
      pass.setPipeline(pipeline);
      for (const [i, group] of groups.entries()) pass.setBindGroup(i, group);
      pass.dispatchWorkgroups(sizes.m / columns, Math.ceil(sizes.t / rows));
    },
  };
}

/** The product normalizes what it loads: a small dispatch for the statistics, then the product. */
export async function fusedProduct(
  device: GPUDevice,
  sizes: Sizes,
  inline: Inline<string, Norm | null>,
  buffers: Readonly<Record<string, GPUBuffer>> & { readonly weights: GPUBuffer; readonly result: GPUBuffer },
): Promise<Product> {
  const { row } = inline.functions.y!;
  const top = `${inline.enables.map((one) => `enable ${one};\n`).join("")}${inline.wgsl}
fn row_of(row: u32) -> ${row!.type} { return ${row!.make}(row); }
fn load(row: ${row!.type}, i: u32) -> f32 { return ${row!.at}(row, i); }`;
  const operands = { layout: inline.layout, entries: inline.bind(buffers) };
  const made = await product(device, sizes, productCode(sizes, top, row!.type), buffers, operands);
  const read = Object.keys(inline.statistics!.tensors).map((name) => [name, buffers[name]!]);
  return {
    record(pass) {
      inline.statistics!.encode(pass, Object.fromEntries(read));
      made.record(pass);
    },
  };
}

/** The norm, then the product of what it wrote. */
export async function separateProduct(
  device: GPUDevice,
  sizes: Sizes,
  norm: Norm,
  buffers: Readonly<Record<string, GPUBuffer>> & { readonly weights: GPUBuffer; readonly result: GPUBuffer },
): Promise<Product> {
  const top = `@group(1) @binding(0) var<storage, read> normalized: array<f32>;
fn row_of(row: u32) -> u32 { return row * ${sizes.d}u; }
fn load(row: u32, i: u32) -> f32 { return normalized[row + i]; }`;
  const y = norm.tensors.y!.createBuffer();
  const layout = [{ binding: 0, visibility: 4, buffer: { type: "read-only-storage" as const } }];
  const operands = { layout, entries: [{ binding: 0, resource: { buffer: y } }] };
  const made = await product(device, sizes, productCode(sizes, top, "u32"), buffers, operands);
  const read = Object.keys(norm.tensors).map((name) => [name, name === "y" ? y : buffers[name]!]);
  return {
    record(pass) {
      norm.encode(pass, Object.fromEntries(read));
      made.record(pass);
    },
  };
}
