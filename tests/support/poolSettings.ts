/** Configuration of a stack with a pool on each of the nodes, for `pulumi config set`. */
export function poolSettings(nodes: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    nodes.flatMap((node, index) => [
      [`storage.pools[${index}].node`, node],
      [`storage.pools[${index}].disk`, `/dev/disk/by-id/disk-of-${node}`],
    ]),
  );
}
