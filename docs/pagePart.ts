/** What a script writes of a page is between these; they keep Prettier off it as well. */
const [begin, end] = ["<!-- prettier-ignore-start -->", "<!-- prettier-ignore-end -->"];

/** The part of a page that a script writes. @throws Error where the page has no place for it */
export function pagePart(page: string): string {
  return parts(page)[1];
}

/** The page with another such part. @throws Error where the page has no place for it */
export function withPart(page: string, text: string): string {
  const [before, , after] = parts(page);
  return `${before}${begin}\n\n${text}\n\n${end}${after}`;
}

function parts(page: string): [before: string, part: string, after: string] {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`there is no ${begin} with ${end} after it`);
  return [page.slice(0, from), page.slice(from + begin.length, to), page.slice(to + end.length)];
}
