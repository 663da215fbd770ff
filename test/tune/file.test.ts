/** Tuning files: read back as they were, merged, and never believed. */
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { compileGraph } from "../../src/compile/passes.ts";
import { resolveDtypes } from "../../src/runtime/shapes/element-types.ts";
import { chooseVariant, resolveShapes } from "../../src/runtime/webgpu/index.ts";
import { parseShard, shardOf } from "../../src/tools/workbench/shard.ts";
import { chooserOf } from "../../src/tuning/file/choices.ts";
import {
  emptyTuning,
  mergeTuning,
  parseTuning,
  printTuning,
  type TuningResult,
  withResult,
} from "../../src/tuning/file/tuning-file.ts";
import { type AdapterFacts, bucketOf, programHash, sameAdapter } from "../../src/tuning/file/tuning-key.ts";
import { graphOf } from "../support/library.ts";

const facts: AdapterFacts = {
  vendor: "acme",
  architecture: "fast",
  device: "",
  driver: "",
  features: ["subgroups"],
  subgroups: [32, 32],
};
const choice = {
  lanes: 8,
  rows: 4,
  subgroup: 8,
  together: 4,
  columns: false,
  residency: "reload",
  parts: 1,
  chunks: 1,
} as const;
const result: TuningResult = {
  choices: new Map([["y", choice]]),
  at: "N=4 D=8",
  ms: 1,
  defaultMs: 2,
  copyMs: 1,
  measured: 10,
  space: 100,
};
const program = { name: "LayerNorm", hash: "1234", compiler: "0.1.0" };
const file = withResult(emptyTuning, facts, program, "f32 N<=4 D<=8 by 4", result);

describe("a tuning file", () => {
  it("is read back as it was, with a line for a result", () => {
    const text = printTuning(file);
    expect(parseTuning(text)).toEqual(file);
    expect(text.split("\n").filter((line) => line.includes('"choices"'))).toHaveLength(1);
  });

  it("is as its schema says", () => {
    const schema = JSON.parse(
      readFileSync(new URL("../../docs/tuning.schema.json", import.meta.url), "utf8"),
    );
    const valid = new Ajv2020().compile(schema);
    expect(valid(JSON.parse(printTuning(file))), JSON.stringify(valid.errors)).toBe(true);
    expect(valid({ version: 2, adapters: {} })).toBe(false);
  });

  it("does not depend on the order in which parts are joined", () => {
    const other = withResult(
      emptyTuning,
      { ...facts, vendor: "other" },
      program,
      "f32 N<=8 D<=8 by 4",
      result,
    );
    const more = withResult(emptyTuning, facts, program, "f32 N<=8 D<=8 by 4", result);
    const joined = [file, other, more].reduce(mergeTuning);
    expect(printTuning([more, file, other].reduce(mergeTuning))).toBe(printTuning(joined));
    expect(joined.adapters.size).toBe(2);
  });

  it("drops what was measured of another version of a program", () => {
    const later = withResult(file, facts, { ...program, hash: "5678" }, "f32 N<=8 D<=8 by 4", result);
    const [adapter] = later.adapters.values();
    expect([...adapter!.programs.get("LayerNorm")!.results.keys()]).toEqual(["f32 N<=8 D<=8 by 4"]);
  });

  it.each([
    ["[]", /expected an object/],
    ["{", /no JSON/],
    ['{"version": 9, "adapters": {}}', /version: expected 1, given 9/],
    [printTuning(file).replace('"lanes": 8', '"lanes": -8'), /y\.lanes: expected a whole number from 1/],
    [printTuning(file).replace('"lanes": 8', '"lanes": "8"'), /y\.lanes/],
    [printTuning(file).replace('"lanes": 8', '"wgsl": "x", "lanes": 8'), /there is no "wgsl"/],
    [printTuning(file).replace('"ms": 1', '"ms": 0'), /ms: expected a number above 0/],
    [printTuning(file).replace('"together": 4', '"residency": "disk"'), /residency: expected one of/],
  ])("is refused where it is none: %#", (text, reason) => {
    expect(() => parseTuning(text)).toThrow(reason);
  });

  it("decides only among what can be had", () => {
    const work = {
      rowSteps: 2,
      rowCount: 3,
      across: false,
      reduces: true,
      held: 0,
      together: 1,
      split: false,
      chunkRows: 0,
    };
    const traits = { subgroup: 4, software: true };
    const limits = {
      maxComputeInvocationsPerWorkgroup: 256,
      maxComputeWorkgroupSizeX: 256,
      maxComputeWorkgroupStorageSize: 16384,
    };
    const choose = chooserOf(new Map([["y", { ...choice, lanes: 4096 }]]));
    expect(choose(work, traits, limits, "y")).toEqual(chooseVariant(work, traits, limits));
    const legal = chooserOf(new Map([["y", { ...choice, lanes: 2, subgroup: 2, together: 1 }]]));
    expect(legal(work, traits, limits, "y")).toMatchObject({ lanes: 2, rows: 4, reason: "tuned" });
    expect(legal(work, traits, limits, "other").reason).not.toBe("tuned");
  });
});

describe("what a result is filed under", () => {
  it("tells programs apart", async () => {
    const compiled = compileGraph(graphOf("LayerNorm")).program;
    expect(await programHash(compileGraph(graphOf("RMSNorm")).program)).not.toBe(await programHash(compiled));
  });

  it("is a bucket of extents, apart where fours cannot be taken", () => {
    const { program } = compileGraph(graphOf("LayerNorm"));
    const bucket = (dims: readonly number[], dtype: "f32" | "f16" = "f32"): string =>
      bucketOf(program, resolveShapes(program, { x: dims }), resolveDtypes(program, dtype));
    expect(bucket([4, 1000, 768])).toBe("f32 N<=4096 D<=1024 by 4");
    expect(bucket([4096, 1024])).toBe("f32 N<=4096 D<=1024 by 4");
    expect(bucket([4096, 767])).toBe("f32 N<=4096 D<=1024 by 1");
    expect(bucket([4096, 768], "f16")).toBe("f16 N<=4096 D<=1024 by 4");
  });

  it("compares device and driver only where both are told", () => {
    expect(sameAdapter(facts, { ...facts, driver: "1.2" })).toBe(true);
    expect(sameAdapter({ ...facts, driver: "1.1" }, { ...facts, driver: "1.2" })).toBe(false);
    expect(sameAdapter(facts, { ...facts, architecture: "slow" })).toBe(false);
    expect(sameAdapter(facts, { ...facts, features: [] })).toBe(false);
  });
});

describe("a shard", () => {
  it("is counted from 1", () => {
    expect(parseShard("2/8")).toEqual({ index: 2, count: 8 });
    for (const text of ["0/8", "9/8", "2", "a/b", "1/0"]) expect(parseShard(text)).toBeUndefined();
  });

  it("takes its part whatever the order, and all take all of it", () => {
    const work = ["e", "a", "d", "c", "b"];
    const parts = [1, 2, 3].map((index) => shardOf(work, (one) => one, { index, count: 3 }));
    expect(parts.flat().sort()).toEqual([...work].sort());
    expect(shardOf([...work].reverse(), (one) => one, { index: 2, count: 3 })).toEqual(parts[1]);
    expect(Math.max(...parts.map((one) => one.length))).toBe(2);
  });
});
