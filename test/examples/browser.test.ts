/** The page of the example, in headless Chromium: the numbers that it shows. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { serveExample } from "../../examples/browser/start.ts";
import { openPage } from "../browser/browser.ts";

const served = await serveExample();
const opened = await openPage("about:blank");
afterAll(async () => {
  await opened?.close();
  await served.close();
});
afterEach(() => expect(opened?.complaints() ?? []).toEqual([]));

/** What the card of a backend shows, once both have run. */
async function shown(query: string): Promise<Record<string, Record<string, string>>> {
  const { page } = opened!;
  await page.goto(`${served.address}${query}`);
  await page.waitForSelector('body[data-state="done"]');
  return page.$$eval("article", (cards) =>
    Object.fromEntries(
      cards.map((card) => {
        const fields = [...card.querySelectorAll<HTMLElement>("[data-field]")];
        const told = fields.map((one) => [one.dataset.field!, one.textContent] as const);
        return [card.id, { state: card.dataset.state!, ...Object.fromEntries(told) }];
      }),
    ),
  );
}

describe.skipIf(opened === undefined)("the page", () => {
  it.each(["LayerNorm", "RMSNorm", "GroupNorm", "InstanceNorm", "BatchNorm", "Softmax"])(
    "%s on both backends, near zero and far from it",
    async (norm) => {
      // RMSNorm and Softmax do not centre, so far from zero there is nothing to show.
      for (const far of /RMS|Softmax/.test(norm) ? [0] : [0, 1e6]) {
        const { webgpu, webgl2 } = await shown(`?norm=${norm}&far=${far}`);
        for (const card of [webgpu!, webgl2!]) {
          expect(card).toMatchObject({ state: "done", words: "" });
          expect(card.machine).toMatch(/swiftshader/i);
          expect(Number.parseFloat(card.median!)).toBeGreaterThan(0);
          expect(Number.parseFloat(card.first!)).toBeGreaterThan(0);
          expect(Number(card.error)).toBeGreaterThan(0);
          expect(Number(card.error)).toBeLessThanOrEqual(1e-5);
        }
        expect(webgpu!.steps).toBe("1 dispatch");
        expect(webgl2!.steps).toMatch(/^[2-5] draws$/);
        expect(await opened!.page.textContent("#spec")).toContain(`norm ${norm} {`);
      }
    },
  );

  it("another shape, chosen on the page", async () => {
    const { page } = opened!;
    await page.goto(served.address);
    await page.waitForSelector('body[data-state="done"]');
    await page.selectOption("#shape", { label: "512 × 768" });
    await page.waitForSelector('body[data-state="done"]');
    expect(await page.$$eval("article", (cards) => cards.map((one) => one.dataset.state))).toEqual([
      "done",
      "done",
    ]);
  });

  it("says which backend a browser does not have", async () => {
    const { page } = opened!;
    await page.addInitScript(() => {
      Object.defineProperty(Navigator.prototype, "gpu", { value: undefined });
    });
    const { webgpu, webgl2 } = await shown("");
    expect(webgpu).toMatchObject({ state: "missing", machine: "This browser has no WebGPU.", median: "" });
    expect(webgl2!.state).toBe("done");
  });
});
