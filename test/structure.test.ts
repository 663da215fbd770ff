/** The shape of the source: imports run one way along the road, and files stay small. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Each folder may import those before it, and itself. */
const road = [
  "src/diagnostics",
  "grammar",
  "src/syntax",
  "src/program",
  "src/operators",
  "src/tensor",
  "src/autodiff",
  "src/check",
  "src/oracle",
  "src/schedule",
  "src/kernel",
  "templates",
  "src/emit",
  "src/compile",
  "src/runtime",
  "src/runtime-gpujs",
  "src/measure",
  "src/tune",
  "src/device",
  "src/tuner",
  "src/onnx",
  "src",
  "src/cli",
];

/** The runtimes are shipped alone: of the compiler they may know the form of programs, and no more. */
const alone = {
  "src/runtime": ["src/program", "src/runtime"],
  "src/runtime-gpujs": ["src/program", "src/runtime", "src/runtime-gpujs"],
  "src/measure": ["src/program", "src/runtime", "src/measure"],
  "src/tune": ["src/program", "src/runtime", "src/measure", "src/tune"],
};

/** What a page loads only when it is asked to tune. */
const onDemand = { "src/runtime": ["src/tune"] };

const files = ["src", "grammar", "templates"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
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
    const allowed = alone[folder as keyof typeof alone] ?? road.slice(0, road.indexOf(folder) + 1);
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

  it("has no file above 400 lines", () => {
    const long = files.filter(
      (file) =>
        !file.endsWith("compiled.ts") && readFileSync(join(root, file), "utf8").split("\n").length > 400,
    );
    expect(long).toEqual([]);
  });
});
