import { afterAll, describe, expect, it } from "vitest";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { compare } from "./compare.ts";
import { executeDevice, executeGpuJs, executeOracle, type Outputs } from "./execute.ts";
import { type Run, toRun } from "./map.ts";
import { type Case, type CaseFile, caseFiles, conformanceFolder, elements } from "./read.ts";
import { report, written } from "./report.ts";

const files = caseFiles();
if (files === null) console.warn(`conformance: no cases at ${conformanceFolder()}, nothing is run`);

/** A graph over more than this takes gigabytes in float64, one array for each of its nodes. */
const oracleElements = process.env.NORMC_CONFORMANCE_LARGE ? Number.POSITIVE_INFINITY : 20_000_000;

/** A software adapter takes a minute over the largest ones, and learns nothing there that it does not below. */
const deviceElements = (name: string): number => {
  if (process.env.NORMC_CONFORMANCE_LARGE) return Number.POSITIVE_INFINITY;
  return name === "swiftshader" ? 2_000_000 : 8_000_000;
};

describe.skipIf(files === null)("conformance map", () => {
  it("has a run for every case that the README does not list as left out", () => {
    expect(written()).toBe(report(files ?? []));
  });
});

describe.skipIf(files === null)("conformance on the oracle", () => {
  for (const file of files ?? []) {
    it(`${file.suite}/${file.op}`, { timeout: 300_000 }, async () => {
      expect(await failures(file, oracleElements, executeOracle)).toEqual([]);
    });
  }
});

const devices = files === null ? [] : await openTestDevices();
afterAll(() => closeTestDevices(devices));

describe.each(devices)("conformance on $name", ({ name, device }) => {
  for (const file of files ?? []) {
    it(`${file.suite}/${file.op}`, { timeout: 300_000 }, async () => {
      expect(await failures(file, deviceElements(name), (run) => executeDevice(run, device))).toEqual([]);
    });
  }
});

describe.skipIf(files === null)("conformance on gpu.js webasm", () => {
  for (const file of files ?? []) {
    it(`${file.suite}/${file.op}`, { timeout: 300_000 }, async () => {
      expect(await failures(file, deviceElements("webasm"), (run) => executeGpuJs(run, "webasm"))).toEqual(
        [],
      );
    });
  }
});

/** One line for each case of a file that fails, with its worst error: all of them, not only the first. */
async function failures(file: CaseFile, limit: number, execute: (run: Run) => Promise<Outputs>) {
  const lines: string[] = [];
  for (const c of file.cases) {
    if (largest(c) > limit) continue;
    const run = toRun(c);
    if ("skip" in run) continue;
    try {
      const outputs = await execute(run);
      for (const expected of run.expect) {
        const { worst, failure } = compare(expected, outputs[expected.output]);
        if (failure !== null) lines.push(`${c.id}: ${failure} (${worst.toPrecision(3)} times the tolerance)`);
      }
    } catch (error) {
      lines.push(`${c.id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return lines;
}

function largest(c: Case): number {
  return Math.max(...c.inputs.map((tensor) => elements(tensor.dims)));
}
