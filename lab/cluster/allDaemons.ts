import { apiDaemons, clusterDaemons, proxyDaemon } from "./controlPlane";
import type { Daemon } from "./daemons";
import { labNodes } from "./layout";
import { nodeDaemons } from "./node";

/** Every daemon of a lab that is up, in the order in which they start. */
export function allDaemons(kubernetes: string): Daemon[] {
  return [
    ...apiDaemons(kubernetes),
    ...clusterDaemons(kubernetes),
    ...labNodes.flatMap((node) => nodeDaemons(node, kubernetes)),
    proxyDaemon(kubernetes),
  ];
}
