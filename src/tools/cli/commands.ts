/** The commands of the command line. The code of a command is imported only when it runs. */
import { Command, InvalidArgumentError, Option } from "commander";
import { type BuildTarget, buildTargets, type KernelText } from "../../compile/build/file-names.ts";
import { version } from "../../version.ts";
import { backendChoices, benchBackends } from "./arguments/backend-choice.ts";
import { parseDtype } from "./arguments/dtype-choice.ts";
import { failed } from "./failed.ts";
import { reasonOf } from "./files/host.ts";
import type { ExitCode } from "./terminal/failure.ts";
import { say } from "./terminal/output.ts";

const specHelp = `
SPEC is a path, the name of a shipped norm (GroupNorm or group_norm), or path#Name for one norm of several.`;

const filesHelp = ".norm files, or names of shipped norms; without any, the specs of norm.config.ts";
const checkedHelp = `${filesHelp}; - for standard input`;

const shapeHelp = `
A shape gives the extents of axes. A variadic axis takes any number of extents, joined by x; S= alone means none. It may
also name the parts of a split axis and the params: N=2,C=320,G=8,S=64x64. What is not given follows from the rest.`;

const openDims: [string, string, typeof collect, readonly string[]] = [
  "--dim <name=size>",
  "the size of a dimension that the model leaves open; repeatable",
  collect,
  [],
];

const targetHelp =
  "wgsl for WebGPU, glsl for gpu.js, wasm for processors, or several, joined by commas: wgsl,wasm";

/** Runs the command line and returns the exit code. It never throws. */
export async function main(words: readonly string[]): Promise<number> {
  endQuietlyOnClosedPipe();
  let code: ExitCode = 0;
  const program = describe((result) => {
    code = result;
  });
  try {
    await program.parseAsync(words, { from: "user" });
    return code;
  } catch (error) {
    return failed(error, words.includes("--json"));
  }
}

function describe(ended: (code: ExitCode) => void): Command {
  const program = new Command("normc")
    .description(
      "Compiles normalization layers (.norm specs) to GPU kernels (WebGPU, gpu.js) and typed TypeScript bindings.",
    )
    .version(version, "-V, --version", "print the version")
    .showHelpAfterError("(--help lists commands and options)")
    .exitOverride();
  const json = new Option("--json", "machine-readable output");
  const kept = (): Option =>
    new Option("--save <what>", "what the forward pass saves for the backward pass")
      .choices(["none", "stats", "output"])
      .default("none");
  // It means nothing for a forward pass alone.
  const save = kept().implies({ grad: true });

  const dtype = (): Option =>
    new Option(
      "--dtype <types>",
      "element type of inputs, affines and outputs: f16, or x=f16,gamma=f32 by tensor",
    )
      .argParser(parseDtype)
      .default("f32");

  add("check", "report the mistakes in specs", "normc check library/*.norm")
    .argument("[file...]", checkedHelp)
    .addOption(json)
    .action(async (files, options) =>
      ended(await (await import("./commands/check.ts")).check(files, options)),
    );

  add(
    "build",
    "write TypeScript or JavaScript modules with their shaders, a lock file and a manifest",
    "normc build library/*.norm --out generated",
    `Nothing is written if a file has an error; only what changed is written. normc.lock.json has a line for each kernel:
what differs there between two builds are other kernels.
Several builds may share a folder: files made of specs that are not named here stay, and go once their spec is gone.`,
  )
    .argument("[file...]", filesHelp)
    .option("--out <dir>", "the folder to write into; nothing is written elsewhere (`out` of the config)")
    .option(
      "--prune",
      "also delete what other builds put into the folder, though their specs are still there",
    )
    .option("--watch", "build again whenever a source or the config changes")
    .option("--target <targets>", targetHelp, readTargets, ["wgsl"])
    .addOption(
      new Option(
        "--language <name>",
        "ts: TypeScript; js: JavaScript with .d.ts files, which Node runs as it is",
      )
        .choices(["ts", "js"])
        .default("ts"),
    )
    .option(
      "--emit <texts>",
      "also write the kernels as texts to be read: wgsl, glsl, wat (WebAssembly), or several",
      readTexts,
      [],
    )
    .addOption(new Option("--no-backward", "build no backward passes").conflicts("save"))
    .option("--runtime <specifier>", "what the bindings import the runtime from", "normc/runtime")
    .option("--gpujs-runtime <specifier>", "the same of those for gpu.js", "normc/gpujs")
    .option("--wasm-runtime <specifier>", "the same of those for processors", "normc/wasm")
    .addOption(
      new Option(
        "--copy-runtime",
        "write the runtime into DIR/runtime: what runs the modules then needs no package",
      ).conflicts(["runtime", "gpujsRuntime", "wasmRuntime"]),
    )
    .option("--layout <layout>", "order in memory: AXIS,AXIS,… or TENSOR=AXIS,…; repeatable", collect, [])
    .addOption(kept())
    .option("--inline", "also for your own kernels: WGSL functions of an element (createInline)")
    .option(
      "--tuning <file>",
      "a file of `normc tune`: the modules use its variants on the adapters that it knows",
    )
    .addOption(json)
    .action(async (files, options, command: Command) => {
      const { buildProject } = await import("./build/build-project.ts");
      ended(await buildProject(files, options, givenOf(command)));
    });

  add(
    "run",
    "run a norm on real tensors",
    "normc run GroupNorm --set G=2,eps=1e-3 --feeds feeds.json --out out.json",
    `${specHelp}
Feeds are one case or an array of cases:
  { "feeds": { "x": { "dims": [1, 4], "data": [1, 2, 3, "Infinity"] } }, "set": { "eps": 1e-3 }, "mode": "infer" }
A tensor may also be nested lists of numbers: "x": [[1, 2], [3, 4]].
The oracle rounds inputs to their element type and computes in float64. It does not round outputs.`,
  )
    .argument("<spec>", "the norm")
    .requiredOption("--feeds <file>", "JSON: one case or an array of cases; - for standard input")
    .option("--set <params>", "params: NAME=NUMBER,…; repeatable", collect, [])
    .option("--out <file>", "write the outputs there instead of standard output")
    .addOption(
      new Option("--backend <name>", "where to run; auto: WebGPU on a GPU, else WebAssembly on the processor")
        .choices(backendChoices)
        .default("auto"),
    )
    .addOption(
      new Option("--adapter <name>", "the WebGPU adapter")
        .choices(["auto", "gpu", "lavapipe", "swiftshader"])
        .default("auto"),
    )
    .addOption(
      new Option("--mode <mode>", "for norms with modes; infer by default").choices(["train", "infer"]),
    )
    .addOption(dtype())
    .option("--grad", "gradients instead of outputs: d_x, d_gamma, … from a d_y in the feeds (0 if omitted)")
    .addOption(save)
    .addOption(json)
    .action(async (word, own, command: Command) => {
      const { spec, options } = await (await project()).settleNorm(word, own, givenOf(command));
      ended(await (await import("./run/run.ts")).run(spec, options));
    });

  add(
    "explain",
    "show what the compiler did",
    "normc explain GroupNorm --shape N=2,C=320,S=64x64",
    `${specHelp}
${shapeHelp}`,
  )
    .argument("<spec>", "the norm")
    .option("--shape <extents>", "extents of axes: N=2,C=320,S=64x64; repeatable", collect, [])
    .option("--set <params>", "params: NAME=NUMBER,…; repeatable", collect, [])
    .option("--after <pass>", "the graph after this pass")
    .addOption(new Option("--mode <mode>", "for norms with modes").choices(["train", "infer"]))
    .addOption(dtype())
    .option("--grad", "the backward graph, which computes d_x, d_gamma, … from d_y")
    .addOption(save)
    .addOption(
      new Option("--backend <name>", "whose kernels to show").choices(["webgpu", "wasm"]).default("webgpu"),
    )
    .addOption(new Option("--wgsl", "also print the WGSL").conflicts("wat"))
    .addOption(
      new Option("--wat", "the kernels for processors, with their WebAssembly text").implies({
        backend: "wasm",
      }),
    )
    .addOption(json)
    .action(async (word, own, command: Command) => {
      const { spec, options } = await (await project()).settleNorm(word, own, givenOf(command));
      ended(await (await import("./explain/explain.ts")).explain(spec, options));
    });

  add(
    "bench",
    "time a norm beside a copy of the same bytes",
    "normc bench GroupNorm --shape N=2,C=320,S=64x64",
    `${specHelp}
${shapeHelp}`,
  )
    .argument("<spec>", "the norm")
    .requiredOption("--shape <extents>", "extents of axes: N=2,C=320,S=64x64; repeatable", collect, [])
    .option("--set <params>", "params: NAME=NUMBER,…; repeatable", collect, [])
    .addOption(new Option("--mode <mode>", "for norms with modes").choices(["train", "infer"]))
    .option("--grad", "the backward pass instead: d_x, d_gamma, … from d_y")
    .addOption(save)
    .addOption(dtype())
    .addOption(
      new Option("--backend <name>", "where to run; auto: WebGPU on a GPU, else WebAssembly on the processor")
        .choices(benchBackends)
        .default("auto"),
    )
    .option("--adapter <name>", "auto, gpu, lavapipe or swiftshader", "auto")
    .option("--tuning <file>", "time the variants in this file of `normc tune` in place of the defaults")
    .addOption(json)
    .action(async (word, own, command: Command) => {
      const { spec, options } = await (await project()).settleNorm(word, own, givenOf(command));
      ended(await (await import("./commands/bench.ts")).bench(spec, options));
    });

  add(
    "tune",
    "measure the variants of norms and keep the best",
    'normc tune LayerNorm --shape "N=4096,D=768; N=512,D=4096" --out tuning.json',
    `${specHelp}
${shapeHelp}
Results are kept in --out by adapter, spec, element types and extents (rounded up to powers of two). Results that
still hold are not measured again. \`normc build --tuning FILE\` puts them into the generated modules.`,
  )
    .argument("[spec...]", "the norms")
    .option("--shape <extents>", "extents of axes, as for bench; a ; separates several shapes", collect, [])
    .option("--set <params>", "params: NAME=NUMBER,…; repeatable", collect, [])
    .addOption(new Option("--mode <mode>", "for norms with modes").choices(["train", "infer"]))
    .option("--grad", "the backward pass instead: d_x, d_gamma, … from d_y")
    .addOption(
      new Option(
        "--save <what>",
        "tune both passes with this saved; each: try every choice and report the fastest",
      )
        .choices(["none", "stats", "output", "each"])
        .default("none")
        .implies({ grad: true }),
    )
    .addOption(dtype())
    .option("--adapter <name>", "auto, gpu, lavapipe or swiftshader", "auto")
    .option("--budget <time>", "how long to search for each norm and shape: 500ms, 10s, 2m", "10s")
    .option("--out <file>", "the tuning file: results are added to what it has", "tuning.json")
    .option("--shard <i/n>", "do only the i-th of n parts of the work; join the files with --merge")
    .option("--merge <files...>", "join these files into --out and measure nothing")
    .option("--model <file>", "tune the normalization layers of an ONNX model")
    .option(...openDims)
    .option("--report <file>", "write an HTML page with the time of every variant that was tried")
    .option("--explain", "list the variants that were not tried, with the reasons")
    .addOption(json)
    .action(async (words, own, command: Command) => {
      const { specs, options } = await (await project()).settleTuning(words, own, givenOf(command));
      ended(await (await import("./tune/tune.ts")).tune(specs, options));
    });

  add(
    "shapes",
    "list the normalization layers of an ONNX model",
    "normc shapes model.onnx --dim batch=8",
    "Each layer is listed with its spec, extents and params, or with the reason why it has no spec.",
  )
    .argument("<model>", "an ONNX file; weights in files beside it are not read")
    .option(...openDims)
    .addOption(json)
    .action(async (model, options) =>
      ended(await (await import("./tune/model-shapes.ts")).shapes(model, options)),
    );

  add(
    "audit",
    "say what the normalizations of an ONNX model are, and where they lose digits",
    "normc audit model.onnx --dim batch=8 --svg audit.svg",
    `Operators and norms that are written out in parts (ReduceMean, Sub, Pow, Sqrt, Div). Each is listed with its spec, with what
overflows or cancels, and with how far its results lie from float64 on inputs of a mean from 1 to 1e6: by the spec, and by
ONNX Runtime if the project has the package onnxruntime-node. What cannot be read is listed with the reason.`,
  )
    .argument("<model>", "an ONNX file; weights in files beside it are not read")
    .option(...openDims)
    .option("--svg <file>", "a picture of the errors")
    .addOption(json)
    .action(async (model, options) => ended(await (await import("./audit/audit.ts")).audit(model, options)));

  add(
    "fmt",
    "write specs in their canonical form",
    "normc fmt library/*.norm --check",
    `Of a link, the file that it leads to is written. CRLF line ends stay. What is read from standard input is printed.`,
  )
    .argument("[file...]", checkedHelp)
    .option("--check", "write nothing; list the files that differ and exit with 1")
    .addOption(json)
    .action(async (files, options) => ended(await (await import("./commands/fmt.ts")).fmt(files, options)));

  add(
    "lsp",
    "the language server, for editors",
    "normc lsp --stdio",
    "An editor starts it. docs/editor.md says how in VS Code, Neovim, Helix, Zed and JetBrains.",
  )
    .option("--stdio", "speak the protocol over standard input and output, the only way that there is")
    // Clients add it, so that the server ends when they do.
    .addOption(new Option("--clientProcessId <id>").hideHelp())
    .action(async () => {
      if (process.stdin.isTTY) say("this waits for an editor; docs/editor.md says how one starts it");
      await (await import("../lsp/node.ts")).serveStandardStreams();
    });

  add(
    "types",
    "write the types of .norm imports: group_norm.d.norm.ts",
    "normc types norms/*.norm",
    `The plugin of a bundler writes them too; this is for where no bundler ran. They lie beside the specs, or with --out in
a folder that mirrors the project, for the rootDirs of a tsconfig. A tsconfig needs allowArbitraryExtensions. Options
that change what a norm takes must be those of the build: better say them in a config.`,
  )
    .argument("[file...]", filesHelp)
    .option("--out <dir>", "a folder for them that mirrors the project (`types` of the config)")
    .option("--target <targets>", targetHelp, readTargets, ["wgsl"])
    .addOption(new Option("--no-backward", "types without backward passes").conflicts("save"))
    .option("--layout <layout>", "order in memory: AXIS,AXIS,… or TENSOR=AXIS,…; repeatable", collect, [])
    .addOption(kept())
    .option("--inline", "also those of createInline")
    .addOption(json)
    .action(async (files, options, command: Command) =>
      ended(await (await import("./commands/types.ts")).types(files, options, givenOf(command))),
    );

  add(
    "init",
    "write a spec, a config and a script into this folder, and run them once",
    "npx normc init && npm run norms",
    `For a project at hand or an empty folder. Writes norms/my_norm.norm, norm.config.ts and the script \`norms\` of
package.json. If one of them is there already, nothing is written.`,
  )
    .addOption(json)
    .action(async (options) => ended(await (await import("./commands/init.ts")).init(options)));

  return program;

  function add(name: string, what: string, example: string, more = ""): Command {
    return program
      .command(name)
      .description(what)
      .addHelpText("after", `${more === "" ? "" : `\n${more.trim()}\n`}\nExample:\n  ${example}`);
  }
}

/** Reads the config, which commands such as `shapes` do without. */
function project(): Promise<typeof import("./arguments/project.ts")> {
  return import("./arguments/project.ts");
}

function givenOf(command: Command): (option: string) => boolean {
  return (option) => command.getOptionValueSource(option) === "cli";
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function readTargets(value: string): readonly BuildTarget[] {
  return readList(value, buildTargets);
}

function readTexts(value: string): readonly KernelText[] {
  return readList(value, ["wgsl", "glsl", "wat"]);
}

function readList<T extends string>(value: string, known: readonly T[]): readonly T[] {
  return value.split(",").map((word) => {
    const found = known.find((one) => one === word);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(
      `Expected ${known.join(", ")} or several, joined by commas, given ${word}.`,
    );
  });
}

/** `normc … | head` ends the pipe before we do. */
function endQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(process.exitCode);
      // What is printed is lost, and a shell must not take its file for the whole of it.
      if (stream === process.stdout)
        say(`error[N005]: cannot write standard output: ${reasonOf(error, "write")}`);
      process.exit(1);
    });
  }
}
