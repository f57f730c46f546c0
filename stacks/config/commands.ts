/** The command that sets a key. A dotted key is inside an object and needs `--path`. */
export function configSet(key: string, value: string): string {
  return `pulumi config set ${pathOption(key)}${shellWord(key)} ${shellWord(value)}`;
}

/** The command that removes a key. */
export function configRemove(key: string): string {
  return `pulumi config rm ${pathOption(key)}${shellWord(key)}`;
}

function pathOption(key: string): string {
  return /[.[]/.test(key) ? "--path " : "";
}

/** A text, quoted so that a shell reads it as one word. */
export function shellWord(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Path of an entry of a map. A dot in its name would split the path. */
export function entryPath(path: string, name: string): string {
  return name.includes(".") ? `${path}["${name}"]` : `${path}.${name}`;
}
