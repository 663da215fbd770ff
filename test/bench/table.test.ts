import { describe, expect, it } from "vitest";
import { spreadOut } from "../../bench/models.ts";
import type { Outcome } from "../../bench/race.ts";
import { ratiosOf } from "../../bench/ratios.ts";
import type { Results } from "../../bench/results.ts";
import { tableOf } from "../../bench/table.ts";

const timing = (ms: number, error?: number, count = 7) => ({
  ms: { median: ms, quartiles: [0.9 * ms, 1.1 * ms] as const, count },
  ...(error === undefined ? {} : { error }),
});

const outcome: Outcome = {
  copy: timing(2),
  memcpy: timing(1.5),
  normc: timing(3, 1e-7),
  "ORT webgpu": timing(12, 1e-7),
  "TF.js": timing(6, 1e-6, 1),
  "gpu.js": timing(1, 0.7),
  "ORT cpu": timing(1.5, 1e-7),
};

const results: Results = {
  machine: {
    processor: "a processor",
    cores: 2,
    memoryGiB: 8,
    system: "linux x64",
    node: "v24.0.0",
    load: 3,
  },
  dtype: "f32",
  gradients: false,
  versions: { normc: "0.1.0" },
  seconds: 100,
  adapters: [
    {
      adapter: "an adapter",
      software: true,
      absent: { "TF.js": "no f16 storage" },
      cases: [
        { name: "first", shape: [4], op: "layer", outcome },
        {
          name: "second",
          shape: [4],
          op: "layer",
          outcome: { ...outcome, "ORT cpu": { refused: "too | long" } },
        },
      ],
    },
  ],
};

describe("the ratios", () => {
  it("are to the fastest peer whose result is right, and never to the processor's", () => {
    expect(ratiosOf(outcome, "f32")).toEqual({
      copy: 1.5,
      memcpy: 2,
      peer: 0.5,
      fastest: "TF.js",
      processor: 2,
    });
  });

  it("are not there where a peer has no time", () => {
    expect(ratiosOf({ normc: timing(3, 0), "TF.js": { refused: "crashed" } }, "f32")).toEqual({});
  });

  it("take a NaN for wrong", () => {
    expect(ratiosOf({ normc: timing(3, 0), "TF.js": timing(1, Number.NaN) }, "f32").peer).toBeUndefined();
  });
});

describe("the table", () => {
  const table = tableOf(results, { pictures: new Map([["an adapter", "picture.svg"]]) });

  it("has a line for each case with every contestant", () => {
    expect(table).toContain(
      "| first | 2.00 ±10 % | 1.50 ±10 % | 3.00 ±10 % | 12.0 ±10 % | 6.00 † | 1.00 ±10 % | 1.50 ±10 % | 1.50 | 2.00 | 0.50 (TF.js) | 2.00 |",
    );
  });

  it("says what is wrong, what was refused and who is not there", () => {
    expect(table).toContain("**7.0e-1**, wrong");
    expect(table).toContain("- ORT cpu: too \\| long (second)");
    expect(table).toContain("- TF.js does not start: no f16 storage");
  });

  it("says that others were at work", () => {
    expect(table).toContain("- Load before the run: 3.0, so the machine was not quiet");
  });

  it("sums the ratios up", () => {
    expect(table).toContain("| ÷ copy | 1.50 | 1.50 | 1.50 | 2 |");
    expect(table).toContain("| ÷ ORT cpu | 2.00 | 2.00 | 2.00 | 1 |");
  });

  it("shows the picture", () => {
    expect(table).toContain("](picture.svg)");
  });
});

describe("the table of gradients", () => {
  const gradients: Outcome = {
    copy: timing(2),
    "normc backward": timing(7, 1e-6),
    "normc forward + backward": timing(10, 1e-6),
    "TF.js forward + gradient": timing(40, 1e-5),
    "TF.js forward": timing(12, 1e-6),
  };
  const wrong = { ...gradients, "TF.js forward + gradient": timing(1, 0.1) };
  const [adapter] = results.adapters;
  const cases = [gradients, wrong].map((outcome, i) => ({ ...adapter!.cases[0]!, name: `${i}`, outcome }));
  const table = tableOf(
    { ...results, gradients: true, adapters: [{ ...adapter!, cases }] },
    { pictures: new Map() },
  );

  it("has each ratio with its partner, and marks what misses the aim", () => {
    expect(table).toContain("| 40.0 ±10 % | 12.0 ±10 % | **3.50** | 0.25 | 0.17 | 0.25 |");
  });

  it("has no column of a ratio that no case has", () => {
    expect(table).not.toContain("÷ memcpy |");
  });

  it("compares with no gradient that is wrong", () => {
    expect(table).toContain("| 1.00 ±10 % | 12.0 ±10 % | **3.50** | – | – | – |");
    expect(table).toContain("**1.0e-1**, wrong");
  });
});

describe("some of many cases", () => {
  it("lie evenly spread over the list", () => {
    expect(spreadOut([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3)).toEqual([1, 5, 8]);
  });

  it("are all where there are fewer", () => {
    expect(spreadOut([0, 1], 3)).toEqual([0, 1]);
  });
});
