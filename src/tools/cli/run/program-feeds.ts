/** What a program takes of the tensors that a command has. */
import type { ProgramInterface, ProgramTensor } from "../../../program/program.ts";
import type { Results } from "./backend-interface.ts";

/** The dims of the fed tensors of the norm: saved values have none. */
export function dimsOfTensors(
  { tensors }: ProgramInterface,
  feeds: Results,
): Record<string, readonly number[]> {
  const own = new Set(tensors.filter(({ role }) => role !== "saved").map(({ name }) => name));
  return Object.fromEntries(
    Object.entries(feeds).flatMap(([name, { dims }]) => (own.has(name) ? [[name, dims]] : [])),
  );
}

/** Those of the tensors that the program reads. */
export function readBy({ tensors }: ProgramInterface, feeds: Results): Results {
  const read = new Set(tensors.filter((one) => one.role !== "output" && !isKept(one)).map((one) => one.name));
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => read.has(name)));
}

/** Whether this program writes it for another program. */
function isKept({ role, updated }: ProgramTensor): boolean {
  return role === "saved" && updated === true;
}
