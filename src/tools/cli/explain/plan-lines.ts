/** The decisions of the schedule for a kernel, as lines. */
import type { LoopFacts, PlanFacts, StageFacts, StructureFacts } from "./plan-facts.ts";

export function planLines({ loops, stores, once, chunked, structures, split }: PlanFacts): string[] {
  const lines = loops.map((one, place) => `loop ${place + 1} over ${one.over.join(", ")}: ${loopText(one)}`);
  for (const { over, tensors, columns } of stores) {
    lines.push(`stores over ${over.join(", ")}: ${tensors.join(", ")}`);
    if (columns.length > 0)
      lines.push(`  and adds up over each chunk of ${chunked.join(", ")}: ${columns.join(", ")}`);
  }
  if (once.length > 0) lines.push(`stores once a row: ${once.join(", ")}`);
  lines.push("shaders", ...structures.map((one) => `  ${structureText(one)}`));
  if (split === null) return [...lines, "rows are not split"];
  lines.push(`rows split over workgroups, ${split.stages.length} stages`);
  return [...lines, ...split.stages.map((one, place) => `  ${place + 1}. ${stageText(one)}`)];
}

function loopText({ kind, reductions, segments }: LoopFacts): string {
  const found = reductions.map(({ name, op, of }) => `${name} ${op}(${of})`).join(", ");
  switch (kind) {
    case "reductions":
      return found;
    case "samples":
      return `samples alone, ${found}`;
    case "segments": {
      const stored = segments.map(({ name, tensor }) => `${name} ${tensor}`);
      return `segments ${[...stored, ...(found === "" ? [] : [found])].join(", ")}`;
    }
  }
}

function structureText({ vector, together, kept }: StructureFacts): string {
  if (vector === null) return "element by element, for every shape";
  const words = [`four by four along ${vector}`];
  if (kept.length > 0) words.push(`keeping ${kept.join(" and ")}`);
  if (together > 1) words.push(`${together} rows a lane`);
  return words.join(", ");
}

function stageText({ work, handsOn }: StageFacts): string {
  const loops = (kind: StageFacts["work"][number]["kind"]): string => {
    const places = work.filter((one) => one.kind === kind).map((one) => one.loop + 1);
    return `loop${places.length === 1 ? "" : "s"} ${places.join(", ")}`;
  };
  const has = (kind: string): boolean => work.some((one) => one.kind === kind);
  const words = [
    ...(has("merge") ? [`merges ${loops("merge")}`] : []),
    ...(has("repeat") ? [`repeats ${loops("repeat")}`] : []),
    ...(has("part") ? [`takes its part of ${loops("part")}`] : []),
    handsOn === null ? "stores" : `hands on ${numbersText(handsOn.map((one) => one.slot))}`,
  ];
  return words.join(", ");
}

function numbersText(slots: readonly number[]): string {
  if (slots.length === 0) return "nothing but what it stores";
  const ordered = [...slots].sort((a, b) => a - b).join(", ");
  return `${slots.length} number${slots.length === 1 ? "" : "s"} (slot${slots.length === 1 ? "" : "s"} ${ordered})`;
}
