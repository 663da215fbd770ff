/** The documents of the site: `docs/*.md` and `docs/diagnostics/*.md` as HTML. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import MarkdownIt from "markdown-it";
import { hashOf } from "../src/page/link.ts";
import { highlighted } from "./highlight.ts";

export interface Document {
  /** The name of its page: `language`, `N201`. */
  readonly name: string;
  readonly title: string;
  readonly markdown: string;
}

const folder = fileURLToPath(new URL("../../docs/", import.meta.url));
const repository = "https://github.com/normc/normc/blob/main";

/** In the order of the menu. */
const order = [
  "language",
  "targets",
  "runtime",
  "training",
  "tuning",
  "bundlers",
  "config",
  "editor",
  "glossary",
];

export function allDocuments(): Document[] {
  const names = readdirSync(folder).flatMap((name) => (name.endsWith(".md") ? [name.slice(0, -3)] : []));
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  const guides = names.sort((a, b) => place(a) - place(b) || a.localeCompare(b));
  const codes = readdirSync(`${folder}diagnostics`).flatMap((name) => /^(N\d+)\.md$/.exec(name)?.[1] ?? []);
  return [
    ...guides.map((name) => documentAt(`${folder}${name}.md`, name)),
    ...codes.sort().map((name) => documentAt(`${folder}diagnostics/${name}.md`, name)),
  ];
}

export function isCode({ name }: Document): boolean {
  return /^N\d+$/.test(name);
}

function documentAt(path: string, name: string): Document {
  const markdown = readFileSync(path, "utf8");
  return { name, title: /^# (.+)$/m.exec(markdown)?.[1]?.replaceAll("`", "") ?? name, markdown };
}

/** The content of a page. Every `norm` example carries a link that opens it in the playground. */
export function contentOf({ name, markdown }: Document, all: readonly Document[]): string {
  const known = new Set(all.map((one) => one.name));
  const md = new MarkdownIt({ html: true, highlight: (code, tongue) => highlighted(code, tongue) });
  const fence = md.renderer.rules.fence;
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    const token = tokens[index];
    const plain = fence?.(tokens, index, options, env, self) ?? "";
    if (token === undefined) return plain;
    const label = `<div class="code" tabindex="0" role="region" aria-label="Code">${plain}</div>`;
    // A word behind it names the code of its mistake, for the tests.
    if (token.info.trim().split(/\s+/)[0] !== "norm") return label;
    const link = `../index.html${hashOf({ text: token.content })}`;
    return `<div class="example" data-spec>${label}<p class="actions"><a class="open" href="${md.utils.escapeHtml(link)}">Open in the playground</a></p></div>`;
  };
  md.core.ruler.push("site-links", ({ tokens }) => {
    const slugs = new Map<string, number>();
    for (const [i, token] of tokens.entries()) {
      if (token.type === "heading_open") token.attrSet("id", slugOf(tokens[i + 1]?.content ?? "", slugs));
      for (const child of token.children ?? []) {
        const href = child.type === "link_open" ? child.attrGet("href") : null;
        if (href !== null) child.attrSet("href", siteLink(String(href), name, known));
      }
    }
  });
  // A wide table scrolls in its own place, also by keys.
  md.renderer.rules.table_open = () =>
    '<div class="wide" tabindex="0" role="region" aria-label="Table"><table>';
  md.renderer.rules.table_close = () => "</table></div>";
  return md.render(markdown);
}

/** As GitHub does it. */
function slugOf(heading: string, known: Map<string, number>): string {
  const slug = heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
  const count = known.get(slug) ?? 0;
  known.set(slug, count + 1);
  return count === 0 ? slug : `${slug}-${count}`;
}

/** A link between documents stays on the site, any other one into the repository leads to it. */
function siteLink(href: string, from: string, known: ReadonlySet<string>): string {
  if (/^[a-z]+:|^#/.test(href)) return href;
  const base = `https://site/docs/${/^N\d+$/.test(from) ? "diagnostics/" : ""}`;
  const { pathname, hash } = new URL(href, base);
  const name = /^\/docs\/(?:diagnostics\/)?([^/]+)\.md$/.exec(pathname)?.[1];
  return name !== undefined && known.has(name) ? `${name}.html${hash}` : `${repository}${pathname}${hash}`;
}

/** The menu beside each page. */
export function menuOf(current: string, all: readonly Document[]): string {
  const item = ({ name, title }: Document): string =>
    `<li><a href="${name}.html"${name === current ? ' aria-current="page"' : ""}>${escaped(title)}</a></li>`;
  const guides = all.filter((one) => !isCode(one));
  const codes = all.filter(isCode);
  const open = codes.some((one) => one.name === current) ? " open" : "";
  return `<ul>${guides.map(item).join("")}</ul><details${open}><summary>Diagnostics</summary><ul>${codes.map(item).join("")}</ul></details>`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** A page: the template with its title, menu and content. */
export function pageOf(template: string, one: Document, all: readonly Document[]): string {
  return template
    .replace("<!--title-->", () => escaped(one.title))
    .replace("<!--menu-->", () => menuOf(one.name, all))
    .replace("<!--content-->", () => contentOf(one, all));
}
