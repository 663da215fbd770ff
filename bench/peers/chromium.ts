/** A contestant in a page of headless Chromium. Arguments: the peer, and its threads. */
import { launchChromium } from "../../test/browser/chromium.ts";
import { relay } from "../contestant.ts";
import type { PeerPage } from "./pages/page.ts";
import { servePeers } from "./pages/serve.ts";

const [peer = "", threads = "1"] = process.argv.slice(2);

/** A page without isolation has no shared memory, so its peers have one thread: what most pages of the web get. */
const address = servePeers({ isolated: Number(threads) > 1 });

const opening = address.then(async (root) => {
  const browser = await launchChromium();
  const page = await browser.newPage();
  await page.goto(`${root}?peer=${peer}&threads=${threads}`);
  return page;
});

type Scope = typeof globalThis & { readonly peerPage: PeerPage };

relay(async (request) => {
  const page = await opening;
  return page.evaluate((given) => (globalThis as Scope).peerPage.answer(given), request);
});
