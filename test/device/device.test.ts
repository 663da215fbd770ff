import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { openDevice } from "../../src/tools/device/index.ts";
import { unpackSwiftShader } from "../../src/tools/device/swiftshader.ts";
import { readTar } from "../../src/tools/device/tar.ts";
import { missing } from "../support/requirements.ts";

const runFile = promisify(execFile);
const linux = process.platform === "linux" && process.arch === "x64";
const lavapipe = existsSync("/usr/share/vulkan/icd.d/lvp_icd.json");
if (!linux) missing("swiftshader", "it comes for linux-x64 alone");
if (!lavapipe) missing("lavapipe", "it is not installed (no /usr/share/vulkan/icd.d/lvp_icd.json)");

/** Opens a device in a process of its own, as a program would, and tells what it was and how the process ended. */
async function openElsewhere(
  options: object,
  env: Record<string, string> = {},
  close = true,
): Promise<unknown> {
  const index = new URL("../../src/tools/device/index.ts", import.meta.url).href;
  const script = `
    const { openDevice } = await import(${JSON.stringify(index)});
    const opened = await openDevice({ ...${JSON.stringify(options)}, onMiss: (reason) => console.log(reason) });
    console.log(JSON.stringify(opened === undefined ? null : { adapter: opened.adapter, kind: opened.kind }));
    if (opened !== undefined && ${close}) await opened.close();`;
  const { stdout } = await runFile(process.execPath, ["--input-type=module", "-e", script], {
    env: { ...process.env, ...env },
    timeout: 30_000,
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
  });
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}

describe.runIf(linux)("SwiftShader", () => {
  test("opens, and the environment is as before", async () => {
    const before = process.env.VK_ICD_FILENAMES;
    const opened = await openDevice({ adapter: "swiftshader" });
    expect(opened).toMatchObject({ kind: "software", adapter: expect.stringContaining("SwiftShader") });
    expect(process.env.VK_ICD_FILENAMES).toBe(before);
    await opened!.close();
  });

  test("is what the automatic choice finds where VK_ICD_FILENAMES names it", async () => {
    const { manifest } = await unpackSwiftShader();
    expect(await openElsewhere({}, { VK_ICD_FILENAMES: manifest })).toMatchObject({
      adapter: expect.stringContaining("SwiftShader"),
    });
  });

  test("is what the automatic choice finds where the system has no driver", async () => {
    // The loader leaves out all but the one that it does not know of by itself.
    const none = { VK_LOADER_DRIVERS_SELECT: "vk_swiftshader*" };
    expect(await openElsewhere({}, none)).toMatchObject({ kind: "software" });
  });

  test("two processes may unpack at a time", async () => {
    const made = await Promise.all([unpackSwiftShader(), unpackSwiftShader()]);
    expect(made[0]).toEqual(made[1]);
    expect(existsSync(made[0].loader)).toBe(true);
  });
});

describe.runIf(lavapipe)("lavapipe", () => {
  test("opens beside SwiftShader in one process", async () => {
    const opened = await openDevice({ adapter: "lavapipe" });
    const other = await openDevice({ adapter: "swiftshader" });
    expect(opened).toMatchObject({ kind: "software", adapter: expect.stringContaining("llvmpipe") });
    expect(opened!.device.limits.maxStorageBufferBindingSize).toBeGreaterThanOrEqual(134217728);
    await opened!.close();
    await other?.close();
  });

  test("gives the features that are asked for, and no other", async () => {
    const opened = await openDevice({ adapter: "lavapipe", features: ["timestamp-query"] });
    expect(opened!.device.features.has("timestamp-query")).toBe(true);
    expect(opened!.device.features.has("shader-f16")).toBe(false);
    await opened!.close();
  });
});

test("a device that there is not is reported with the reason", async () => {
  const reasons: string[] = [];
  const opened = await openDevice({ adapter: "no such adapter", onMiss: (reason) => reasons.push(reason) });
  expect(opened).toBeUndefined();
  expect(reasons.join()).toContain("no such adapter");
});

test("drivers that the user names and that are not there leave no device, not another one", async () => {
  expect(await openElsewhere({}, { VK_ICD_FILENAMES: "/nowhere.json" })).toBeNull();
});

test("a process ends by itself after close", async () => {
  expect(await openElsewhere({})).not.toBeNull();
});

test("a tar archive that ends too early is an error", () => {
  const archive = new Uint8Array(600);
  new TextEncoder().encodeInto("name", archive);
  new TextEncoder().encodeInto("00000002000\0", archive.subarray(124));
  archive[156] = 0x30;
  expect(() => readTar(archive)).toThrow(/damaged/);
  expect(readTar(new Uint8Array(1024)).size).toBe(0);
});
