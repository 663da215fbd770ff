/**
 * The parent's side of a contestant. It starts the process when needed, asks it, and ends it when it takes too long.
 */
import { type ChildProcess, fork } from "node:child_process";
import type { Answer, Request } from "./contestant.ts";
import { besides } from "./packed.ts";

type Question = Request extends infer One ? (One extends { id: number } ? Omit<One, "id"> : never) : never;

export interface Child {
  /** @throws Error if the contestant refuses, crashes or exceeds the limit. */
  ask<Value>(question: Question, limitMs: number): Promise<Value>;
  /** Whether the process has ended, by a crash or by the limit. The next question then starts another. */
  readonly ended: () => boolean;
  close(): void;
}

export interface ChildOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

export function startChild({ file, args, env }: ChildOptions): Child {
  // Drivers and peers print on both outputs. Only the end of it matters, and only after a crash.
  const child: ChildProcess = fork(besides(file), args, { env, stdio: ["ignore", "ignore", "pipe", "ipc"] });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2000);
  });
  let over: string | undefined;
  let id = 0;
  const waiting = new Map<number, (answer: Answer) => void>();
  const end = (reason: string): void => {
    over ??= reason;
    for (const [key, settle] of waiting) settle({ id: key, failure: over });
    waiting.clear();
  };
  child.on("message", (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  child.on("error", (error) => end(error.message));
  child.on("exit", (code, signal) => {
    const last = said.trim().split("\n").at(-1) ?? "";
    end(`its process ended (${signal ?? `code ${code}`})${last === "" ? "" : `: ${last}`}`);
  });
  return {
    ended: () => over !== undefined,
    ask<Value>(question: Question, limitMs: number): Promise<Value> {
      return new Promise<Value>((resolve, reject) => {
        if (over !== undefined) return reject(new Error(over));
        id++;
        const timer = setTimeout(() => {
          end(`took more than ${Math.round(limitMs / 1000)} s`);
          child.kill("SIGKILL");
        }, limitMs);
        waiting.set(id, (answer) => {
          clearTimeout(timer);
          if ("failure" in answer) reject(new Error(answer.failure));
          else resolve(answer.value as Value);
        });
        child.send({ id, ...question });
      });
    },
    close() {
      end("closed");
      child.kill("SIGKILL");
    },
  };
}
