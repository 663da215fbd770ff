/** Runs in the browser: one peer, chosen by the address (`?peer=NAME&threads=1`). It answers as a contestant does. */
import { type Answering, answering, type Opened } from "../../contestant.ts";

interface Peer {
  load(): Promise<{ open(threads: number): Promise<Opened> }>;
  /** How many cores the page must seem to have for that many threads. */
  cores(threads: number): number;
}

const peers: Readonly<Record<string, Peer>> = {
  "onnxruntime-web": { load: () => import("./onnxruntime-web.ts"), cores: (threads) => threads },
  // It takes half of the cores at most.
  "tensorflow-wasm": { load: () => import("./tensorflow-wasm.ts"), cores: (threads) => 2 * threads },
  // It always takes all.
  "jax-wasm": { load: () => import("./jax-wasm.ts"), cores: (threads) => threads },
};

const asked = new URLSearchParams(location.search);

export interface PeerPage {
  readonly answer: Answering;
}

const page: PeerPage = {
  answer: answering(async () => {
    const peer = peers[asked.get("peer") ?? ""];
    if (peer === undefined) throw new Error(`no peer ${asked.get("peer")}`);
    const threads = Number(asked.get("threads"));
    Object.defineProperty(navigator, "hardwareConcurrency", { value: peer.cores(threads) });
    return (await peer.load()).open(threads);
  }),
};

Object.assign(globalThis, { peerPage: page });
