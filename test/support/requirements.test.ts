import { afterEach, expect, test, vi } from "vitest";
import { missing, required } from "./requirements.ts";

afterEach(() => void vi.restoreAllMocks());

test("what is required and missing fails, what is only missing is told", () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  missing("browser", "no such file", new Set(["lavapipe"]));
  expect(log).toHaveBeenCalledExactlyOnceWith("skipped: no browser: no such file");
  expect(() => missing("browser", "no such file", new Set(["browser"]))).toThrow(
    "browser is required (NORMC_REQUIRE) and not there: no such file",
  );
});

test("the list is one of known words", () => {
  expect(required("")).toEqual(new Set());
  expect(required("browser, lavapipe")).toEqual(new Set(["browser", "lavapipe"]));
  expect(() => required("browsers")).toThrow("there is no `browsers`, only lavapipe, swiftshader, browser");
});
