/** Compiles the specs with awkward names for every target: in a process of its own, since it may not end. */
import { compileGather } from "../../src/compile/compile-gather.ts";
import { compileGraph } from "../../src/compile/passes.ts";
import { awkwardGraphs } from "../support/awkward-names.ts";

for (const { names, graph } of awkwardGraphs()) {
  console.log(names);
  compileGather(graph);
  compileGraph(graph);
}
console.log("all");
