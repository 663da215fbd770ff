/** Where a page keeps what it tuned. */
import { indexedDB } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { indexedDbStorage } from "../../src/tuning/file/browser-storage.ts";

// Node has none of its own.
beforeEach(() => void vi.stubGlobal("indexedDB", indexedDB));
afterEach(() => void vi.unstubAllGlobals());

test("IndexedDB gives back what was written last, by name", async () => {
  const storage = indexedDbStorage("one");
  expect(await storage.read()).toBeUndefined();
  await storage.write("first");
  await storage.write("second");
  expect(await indexedDbStorage("one").read()).toBe("second");
  expect(await indexedDbStorage("another").read()).toBeUndefined();
});
