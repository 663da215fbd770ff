/** The process that times normc and its limits: the fastest copy kernel and, where the adapter is a processor, memcpy. */
import { availableParallelism } from "node:os";
import { compileGraph } from "../src/compile/passes.ts";
import { chainOf } from "../src/tuning/measure/chain.ts";
import { prepareTimedNorm } from "../src/tuning/measure/timed-norm.ts";
import { library } from "./cases.ts";
import { serve } from "./contestant.ts";
import { fastestCopy } from "./fastest-copy.ts";
import { openMemcpy } from "./memcpy.ts";
import { clockOf, feedsOf, graphOf, openOwn, paramsOf, readBack } from "./own.ts";

serve(async () => {
  const { device, ...about } = await openOwn();
  const clock = await clockOf(device, about.software);
  return {
    ...about,
    async prepare(one, data, dtype) {
      const { program } = compileGraph(graphOf(one));
      const timedNorm = await prepareTimedNorm(device, program, {
        dims: { [library[one.op].input]: one.shape },
        params: paramsOf(program, one),
        dtype,
        feeds: feedsOf(one, data, dtype),
      });
      const copy = await fastestCopy(device, clock, timedNorm.bytes);
      const memcpy = about.software ? await openMemcpy(timedNorm.bytes, availableParallelism()) : undefined;
      const { dispatches } = timedNorm.norm;
      const result = async (): Promise<ArrayLike<number>> => {
        await clock.time(timedNorm.record);
        return readBack(device, timedNorm.buffers.y!, data.x.length, dtype);
      };
      const note = `${dispatches.length} dispatch${dispatches.length === 1 ? "" : "es"}, ${timedNorm.variant}`;
      return {
        entries: [
          { name: "copy", timed: chainOf(clock, copy.record), note: copy.note },
          ...(memcpy === undefined ? [] : [{ name: "memcpy", timed: memcpy.timed }]),
          { name: "normc", timed: chainOf(clock, timedNorm.record), result, note, bytes: timedNorm.bytes },
        ],
        release() {
          copy.destroy();
          memcpy?.close();
          timedNorm.destroy();
        },
      };
    },
  };
});
