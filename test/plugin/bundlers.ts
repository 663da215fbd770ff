/** One way to call all bundlers, with their plugins. */
import { join } from "node:path";
import { rspack } from "@rspack/core";
import * as esbuild from "esbuild";
import * as rolldown from "rolldown";
import * as rollup from "rollup";
import * as vite from "vite";
import webpack from "webpack";
import esbuildPlugin from "../../src/tools/plugin/esbuild.ts";
import rolldownPlugin from "../../src/tools/plugin/rolldown.ts";
import rollupPlugin from "../../src/tools/plugin/rollup.ts";
import rspackPlugin from "../../src/tools/plugin/rspack.ts";
import type { NormcOptions } from "../../src/tools/plugin/specs/options.ts";
import vitePlugin from "../../src/tools/plugin/vite.ts";
import webpackPlugin from "../../src/tools/plugin/webpack.ts";

export interface Bundle {
  readonly root: string;
  /** The entry is `main.js`, and so is its output, or `main.mjs`. */
  readonly out: string;
  readonly options?: NormcOptions;
}

/** What a bundler says of a build. Nothing if it succeeded. */
export type Told = string;

export interface Bundler {
  build(bundle: Bundle): Promise<Told>;
  /** Calls `built` after each build. @returns what ends it. */
  watch?(bundle: Bundle, built: (told: Told) => void): Promise<() => Promise<unknown>>;
}

const told = (error: unknown): Told => {
  const { message, loc, frame } = error as Error & {
    loc?: { file: string; line: number; column: number };
    frame?: string;
  };
  return [message, loc && `${loc.file}:${loc.line}:${loc.column}`, frame].filter(Boolean).join("\n");
};
const outcome = (work: Promise<unknown>): Promise<Told> => work.then(() => "", told);

const esbuildOptions = ({ root, out, options }: Bundle): esbuild.BuildOptions => ({
  absWorkingDir: root,
  entryPoints: ["main.js"],
  bundle: true,
  splitting: true,
  format: "esm",
  outdir: out,
  sourcemap: true,
  logLevel: "silent",
  plugins: [esbuildPlugin(options)],
});

/** Rollup itself finds no packages. */
const findPackages = (root: string): rollup.Plugin => ({
  name: "packages",
  resolveId: (id) => (id.startsWith("normc/") ? join(root, "node_modules", `${id}.js`) : null),
});

const rollupOptions = ({ root, out, options }: Bundle) => ({
  input: join(root, "main.js"),
  plugins: [findPackages(root), rollupPlugin(options)],
  output: { dir: out, sourcemap: true },
});

const rolldownOptions = ({ root, out, options }: Bundle) => ({
  cwd: root,
  input: "main.js",
  plugins: [rolldownPlugin(options)],
  output: { dir: out, sourcemap: true },
});

/** Webpack and Rspack take the same. */
const packOptions = ({ root, out }: Bundle) => ({
  mode: "production" as const,
  context: root,
  entry: "./main.js",
  devtool: "source-map" as const,
  output: { path: out, publicPath: "./", library: { type: "module" as const }, module: true },
  optimization: { minimize: false },
  performance: false as const,
  infrastructureLogging: { level: "none" as const },
});

type Done = (
  error: Error | null,
  stats?: { hasErrors(): boolean; toString(options: object): string },
) => undefined;

const packed =
  (tell: (told: Told) => void): Done =>
  (error, stats) => {
    const wrong = stats?.hasErrors() ? stats.toString({ all: false, errors: true }) : "";
    tell(error === null ? wrong : error.message);
    return undefined;
  };

const webpackOf = (bundle: Bundle) =>
  webpack({
    ...packOptions(bundle),
    experiments: { outputModule: true },
    plugins: [webpackPlugin(bundle.options)],
  })!;
const rspackOf = (bundle: Bundle) =>
  rspack({ ...packOptions(bundle), plugins: [rspackPlugin(bundle.options)] });

/** The watchers of Rollup and Rolldown. */
interface Watcher {
  on(event: "event", listener: (event: { code: string; error?: unknown; result?: unknown }) => void): unknown;
  close(): Promise<void>;
}

const watched = (watcher: Watcher, built: (told: Told) => void): (() => Promise<void>) => {
  let wrong = "";
  watcher.on("event", ({ code, error }) => {
    if (code === "START") wrong = "";
    if (code === "ERROR") wrong = told(error);
    if (code === "END" || code === "ERROR") built(wrong);
  });
  return () => watcher.close();
};

export const bundlers: Readonly<Record<string, Bundler>> = {
  vite: {
    build: ({ root, out, options }) =>
      outcome(
        vite.build({
          root,
          configFile: false,
          logLevel: "silent",
          plugins: [vitePlugin(options)],
          build: {
            outDir: out,
            sourcemap: true,
            minify: false,
            lib: { entry: "main.js", formats: ["es"], fileName: "main" },
          },
        }),
      ),
  },
  rollup: {
    build: (bundle) => {
      const { output, ...input } = rollupOptions(bundle);
      return outcome(rollup.rollup(input).then((made) => made.write(output)));
    },
    watch: async (bundle, built) => watched(rollup.watch(rollupOptions(bundle)) as Watcher, built),
  },
  rolldown: {
    build: (bundle) => outcome(rolldown.build(rolldownOptions(bundle))),
    watch: async (bundle, built) => watched(rolldown.watch(rolldownOptions(bundle)) as Watcher, built),
  },
  esbuild: {
    build: (bundle) => outcome(esbuild.build(esbuildOptions(bundle))),
    async watch(bundle, built) {
      const options = esbuildOptions(bundle);
      const tell: esbuild.Plugin = {
        name: "tell",
        setup: (build) => build.onEnd(({ errors }) => built(errors.map((one) => one.text).join("\n"))),
      };
      const context = await esbuild.context({ ...options, plugins: [...(options.plugins ?? []), tell] });
      await context.watch();
      return () => context.dispose();
    },
  },
  webpack: {
    build: (bundle) => new Promise((done) => webpackOf(bundle).run(packed(done))),
    async watch(bundle, built) {
      const watching = webpackOf(bundle).watch({ aggregateTimeout: 20 }, packed(built))!;
      return () => new Promise<void>((done) => watching.close(() => done()));
    },
  },
  rspack: {
    build: (bundle) => new Promise((done) => rspackOf(bundle).run(packed(done))),
    async watch(bundle, built) {
      const watching = rspackOf(bundle).watch({ aggregateTimeout: 20 }, packed(built));
      return () => new Promise<void>((done) => watching.close(() => done()));
    },
  },
};
