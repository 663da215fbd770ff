/** A pack has what the benchmark needs on a machine that has nothing. The pack itself is made and tried by hand. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { library } from "../../bench/cases.ts";
import { fieldOf } from "../../bench/contestants.ts";
import { packItems, programs } from "../../bench/travel/contents.ts";

const items = await packItems();
const packed = new Set(items.map(({ to }) => to));

describe("a pack", () => {
  it("takes files that there are", () => {
    expect(items.filter(({ from }) => !existsSync(from))).toEqual([]);
    expect(programs.filter((path) => !existsSync(path))).toEqual([]);
  });

  it("has a program for every contestant, and their threads", () => {
    const names = new Set(programs.map((path) => path.replace(/.*\//, "./")));
    for (const grad of [false, true]) {
      const { ours, peers } = fieldOf({ grad, peers: false, torch: "python3" });
      expect([ours, ...peers].filter(({ file }) => !names.has(file))).toEqual([]);
    }
    expect(names).toContain("./memcpy-worker.ts");
  });

  it("has the specs of all cases", () => {
    const missing = Object.values(library).filter(({ file }) => !packed.has(`library/${file}.norm`));
    expect(missing).toEqual([]);
  });

  it("has Node, Dawn's binary for the machine, and a driver whose manifest names a library beside it", () => {
    expect(packed).toContain("node");
    expect(packed).toContain("node_modules/webgpu/dist/linux-x64/dawn.node");
    const manifest = items.find(({ to }) => to === "vulkan/vk_swiftshader_icd.json")!;
    const { ICD } = JSON.parse(readFileSync(manifest.from, "utf8")) as { ICD: { library_path: string } };
    expect(packed).toContain(`vulkan/${ICD.library_path.replace(/^\.\//, "")}`);
  });

  it("has no file of another system", () => {
    const large = items.filter(({ from }) => statSync(from).size > 5e6).map(({ to }) => to);
    expect(large.sort()).toEqual([
      "node",
      "node_modules/webgpu/dist/linux-x64/dawn.node",
      "vulkan/libvk_swiftshader.so",
    ]);
  });
});
