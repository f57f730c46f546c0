/** What a script writes of a page is between these; they keep Prettier off it as well. */
const [begin, end] = ["<!-- prettier-ignore-start -->", "<!-- prettier-ignore-end -->"];

/** The part of a page that a script writes. @throws Error where the page has no place for it */
export function pagePart(page: string): string {
  return parts(page, "")[1];
}

/**
 * The page with another such part.
 * @param heading after which it is. @default the page's first
 * @throws Error where the page has no place for it
 */
export function withPart(page: string, text: string, heading = ""): string {
  const [before, , after] = parts(page, heading);
  return `${before}${begin}\n\n${text}\n\n${end}${after}`;
}

function parts(page: string, heading: string): [before: string, part: string, after: string] {
  const from = page.indexOf(begin, page.indexOf(heading));
  const to = page.indexOf(end, from);
  if (!page.includes(heading) || from < 0 || to < from)
    throw new Error(`there is no ${[heading, begin].join(" ").trim()} with ${end} after it`);
  return [page.slice(0, from), page.slice(from + begin.length, to), page.slice(to + end.length)];
}
