/** A series of MariaDB, e.g. `10.11`. Its releases share the format of the files, and an older series cannot read those of a newer one. */
export type Series = string;

/** The series in an image's tag; undefined for a tag such as `lts` or `11`, and for a digest alone. */
export function seriesOf(image: string): Series | undefined {
  return /:(\d+\.\d+)(?:\.\d+)?(?:-[\w.-]+)?(?:@sha256:\w+)?$/.exec(image)?.[1];
}

/** The series in a server's version, e.g. `mariadbd  Ver 11.8.9-MariaDB`; undefined if there is none. */
export function seriesIn(version: string): Series | undefined {
  return /\b(\d+\.\d+)\.\d+-MariaDB/.exec(version)?.[1];
}

/** Negative if `one` is older than `other`, positive if it is newer, 0 if they are equal. */
export function compareSeries(one: Series, other: Series): number {
  const [left = [], right = []] = [one, other].map((series) => series.split(".").map(Number));
  return (left[0] ?? 0) - (right[0] ?? 0) || (left[1] ?? 0) - (right[1] ?? 0);
}

/** The newest of these series; undefined if all are unknown. */
export function newestSeries(all: readonly (Series | undefined)[]): Series | undefined {
  return all
    .filter((series) => series !== undefined)
    .sort(compareSeries)
    .at(-1);
}
