/** `npm run bench`: times every case, a copy kernel and, on request, the peers, on every adapter of the machine. */

import { peersInstall, peersInstalled } from "./contestants.ts";
import { readOptions, resultName } from "./options.ts";
import { runBench } from "./session.ts";

const options = readOptions(process.argv.slice(2));
if (options.peers && !peersInstalled()) {
  process.stderr.write(`The peers are not installed. Once: ${peersInstall}\n`);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await runBench(options, resultName(options));
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
