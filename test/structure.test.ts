/** The shape of the source: imports run one way along the road, and files stay small. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));

/** The road from text to GPU, as `ARCHITECTURE.md` draws it: a folder may import those before it, and itself. */
const road = [
  "src/language/diagnostics",
  "grammar",
  "src/language/foreign",
  "src/language/syntax",
  "src/language/format",
  "src/language/check/modules",
  "src/language/check/declarations",
  "src/language/check/scope",
  "src/language/check/calls",
  "src/language/check/expressions",
  "src/language/check",
  "src/language/check/symbols",
  "src/graph/operators",
  "src/graph/tensor",
  "src/graph/passes/forms",
  "src/graph/passes/weighted",
  "src/graph/passes/cotangents",
  "src/graph/passes",
  "src/graph/autodiff/algebra",
  "src/graph/autodiff",
  "src/graph/oracle",
  "src/kernels/schedule/windows",
  "src/kernels/schedule",
  "src/kernels/schedule/verify",
  "src/kernels/schedule/row",
  "src/kernels/ir",
  "src/kernels/body",
  "src/kernels/body/statistics",
  "src/kernels/strategies",
  "src/kernels/lower",
  "src/kernels/gather",
  "src/kernels/processor/nests",
  "src/kernels/processor",
  "templates",
  "src/targets/text",
  "src/targets/interface",
  "src/targets/wgsl",
  "src/targets/gather",
  "src/targets/glsl",
  "src/targets/gpujs",
  "src/targets/wasm/operators",
  "src/targets/wasm",
  "src/targets/bindings",
  "src/targets/modules",
  "src/program",
  "src/compile",
  "src/compile/precision",
  "src/runtime/shapes",
  "src/runtime/variants",
  "src/runtime/shader",
  "src/runtime/device",
  "src/runtime/options",
  "src/runtime/norm",
  "src/runtime/webgpu",
  "src/runtime/gpujs",
  "src/runtime/wasm/threads",
  "src/runtime/wasm",
  "src/tuning/measure",
  "src/tuning/file",
  "src/tuning/search",
  "src/tuning/trial",
  "src/tuning/background",
  "src/adapters/onnxruntime",
  "src/adapters/tfjs",
  "src/adapters/tfjs/layers/generated",
  "src/adapters/tfjs/layers",
  "src/compile/build",
  "src/tools/device",
  "src/tools/workbench",
  "src/tools/onnx",
  "src",
  "src/tools/cli/terminal",
  "src/tools/cli/files",
  "src/tools/build",
  "src/tools/config",
  "src/tools/cli/arguments",
  "src/tools/types",
  "src/tools/plugin/specs",
  "src/tools/plugin",
  "src/tools/cli/run",
  "src/tools/cli/explain",
  "src/tools/cli/build",
  "src/tools/cli/tune",
  "src/tools/cli/audit",
  "src/tools/lsp/project",
  "src/tools/lsp/text",
  "src/tools/lsp/words",
  "src/tools/lsp/completion",
  "src/tools/lsp/answers",
  "src/tools/lsp",
  "src/tools/cli/commands",
  "src/tools/cli",
];

/** What stages hand to each other. A stage may import what it makes, though that stands behind it: checking makes a graph. */
const forms = ["src/graph/operators", "src/graph/tensor", "src/program"];

/** The runtimes are shipped alone: of the compiler they may know the form of programs, and no more. */
const alone = ["src/program", "src/runtime/", "src/tuning/measure", "src/tuning/file", "src/tuning/search"];
alone.push("src/tuning/trial", "src/tuning/background", "src/adapters/");

/** What a page loads only when it is asked to tune. */
const onDemand = { "src/runtime/webgpu": ["src/tuning/background"] };

const files = ["src", "grammar", "templates"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.includes("/generated/"))
    .map((name) => join(folder, name)),
);

function imports(file: string, pattern = /(?:from|import\()\s*"(\.[^"]+)"/g): string[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(pattern)].map((match) => relative(root, resolve(root, dirname(file), match[1])));
}

/** Those that are only there once they are called for. */
function lazyImports(file: string): string[] {
  return imports(file, /(?:import\()\s*"(\.[^"]+)"/g);
}

describe("the road", () => {
  it.each(files)("%s imports only what comes before it", (file) => {
    const folder = dirname(file);
    const before = road.slice(0, road.indexOf(folder) + 1);
    const isAlone = (one: string): boolean => alone.some((start) => one.startsWith(start));
    const reach = [...before, ...forms];
    const allowed = isAlone(folder) ? reach.filter(isAlone) : reach;
    const lazy = onDemand[folder as keyof typeof onDemand] ?? [];
    const wrong = imports(file).filter(
      (target) =>
        !allowed.includes(dirname(target)) &&
        !(lazyImports(file).includes(target) && lazy.includes(dirname(target))),
    );
    expect(road).toContain(folder);
    expect(wrong).toEqual([]);
  });

  it("has no circles, of types neither: what a file stands on can be read before it", () => {
    const readable = new Set<string>();
    const circles: string[] = [];
    const follow = (file: string, trail: readonly string[]): void => {
      if (trail.includes(file)) circles.push([...trail.slice(trail.indexOf(file)), file].join(" -> "));
      if (readable.has(file) || trail.includes(file)) return;
      const targets = imports(file).filter((target) => files.includes(target));
      for (const target of targets) follow(target, [...trail, file]);
      readable.add(file);
    };
    for (const file of files) follow(file, []);
    expect(circles).toEqual([]);
  });

  it("has no folder with more than 15 files side by side", () => {
    const full = road.filter((folder) => files.filter((file) => dirname(file) === folder).length > 15);
    expect(full).toEqual([]);
  });

  it("has no file above 400 lines", () => {
    const long = files.filter(
      (file) =>
        !file.endsWith("compiled.ts") && readFileSync(join(root, file), "utf8").split("\n").length > 400,
    );
    expect(long).toEqual([]);
  });
});
