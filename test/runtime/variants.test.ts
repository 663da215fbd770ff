/** The rule for the default, and what is refused and why: as data, without a device. */
import { describe, expect, test } from "vitest";
import { chooseVariant, type Variant, type Work, whyIllegal } from "../../src/runtime/webgpu/index.ts";
import { laneARow } from "../support/variants.ts";

const limits = {
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupStorageSize: 16384,
};
const gpu = { subgroup: 32, software: false };
const software = { subgroup: 8, software: true };

/** A kernel like layer norm's, which has every kind of text. */
const work: Work = {
  rowSteps: 192,
  rowCount: 4096,
  across: false,
  reduces: true,
  held: 1,
  together: 4,
  split: true,
  chunkRows: 0,
};

describe("the default", () => {
  test.each<[string, typeof gpu, Partial<Work>, Partial<Variant>]>([
    ["elementwise", gpu, { rowSteps: 1 }, { lanes: 1, rows: 256 }],
    ["no rows", gpu, { rowSteps: 0, rowCount: 3 }, { lanes: 1, rows: 4 }],
    ["short rows", gpu, { rowSteps: 8 }, { lanes: 8, rows: 16, subgroup: 8, residency: "registers" }],
    ["rows of a few steps a lane", gpu, { rowSteps: 128 }, { lanes: 32, rows: 4, residency: "registers" }],
    ["middling rows", gpu, { rowSteps: 1024 }, { lanes: 256, rows: 1, residency: "registers" }],
    ["long rows", gpu, { rowSteps: 1e6 }, { lanes: 256, residency: "reload", parts: 1 }],
    ["few long rows", gpu, { rowSteps: 16384, rowCount: 16 }, { lanes: 256, parts: 16 }],
    ["few long rows that are one", gpu, { rowSteps: 16384, rowCount: 16, split: false }, { parts: 1 }],
    ["columns", gpu, { across: true }, { lanes: 32, rows: 8, columns: true, subgroup: 1, parts: 1 }],
    ["few long columns", gpu, { across: true, rowSteps: 1e5, rowCount: 16 }, { columns: true, parts: 64 }],
    ["nothing to exchange", gpu, { reduces: false }, { lanes: 256, rows: 1, subgroup: 1 }],
    ["rows on a processor", software, {}, { lanes: 1, rows: 8, together: 4, parts: 1 }],
    [
      "rows that are added up there",
      software,
      { chunkRows: 4096 },
      { lanes: 1, rows: 8, together: 4, chunks: 64 },
    ],
    ["long rows there", software, { rowSteps: 1024 }, { lanes: 8, rows: 4, together: 4, parts: 1 }],
    [
      "not many long rows there",
      software,
      { rowSteps: 1024, rowCount: 256 },
      { lanes: 8, rows: 1, together: 4 },
    ],
    ["an odd number of rows there", software, { rowCount: 4095 }, { lanes: 8, rows: 4, together: 1 }],
    ["short rows there", software, { rowSteps: 10 }, { lanes: 1, rows: 64 }],
    ["one row there", software, { rowCount: 1, rowSteps: 1e5 }, { lanes: 8, rows: 1, parts: 4 }],
    ["rows that are added up", gpu, { chunkRows: 1e5, rowCount: 1e5 }, { rows: 4, chunks: 1024 }],
    ["few rows that are added up there", software, { chunkRows: 5, rowCount: 5 }, { chunks: 5 }],
    ["one short row there", software, { rowCount: 1 }, { lanes: 8, rows: 1, parts: 1 }],
  ])("%s", (_, traits, changes, expected) => {
    const all = { ...work, ...changes };
    const variant = chooseVariant(all, traits, limits);
    expect(variant).toMatchObject(expected);
    expect(whyIllegal(variant, all, traits, limits)).toBeNull();
  });

  test("is legal for every kernel and device", () => {
    for (const traits of [
      gpu,
      software,
      { subgroup: 1, software: true },
      { subgroup: 64, software: false },
    ]) {
      for (const rowSteps of [0, 1, 3, 64, 700, 5000, 70_000]) {
        for (const rowCount of [0, 1, 6, 100, 1e6]) {
          for (const bits of Array.from({ length: 32 }, (_, i) => i)) {
            const all: Work = {
              rowSteps,
              rowCount,
              across: (bits & 1) > 0,
              reduces: (bits & 2) > 0,
              held: (bits & 4) > 0 ? 3 : 0,
              together: (bits & 8) > 0 ? 4 : 1,
              split: rowSteps > 0 && (bits & 2) > 0 && (bits & 16) === 0,
              chunkRows: (bits & 16) > 0 ? rowCount : 0,
            };
            for (const most of [48, 256, 1024]) {
              const own = {
                ...limits,
                maxComputeInvocationsPerWorkgroup: most,
                maxComputeWorkgroupSizeX: most,
              };
              expect(whyIllegal(chooseVariant(all, traits, own), all, traits, own)).toBeNull();
            }
          }
        }
      }
    }
  });
});

describe("what is refused", () => {
  test.each<[Partial<Variant>, Partial<Work>, string]>([
    [{ lanes: 3 }, {}, "lanes, rows and subgroups are powers of two"],
    [{ lanes: 64, rows: 8 }, {}, "a workgroup has at most 256 invocations, not 512"],
    [{ lanes: 4, subgroup: 8 }, {}, "8 lanes exchange, but a row has 4"],
    [{ lanes: 64, rows: 1, subgroup: 64 }, {}, "the device promises subgroups of 32"],
    [
      { lanes: 4, subgroup: 4, columns: true },
      {},
      "in a column tile neighbouring invocations have different rows",
    ],
    [{ together: 2 }, {}, "a lane can take 4 rows together, not 2"],
    [{ together: 4 }, { rowCount: 6 }, "6 rows are not a multiple of 4"],
    [{ together: 4, lanes: 4 }, {}, "rows taken together use no workgroup memory: a row has one subgroup"],
    [{ residency: "registers" }, { held: 0 }, "nothing of the row is read twice, or not in fours"],
    [{ residency: "registers", lanes: 4 }, {}, "a lane keeps at most 16 fours, not 48"],
    [
      { residency: "workgroup", lanes: 4, rows: 16 },
      {},
      "needs 51200 bytes of workgroup memory, there are 16384",
    ],
    [
      { parts: 4 },
      { split: false },
      "the rows cannot be shared: a reduction runs over other axes, or there is none",
    ],
    [{ chunks: 3 }, {}, "nothing is added up over the rows"],
    [{ chunks: 9 }, { chunkRows: 8, rowCount: 8 }, "8 turns through the rows do not make 9 chunks"],
    [
      { chunks: 3, together: 4 },
      { chunkRows: 8, rowCount: 8 },
      "2 turns through the rows do not make 3 chunks",
    ],
    [{ together: 4 }, { chunkRows: 6, rowCount: 24 }, "6 rows are not a multiple of 4"],
    [{ parts: 400 }, {}, "a row has 192 steps, fewer than 400 parts"],
  ])("%j for %j", (variant, changes, reason) => {
    expect(whyIllegal({ ...laneARow, ...variant }, { ...work, ...changes }, gpu, limits)).toBe(reason);
  });
});
