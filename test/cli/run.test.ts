import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openAnyDevice } from "../support/device.ts";
import { type Ended, normc, temporaryFolder } from "./normc.ts";

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

const device = await openAnyDevice();
await device?.close();
const backends = device === undefined ? ["oracle", "wasm"] : ["oracle", "wasm", "webgpu"];

const x = { dims: [1, 4, 2], data: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8] };

interface Output {
  readonly backend: string;
  readonly adapter: string;
  readonly name?: string;
  readonly outputs?: Record<string, { dims: number[]; data: (number | string)[] }>;
  readonly error?: { code: string; message: string };
}

async function run(
  spec: string,
  feeds: unknown,
  options: readonly string[] = ["--backend", "oracle"],
): Promise<Ended & { readonly json: Output & readonly Output[] }> {
  const path = join(folder.path, "feeds.json");
  writeFileSync(path, typeof feeds === "string" ? feeds : JSON.stringify(feeds));
  const done = await normc(["run", spec, "--feeds", path, ...options]);
  return {
    ...done,
    json: (done.out === "" ? undefined : JSON.parse(done.out)) as Output & readonly Output[],
  };
}

function expectClose(data: readonly (number | string)[] | undefined, expected: readonly number[]): void {
  expect(data).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(data?.[i]).toBeCloseTo(value, 5);
}

describe.each(backends)("on %s", (backend) => {
  const on = ["--backend", backend];

  test("one case gives one result, params from the command line and from the case", async () => {
    const feeds = { feeds: { x, gamma: { dims: [4], data: [1, 1, 1, 1] } }, set: { G: 2 } };
    const { code, json } = await run("GroupNorm", feeds, [...on, "--set", "G=4,eps=1e-3"]);
    expect(code).toBe(0);
    expect(json.backend).toBe(backend);
    expect(json.outputs?.y?.dims).toEqual([1, 4, 2]);
    const row = [-1.2909944, -0.4303315, 0.4303315, 1.2909944];
    expectClose(json.outputs?.y?.data, [...row, ...row]);
  });

  test("of several cases the wrong one has an error and the others run", async () => {
    const cases = [
      { feeds: { x }, set: { G: 2 }, name: "good" },
      { feeds: { x: { ...x, dims: [1, 4, 3] } }, set: { G: 2 } },
      { feeds: { x }, set: { G: 3 }, name: "odd" },
      { feeds: { x: { dims: [1], data: ["one"] } } },
      "no case",
      { feeds: { x, y: x }, set: { G: 2 } },
      { feeds: { x: { dims: [0, 4, 2], data: [] } }, set: { G: 2 } },
    ];
    const { code, err, json } = await run("GroupNorm", cases, on);
    expect(code).toBe(1);
    expect(json.map((one) => one.error?.code ?? "done")).toEqual([
      "done",
      "N506",
      "N504",
      "N512",
      "N512",
      "N501",
      "done",
    ]);
    expect(json[0]?.name).toBe("good");
    expect(json[3]?.error?.message).toBe(
      'feeds.x.data[0]: expected a number, "Infinity", "-Infinity" or "NaN", given "one"',
    );
    expect(json[6]?.outputs).toEqual({ y: { dims: [0, 4, 2], data: [] } });
    expect(err).toContain("error[N504]: case 2 (odd): axis C = G * K");
  });

  test("training gives the new states, inference is the default", async () => {
    const feeds = { feeds: { x: { dims: [2, 1], data: [1, 3] } } };
    const train = await run("BatchNorm", feeds, [...on, "--mode", "train"]);
    expect(Object.keys(train.json.outputs ?? {}).sort()).toEqual(["running_mean", "running_var", "y"]);
    expectClose(train.json.outputs?.running_mean?.data, [0.2]);
    const infer = await run("BatchNorm", feeds, on);
    expect(Object.keys(infer.json.outputs ?? {})).toEqual(["y"]);
    expectClose(
      infer.json.outputs?.y?.data,
      [1, 3].map((one) => one / Math.sqrt(1 + 1e-5)),
    );
    const [own, wrong] = (
      await run(
        "BatchNorm",
        [
          { ...feeds, mode: "train" },
          { ...feeds, mode: "test" },
        ],
        on,
      )
    ).json;
    expect(Object.keys(own?.outputs ?? {})).toHaveLength(3);
    expect(wrong?.error?.code).toBe("N511");
  });

  test("special numbers are strings", async () => {
    const feeds = { feeds: { x: { dims: [2, 2], data: ["Infinity", 1, "NaN", -0] } } };
    writeFileSync(
      join(folder.path, "same.norm"),
      "norm Same {\n  axes N, D\n  input x[N, D]\n  y = x * 1\n  output y\n}\n",
    );
    const { json } = await run(join(folder.path, "same.norm"), feeds, on);
    expect(json.outputs?.y?.data).toEqual(["Infinity", 1, "NaN", expect.any(Number)]);
  });
});

test("--out is written as a whole and nothing goes to standard output", async () => {
  const out = join(folder.path, "out.json");
  const done = await run("softmax", [], ["--backend", "oracle", "--out", out]);
  expect(done).toMatchObject({ code: 0, out: "" });
  expect(readFileSync(out, "utf8")).toBe("[]\n");
  expect(readdirSync(folder.path).filter((one) => one.endsWith(".tmp"))).toEqual([]);
  const nowhere = await run(
    "softmax",
    [],
    ["--backend", "oracle", "--out", join(folder.path, "no/where.json")],
  );
  expect(nowhere.code).toBe(1);
  expect(nowhere.err).toContain("cannot write");
});

test("what is no JSON is shown at its place", async () => {
  const { code, out, err } = await run("softmax", '{\n  "feeds": }');
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toContain("error[N512]");
  expect(err).toContain("feeds.json:2:12");
});

test("the oracle is fed what a device would be", async () => {
  const feeds = { feeds: { x: { dims: [1, 1], data: [0.1] } } };
  const path = join(folder.path, "same.norm");
  expect((await run(path, feeds)).json.outputs?.y?.data).toEqual([Math.fround(0.1)]);
  const half = await run(path, feeds, ["--backend", "oracle", "--dtype", "f16"]);
  expect(half.json.outputs?.y?.data).toEqual([0.0999755859375]);
});

// `--adapter gpu` is what a machine with a GPU cannot miss.
test.skipIf(device?.kind === "gpu")("without any such device the exit code is 3", async () => {
  const { code, err } = await run("softmax", [], ["--backend", "webgpu", "--adapter", "gpu"]);
  expect(err).toContain("no WebGPU device");
  expect(code).toBe(3);
});
