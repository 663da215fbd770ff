/** What a pack has: the benchmark as JavaScript, its specs, Node, Dawn, a Vulkan loader, SwiftShader and the scripts. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { unpackSwiftShader } from "../../src/tools/device/swiftshader.ts";
import { library } from "../cases.ts";

export interface Item {
  /** The path in the pack. */
  readonly to: string;
  readonly from: string;
  readonly executable?: boolean;
}

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Each becomes a file of its own: `run.ts` starts the others as processes and threads. */
export const programs: readonly string[] = [
  "run.ts",
  "norm.ts",
  "norm-gradients.ts",
  "torch.ts",
  "memcpy-worker.ts",
].map((name) => join(root, "bench", name));

/** All files but the programs. */
export async function packItems(): Promise<readonly Item[]> {
  const dawn = join(root, "node_modules/webgpu");
  const travel = join(root, "bench/travel");
  const { manifest, loader } = await unpackSwiftShader();
  const vulkan = dirname(manifest);
  const specs = new Set(Object.values(library).map(({ file }) => `${file}.norm`));
  return [
    { to: "node", from: join(root, "node_modules/node/bin/node"), executable: true },
    { to: "bench.sh", from: join(travel, "bench.sh"), executable: true },
    { to: "README.md", from: join(travel, "README.md") },
    { to: "bench/README.md", from: join(root, "bench/README.md") },
    { to: "bench/travel/torch_norms.py", from: join(travel, "torch_norms.py") },
    ...[...specs].map((name) => ({ to: `library/${name}`, from: join(root, "library", name) })),
    ...["package.json", "index.js", "LICENSE.md", "dist/linux-x64/dawn.node"].map((name) => ({
      to: `node_modules/webgpu/${name}`,
      from: join(dawn, name),
    })),
    { to: "vulkan/libvulkan.so.1", from: loader },
    ...["libvk_swiftshader.so", "vk_swiftshader_icd.json"].map((name) => ({
      to: `vulkan/${name}`,
      from: join(vulkan, name),
    })),
  ];
}
