/** The norms that the page offers: each a spec of the library, and the two modules made of it. */

import { BatchNorm as GatherBatchNorm } from "../../generated/batch_norm.gpujs.ts";
import { BatchNorm } from "../../generated/batch_norm.ts";
import { GroupNorm as GatherGroupNorm } from "../../generated/group_norm.gpujs.ts";
import { GroupNorm } from "../../generated/group_norm.ts";
import { InstanceNorm as GatherInstanceNorm } from "../../generated/instance_norm.gpujs.ts";
import { InstanceNorm } from "../../generated/instance_norm.ts";
import { LayerNorm as GatherLayerNorm } from "../../generated/layer_norm.gpujs.ts";
import { LayerNorm } from "../../generated/layer_norm.ts";
import { RMSNorm as GatherRMSNorm } from "../../generated/rms_norm.gpujs.ts";
import { RMSNorm } from "../../generated/rms_norm.ts";
import { Softmax as GatherSoftmax } from "../../generated/softmax.gpujs.ts";
import { Softmax } from "../../generated/softmax.ts";
import batchNorm from "../../library/batch_norm.norm";
import groupNorm from "../../library/group_norm.norm";
import instanceNorm from "../../library/instance_norm.norm";
import layerNorm from "../../library/layer_norm.norm";
import rmsNorm from "../../library/rms_norm.norm";
import softmaxSpec from "../../library/softmax.norm";
import type { GpuSettings } from "../../src/runtime/gpujs/index.ts";
import {
  channels,
  type Formula,
  groups,
  last,
  type Rows,
  rootMeanSquare,
  softmax,
  standardized,
} from "./reference.ts";

export interface Feeds {
  readonly x: Float32Array;
  readonly gamma?: Float32Array;
  readonly beta?: Float32Array;
}

/** What both runtimes give, as far as the page uses it. */
export interface Made {
  run(feeds: Feeds): Promise<{ readonly y: Float32Array }>;
  destroy(): unknown;
  /** The dispatches of WebGPU, the draws of WebGL2. */
  readonly dispatches?: readonly unknown[];
  readonly draws?: readonly string[];
}

export interface Shape {
  readonly dims: readonly number[];
  webgpu(device: GPUDevice): Promise<Made>;
  webgl2(gpu: GpuSettings): Promise<Made>;
}

export interface Choice {
  readonly name: string;
  /** The file that it is written in. */
  readonly text: string;
  readonly shapes: readonly Shape[];
  readonly rows: Rows;
  readonly formula: Formula;
  /** Which tensors scale and shift, and whether along the channels or the last axis. */
  readonly affine: readonly ("gamma" | "beta")[];
  readonly channel: boolean;
}

function shapes<Dims extends readonly number[]>(
  all: readonly Dims[],
  webgpu: (device: GPUDevice, dims: Dims) => Promise<Made>,
  webgl2: (gpu: GpuSettings, dims: Dims) => Promise<Made>,
): Shape[] {
  return all.map((dims) => ({
    dims,
    webgpu: (device) => webgpu(device, dims),
    webgl2: (gpu) => webgl2(gpu, dims),
  }));
}

type Rowed = readonly [number, number];
type Image = readonly [number, number, number, number];

const rowed: readonly Rowed[] = [
  [64, 768],
  [512, 768],
  [512, 4096],
  [16, 65536],
];
const images: readonly Image[] = [
  [1, 64, 16, 16],
  [2, 320, 32, 32],
  [1, 128, 128, 128],
  [1, 32, 256, 256],
];

const both = ["gamma", "beta"] as const;

export const choices: readonly Choice[] = [
  {
    name: "LayerNorm",
    text: layerNorm,
    shapes: shapes(
      rowed,
      (device, x) => LayerNorm.create(device, { x }),
      (gpu, x) => GatherLayerNorm.create(gpu, { x }),
    ),
    rows: last,
    formula: standardized(1e-5),
    affine: both,
    channel: false,
  },
  {
    name: "RMSNorm",
    text: rmsNorm,
    shapes: shapes(
      rowed,
      (device, x) => RMSNorm.create(device, { x }),
      (gpu, x) => GatherRMSNorm.create(gpu, { x }),
    ),
    rows: last,
    formula: rootMeanSquare(1e-6),
    affine: ["gamma"],
    channel: false,
  },
  {
    name: "GroupNorm",
    text: groupNorm,
    shapes: shapes(
      images,
      (device, x) => GroupNorm.create(device, { x, G: 32 }),
      (gpu, x) => GatherGroupNorm.create(gpu, { x, G: 32 }),
    ),
    rows: groups((c) => c / 32),
    formula: standardized(1e-5),
    affine: both,
    channel: true,
  },
  {
    name: "InstanceNorm",
    text: instanceNorm,
    shapes: shapes(
      images,
      (device, x) => InstanceNorm.create(device, { x }),
      (gpu, x) => GatherInstanceNorm.create(gpu, { x }),
    ),
    rows: groups(() => 1),
    formula: standardized(1e-5),
    affine: both,
    channel: true,
  },
  {
    name: "BatchNorm",
    text: batchNorm,
    shapes: shapes(
      [
        [8, 16, 16, 16],
        [16, 64, 32, 32],
        [32, 64, 56, 56],
      ] as readonly Image[],
      (device, x) => BatchNorm.create(device, { mode: "train", x }),
      (gpu, x) => GatherBatchNorm.create(gpu, { mode: "train", x }),
    ),
    rows: channels,
    formula: standardized(1e-5),
    affine: both,
    channel: true,
  },
  {
    name: "Softmax",
    text: softmaxSpec,
    shapes: shapes(
      rowed,
      (device, x) => Softmax.create(device, { x }),
      (gpu, x) => GatherSoftmax.create(gpu, { x }),
    ),
    rows: last,
    formula: softmax,
    affine: [],
    channel: false,
  },
];
