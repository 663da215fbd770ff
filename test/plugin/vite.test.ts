/** Vite's development server with the plugin, and a page in headless Chromium. */
import { existsSync, readFileSync, statSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer, type HotPayload } from "vite";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import normc from "../../src/tools/plugin/vite.ts";
import { openPage } from "../browser/browser.ts";
import { root } from "../cli/normc.ts";
import { centered, projectOf } from "./project.ts";

const html = (script: string): string =>
  `<!doctype html><link rel="icon" href="data:,"><script type="module" src="${script}"></script>`;

/** What both pages do with their norm: x is [[1, 3], [5, 9]]. */
const show = `export async function show(Norm) {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter.requestDevice();
  const norm = await Norm.create(device, { x: [2, 2] });
  const { y } = await norm.run({ x: Float32Array.of(1, 3, 5, 9) });
  document.body.dataset.y = y.join(" ");
  return device;
}
`;

const project = projectOf({
  "show.js": show,
  "index.html": html("/main.js"),
  "main.js": `import { Centered } from "./centered.norm";
import { show } from "./show.js";
const device = await show(Centered);
window.gradient = async () => {
  const backward = await Centered.createBackward(device, { x: [2, 2] });
  const x = Float32Array.of(1, 3, 5, 9);
  return (await backward.run({ x, d_y: Float32Array.of(1, 0, 0, 1) })).d_x.join(" ");
};
`,
  "centered.norm": `import { changed } from "./changed.norm"\n${centered().replace(/\((x - .*\))\)/, "changed($1)")}`,
  "changed.norm": "fn changed(v) = v\n",
  "norm.config.ts": `export default { targets: ["wgsl"] };\n`,
  "accept.html": html("/accept.js"),
  "accept.js": `import { Centered } from "./accepted.norm";
import { Softmax } from "normc/library/softmax.norm";
import { show } from "./show.js";
import.meta.hot.accept("./accepted.norm", (module) => show(module.Centered));
const device = await show(Centered);
const softmax = await Softmax.create(device, { x: [2] });
document.body.dataset.softmax = (await softmax.run({ x: [3, 3] })).y.join(" ");
`,
  "accepted.norm": centered(" * 2"),
});

const server = await createServer({
  root: project.path,
  configFile: false,
  logLevel: "silent",
  plugins: [normc()],
  resolve: { conditions: ["source", "module", "browser", "development"] },
  server: { port: 0, host: "127.0.0.1", fs: { allow: [project.path, root] } },
});
await server.listen();
const address = `http://127.0.0.1:${(server.httpServer!.address() as AddressInfo).port}`;

/** What the server told the page to do. */
const told: HotPayload["type"][] = [];
const { hot } = server.environments.client;
const send = hot.send.bind(hot);
hot.send = (...words: [HotPayload] | [string, unknown?]) => {
  if (typeof words[0] === "object") told.push(words[0].type);
  return send(...(words as [HotPayload]));
};

const opened = await openPage(address);
afterAll(async () => {
  await opened?.close();
  await server.close();
  project[Symbol.dispose]();
});

interface Marked {
  mark?: boolean;
  gradient(): Promise<string>;
}

const shows = (y: string): Promise<unknown> =>
  opened!.page.waitForSelector(`body[data-y="${y}"]`, { state: "attached", timeout: 15_000 });
/** Whether the page was loaded again since it was marked. */
const marked = (): Promise<boolean> =>
  opened!.page.evaluate(() => (globalThis as unknown as Marked).mark === true);
const overlay = (): Promise<string | undefined> =>
  opened!.page.evaluate(
    () =>
      document.querySelector("vite-error-overlay")?.shadowRoot?.querySelector(".window")?.textContent ??
      undefined,
  );

/** Long enough for the watcher and the server to have done whatever they would do. */
const quiet = (): Promise<void> => new Promise((done) => setTimeout(done, 400));

/** Vite's watcher drops a change that follows the last one of the same file within 50 ms. */
const afterWatcher = (): Promise<void> => new Promise((done) => setTimeout(done, 100));

describe.skipIf(opened === undefined)("a page of Vite's server", () => {
  beforeEach(async () => {
    told.length = 0;
    await opened!.page.evaluate(() => {
      (globalThis as unknown as Marked).mark = true;
    });
  });

  it("runs the norm, and its backward pass, which is loaded on demand", async () => {
    await shows("-1 1 -2 2");
    const gradient = await opened!.page.evaluate(() => (globalThis as unknown as Marked).gradient());
    expect(gradient).toBe("0.5 -0.5 -0.5 0.5");
    expect(opened!.complaints()).toEqual([]);
  });

  it("has the types of the spec beside it", () => {
    const types = readFileSync(join(project.path, "centered.d.norm.ts"), "utf8");
    expect(types).toContain("export declare const Centered");
  });

  it("hears nothing of edits that change no module", async () => {
    const types = join(project.path, "centered.d.norm.ts");
    const before = statSync(types).mtimeMs;
    const text = readFileSync(join(project.path, "centered.norm"), "utf8");
    project.write({ "notes.txt": "a file", "other.norm": centered(" * 7") });
    project.write({ "centered.norm": `${text}// a comment\n` });
    await quiet();
    expect(told).toEqual([]);
    expect(await marked()).toBe(true);
    expect(statSync(types).mtimeMs).toBe(before);
  });

  it("shows an edit of the spec, and of one that it imports", async () => {
    const text = readFileSync(join(project.path, "centered.norm"), "utf8");
    project.write({ "centered.norm": text.replace("mean(x", "max(x") });
    await shows("-2 0 -4 0");
    project.write({ "changed.norm": "fn changed(v) = v * 10\n" });
    await shows("-20 0 -40 0");
    expect(told).toEqual(["full-reload", "full-reload"]);
  });

  it("keeps running under the overlay of a mistake, until the next good edit", async () => {
    project.write({ "changed.norm": "fn changed(v) = v *\n  w\n" });
    await opened!.page.waitForSelector("vite-error-overlay", { state: "attached", timeout: 15_000 });
    expect(await overlay()).toContain("there is nothing called `w` [N201]");
    expect(await overlay()).toContain(`${join(project.path, "changed.norm")}:2:3`);
    expect(await overlay()).toContain("2 |   w\n  |   ^");
    expect(await marked()).toBe(true);
    await shows("-20 0 -40 0");
    expect(told).toEqual(["error"]);

    await afterWatcher();
    project.write({ "changed.norm": "fn changed(v) = v * 5\n" });
    await shows("-10 0 -20 0");
    expect(await overlay()).toBeUndefined();
  });

  it("hears of the config", async () => {
    project.write({ "norm.config.ts": `export default { target: ["wgsl"] };\n` });
    await opened!.page.waitForSelector("vite-error-overlay", { state: "attached", timeout: 15_000 });
    expect(await overlay()).toContain("the config has no field `target`");
    await afterWatcher();
    project.write({ "norm.config.ts": "export default { gradients: { backward: false } };\n" });
    await opened!.page.waitForFunction(() => document.querySelector("vite-error-overlay") === null);
    await shows("-10 0 -20 0");
    const types = readFileSync(join(project.path, "centered.d.norm.ts"), "utf8");
    expect(types).not.toContain("createBackward");
  });

  it("shows the overlay when it is loaded with a mistake, and clears it", async () => {
    project.write({ "changed.norm": "fn changed(v) = v * w\n" });
    await opened!.page.waitForSelector("vite-error-overlay", { state: "attached", timeout: 15_000 });
    await opened!.page.reload();
    await opened!.page.waitForSelector("vite-error-overlay", { state: "attached", timeout: 15_000 });
    expect(await overlay()).toContain(`${join(project.path, "changed.norm")}:1:21`);
    await afterWatcher();
    // The same text as before: nothing has to change in the page.
    project.write({ "changed.norm": "fn changed(v) = v * 5\n" });
    await shows("-10 0 -20 0");
    expect(await overlay()).toBeUndefined();
    expect(opened!.complaints()).toEqual([expect.stringContaining("500")]);
  });

  it("is not loaded again if it accepts the module", async () => {
    await opened!.page.goto(`${address}/accept.html`);
    await shows("-2 2 -4 4");
    // A norm of the library, by the name of its file.
    await opened!.page.waitForSelector('body[data-softmax="0.5 0.5"]', {
      state: "attached",
      timeout: 15_000,
    });
    expect(existsSync(join(root, "library/softmax.d.norm.ts"))).toBe(false);
    await opened!.page.evaluate(() => {
      (globalThis as unknown as Marked).mark = true;
    });
    told.length = 0;
    project.write({ "accepted.norm": centered(" * 3") });
    await shows("-3 3 -6 6");
    expect(told).toEqual(["update"]);
    expect(await marked()).toBe(true);
    expect(opened!.complaints()).toEqual([]);
  });
});
