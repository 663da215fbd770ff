import { afterAll, describe, expect, it } from "vitest";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { missing } from "../support/requirements.ts";
import { executeDevice, executeGpuJs, executeOracle, executeWasm } from "./execute.ts";
import { deviceElements, failures, tellLeftOut } from "./failures.ts";
import { caseFiles, conformanceFolder } from "./read.ts";
import { report, written } from "./report.ts";

const files = caseFiles();
if (files === null) missing("conformance", `no cases at ${conformanceFolder()}`);

/**
 * The sixteen cases above this took the oracle 48 s and say of a definition what their smaller siblings say. A graph over 20
 * million elements takes gigabytes in float64, one array for each of its nodes.
 */
const oracleElements = process.env.NORMC_CONFORMANCE_LARGE ? Number.POSITIVE_INFINITY : 2_000_000;

for (const name of ["lavapipe", "swiftshader", "webasm", "WebAssembly"])
  tellLeftOut(files ?? [], deviceElements(name), name);
tellLeftOut(files ?? [], oracleElements, "the oracle");

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

describe.skipIf(files === null)("conformance in WebAssembly", () => {
  for (const file of files ?? []) {
    it(`${file.suite}/${file.op}`, { timeout: 300_000 }, async () => {
      expect(await failures(file, deviceElements("WebAssembly"), executeWasm)).toEqual([]);
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
