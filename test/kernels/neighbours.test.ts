/** Windows of rows that a lane takes together: against the oracle, windows longer than the axis too. */
import { afterAll, expect, it } from "vitest";
import { chooseVariant } from "../../src/runtime/webgpu/index.ts";
import { worstDifference } from "../support/compare.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { checkText } from "../support/library.ts";
import { normals } from "../support/random.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));
for (const op of ["sum", "max", "var"])
  for (const size of [1, 4, 30])
    for (const C of [12])
      it.each(devices)(`${op} ${size} ${C} $name`, async ({ device }) => {
        const graph = checkText({
          path: "f.norm",
          text: `norm F { axes N,C,...S param size=5 input x[N,C,...S] y = x + ${op}(x^2 over C; window = size) output y }`,
        })[0]!.graphs[0]!;
        let seen = 0;
        const worst = await worstDifference(
          device,
          { graph, dims: { x: [3, C, 8, 10] }, params: { size }, feeds: { x: normals(3, 3 * C * 80, 0, 1) } },
          (w, t, l) => {
            const v = chooseVariant(w, t, l);
            seen = v.together;
            return v;
          },
        );
        expect(seen).toBe(4);
        expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
      });
