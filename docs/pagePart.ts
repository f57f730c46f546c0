/** A script writes the part of a page between these comments. Prettier skips it, too. */
const [begin, end] = ["<!-- prettier-ignore-start -->", "<!-- prettier-ignore-end -->"];

/** The part of a page that a script writes. @throws Error if the page does not have both comments */
export function pagePart(page: string): string {
  return parts(page, "")[1];
}

/**
 * The page with that part replaced.
 * @param heading the part follows it. @default the page's first part
 * @throws Error if the page does not have both comments
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
