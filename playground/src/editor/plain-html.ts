/**
 * What the editor shows of a documentation. It is Markdown of the spec, and a spec may come of a stranger's link: HTML in it
 * must not run. So only the elements that Markdown itself makes are built anew, with no attribute but the class that
 * colours code. What is none of them becomes its text.
 */

const kept = new Set(
  "P CODE PRE EM STRONG UL OL LI BR HR SPAN BLOCKQUOTE H1 H2 H3 H4 TABLE THEAD TBODY TR TH TD".split(" "),
);

/** What has text that is not for people. */
const dropped = new Set("SCRIPT STYLE TEMPLATE NOSCRIPT IFRAME OBJECT SVG MATH".split(" "));

export function plainHtml(html: string): string {
  const place = document.createElement("div");
  // A parsed document is inert: it loads and runs nothing.
  place.append(...plain(new DOMParser().parseFromString(html, "text/html").body));
  return place.innerHTML;
}

function plain({ childNodes }: Node): Node[] {
  return [...childNodes].flatMap((node): Node[] => {
    if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.textContent ?? "")];
    if (!(node instanceof Element) || dropped.has(node.tagName.toUpperCase())) return [];
    if (!kept.has(node.tagName)) return plain(node);
    const made = document.createElement(node.tagName);
    if (node.className !== "") made.className = node.className;
    made.append(...plain(node));
    return [made];
  });
}
