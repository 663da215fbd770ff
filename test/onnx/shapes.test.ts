/** ONNX models, made here with the library that reads them: which spec each layer is, and why some are none. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs/light.js";
import { describe, expect, it } from "vitest";
import { mapLayers } from "../../src/tools/onnx/map.ts";
import { readModel } from "../../src/tools/onnx/read.ts";
import { onnxSchema } from "../../src/tools/onnx/schema.ts";
import { normc, temporaryFolder } from "../cli/normc.ts";

type Dims = readonly (number | string)[];
type Value = number | string | readonly number[];
interface Layer {
  readonly op: string;
  readonly shape?: Dims;
  readonly set?: Readonly<Record<string, Value>>;
  readonly floats?: Readonly<Record<string, number>>;
  readonly domain?: string;
  readonly more?: readonly string[];
  readonly type?: number;
}

const type = protobuf.Root.fromJSON(onnxSchema).lookupType("onnx.ModelProto");

/** A model of layers side by side, each with an input of its own. */
function modelOf(layers: readonly Layer[], opset = 23): Uint8Array {
  const attribute = (name: string, value: Value) =>
    typeof value === "number" ? { name, type: 2, i: value } : { name, type: 7, ints: value };
  return type
    .encode(
      type.fromObject({
        irVersion: 10,
        opsetImport: [
          { domain: "", version: opset },
          { domain: "com.microsoft", version: 1 },
        ],
        graph: {
          name: "g",
          node: layers.map(({ op, set = {}, floats = {}, domain = "", more = [] }, i) => ({
            name: `n${i}`,
            opType: op,
            domain,
            input: [`x${i}`, ...more],
            output: [`y${i}`],
            attribute: [
              ...Object.entries(set).map(([name, value]) => attribute(name, value)),
              ...Object.entries(floats).map(([name, f]) => ({ name, type: 1, f })),
            ],
          })),
          input: layers.flatMap(({ shape, type: elemType = 1 }, i) =>
            shape === undefined
              ? []
              : [
                  {
                    name: `x${i}`,
                    type: {
                      tensorType: {
                        elemType,
                        shape: {
                          dim: shape.map((one) =>
                            typeof one === "number" ? { dimValue: one } : { dimParam: one },
                          ),
                        },
                      },
                    },
                  },
                ],
          ),
        },
      }),
    )
    .finish();
}

async function mapped(layer: Layer, opset = 23, open: Readonly<Record<string, number>> = {}) {
  const model = await readModel(modelOf([layer], opset));
  return mapLayers(model, new Map(Object.entries(open)))[0];
}

describe("a layer of a model", () => {
  it.each<[Layer, object]>([
    [
      { op: "LayerNormalization", shape: [2, 77, 768], floats: { epsilon: 1e-6 } },
      { norm: "LayerNorm", extents: { N: [2, 77], D: [768] }, params: { eps: 1e-6 } },
    ],
    [
      { op: "LayerNormalization", shape: [2, 8, 4, 4], set: { axis: 1 } },
      { norm: "LayerNorm", extents: { N: [2], D: [128] }, params: { eps: 1e-5 } },
    ],
    [
      { op: "BatchNormalization", shape: [8, 64, 56, 56], floats: { momentum: 0.99 } },
      {
        norm: "BatchNorm",
        mode: "infer",
        extents: { N: [8], C: [64], S: [56, 56] },
        params: { eps: 1e-5, momentum: 0.01 },
      },
    ],
    [
      { op: "BatchNormalization", shape: [8, 64], set: { training_mode: 1 } },
      { norm: "BatchNorm", mode: "train", extents: { N: [8], C: [64], S: [] } },
    ],
    [
      { op: "InstanceNormalization", shape: [1, 32, 9] },
      { norm: "InstanceNorm", extents: { N: [1], C: [32], S: [9] } },
    ],
    [
      { op: "GroupNormalization", shape: [2, 320, 64, 64], set: { num_groups: 32 } },
      { norm: "GroupNorm", params: { G: 32, eps: 1e-5 } },
    ],
    [
      {
        op: "GroupNorm",
        domain: "com.microsoft",
        shape: [2, 320, 8, 8],
        set: { groups: 32, channels_last: 0, activation: 1 },
      },
      { norm: "GroupNormSiLU", params: { G: 32, eps: 1e-5 } },
    ],
    [
      { op: "RMSNormalization", shape: [4, 64] },
      { norm: "RMSNorm", extents: { T: [4], D: [64] } },
    ],
    [
      { op: "SimplifiedLayerNormalization", shape: [4, 64], type: 10 },
      { norm: "RMSNorm", dtype: "f16" },
    ],
    [
      { op: "SkipLayerNormalization", domain: "com.microsoft", shape: [1, 4, 64] },
      { norm: "AddLayerNorm", extents: { T: [1, 4], D: [64] }, params: { eps: 1e-12 } },
    ],
    [
      { op: "SkipSimplifiedLayerNormalization", domain: "com.microsoft", shape: [4, 64] },
      { norm: "AddRMSNorm" },
    ],
    [{ op: "LpNormalization", shape: [4, 64], set: { p: 1 } }, { norm: "L1Norm" }],
    [
      { op: "MeanVarianceNormalization", shape: [2, 3, 4, 4] },
      { norm: "MeanVarianceNorm", extents: { N: [2], C: [3], S: [4, 4] } },
    ],
    [
      { op: "Softmax", shape: [2, 12, 77, 77] },
      { norm: "Softmax", extents: { N: [2, 12, 77], D: [77] } },
    ],
    [{ op: "LogSoftmax", shape: [2, 10], set: { axis: 1 } }, { norm: "LogSoftmax" }],
  ])("%o", async (layer, expected) => {
    expect(await mapped(layer)).toMatchObject(expected);
  });

  it("of an old softmax runs over all axes from one on", async () => {
    const old = await mapped({ op: "Softmax", shape: [2, 3, 4] }, 11);
    expect(old).toMatchObject({ norm: "Softmax", extents: { N: [2], D: [12] } });
  });

  it.each<[Layer, RegExp, number?]>([
    [{ op: "LayerNormalization" }, /shape of x0 is not in the file/],
    [{ op: "LayerNormalization", shape: ["batch", 8] }, /--dim batch=/],
    [{ op: "LayerNormalization", shape: [-1, 8, 64] }, /^no shape: a dimension of x0 is -1$/],
    [{ op: "LayerNormalization", shape: [0, 64] }, /no shape: a dimension of x0 is 0/],
    [{ op: "Softmax", shape: [2, 2 ** 62] }, /no shape: a dimension of x0 is 46116860184273/],
    [{ op: "InstanceNormalization", shape: [2, 3, 2 ** 31] }, /no shape: x0 would have 12884901888 elements/],
    [{ op: "Softmax", shape: [2, 3, 4], set: { axis: 1 } }, /axis 1, which is not the last/],
    [{ op: "GroupNorm", domain: "com.microsoft", shape: [2, 8, 8, 32], set: { groups: 4 } }, /channels last/],
    [{ op: "GroupNormalization", shape: [2, 32, 8], set: { num_groups: 4 } }, /before opset 21/, 18],
    [
      { op: "GroupNormalization", shape: [2, 32, 8], set: { num_groups: 5 } },
      /32 channels do not divide into 5 groups/,
    ],
    [{ op: "LpNormalization", shape: [2, 32], set: { p: 3 } }, /p is 3/],
    [{ op: "LayerNormalization", shape: [2, 32], type: 11 }, /type 11/],
    [{ op: "MeanVarianceNormalization", shape: [2, 3, 4, 4], set: { axes: [1] } }, /axes 1/],
    [{ op: "FancyNormalization", domain: "my.own", shape: [2] }, /no such norm/],
  ])("%o is listed with the reason why it is none", async (layer, reason, opset) => {
    expect(await mapped(layer, opset)).toMatchObject({ reason: expect.stringMatching(reason) });
  });

  it("with open dimensions takes those that are given", async () => {
    const layer = { op: "LayerNormalization", shape: ["batch", "length", 64] };
    expect(await mapped(layer, 17, { batch: 2, length: 5 })).toMatchObject({
      extents: { N: [2, 5], D: [64] },
    });
  });
});

describe("normc shapes", () => {
  it("lists equal layers once, as words for normc tune", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "model.onnx");
    const layer = { op: "LayerNormalization", shape: [2, 8, 64] };
    writeFileSync(
      path,
      modelOf([layer, layer, { op: "Relu", shape: [2] }, { op: "Softmax", shape: ["n", 8] }]),
    );
    const { code, out } = await normc(["shapes", path, "--dim", "n=4"]);
    expect(code).toBe(0);
    expect(out).toBe(
      "   2 x LayerNormalization: LayerNorm --shape N=2x8,D=64 --set eps=0.00001\n   1 x Softmax: Softmax --shape N=4,D=8\n",
    );
    const json = JSON.parse((await normc(["shapes", path, "--json"])).out);
    expect(json[1]).toMatchObject({ op: "Softmax", count: 1, reason: "--dim n=… is missing" });
  });

  it("goes on after a layer with an extent of -1, and so does normc tune", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "model.onnx");
    const op = "LayerNormalization";
    const nan = { op, shape: [2, 8], floats: { epsilon: Number.NaN } };
    writeFileSync(path, modelOf([{ op, shape: [-1, 8, 64] }, nan, { op, shape: [8, 64] }]));
    const { code, out } = await normc(["shapes", path]);
    expect(code).toBe(0);
    expect(out).toContain("1 x LayerNormalization (n0): no shape: a dimension of x0 is -1\n");
    expect(out).toContain("1 x LayerNormalization: LayerNorm --shape N=8,D=64");
    const tuned = await normc(["tune", "--model", path, "--out", "t.json", "--budget", "20ms"], folder.path);
    expect(tuned.err).toContain("not tuned: 1 x LayerNormalization (n0): no shape");
    expect(tuned.err).toMatch(/not tuned: LayerNorm N=2,D=8: N507: .*eps/);
    // 3 where there is no device.
    expect([0, 3]).toContain(tuned.code);
  });

  it("says that a file is no model", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "model.onnx");
    for (const bytes of ["", "no model", "\u0001\u0002\u00ff"]) {
      writeFileSync(path, bytes);
      const { code, err } = await normc(["shapes", path]);
      expect(code).toBe(1);
      expect(err).toMatch(/is not an ONNX model/);
      expect(err).not.toMatch(/\n\s+at /);
    }
  });
});
