import type { Remedy } from "../../diagnostics/remedies";

/** Command that loads the module nvme-tcp on a node, now and at each boot. */
export const moduleCommand = "echo nvme-tcp | sudo tee /etc/modules-load.d/nvme-tcp.conf && sudo modprobe nvme-tcp";

/**
 * Symptoms of a node without that module, where OpenEBS's csi-node does not run: csi-node's log, and the kubelet's event for a
 * pod with a replicated volume.
 */
const missingModule = /Failed to detect nvme_tcp kernel module|driver name io\.openebs\.csi-mayastor not found/;

/** Remedy for nodes on which csi-node does not run. */
export const moduleRemedy: Remedy = {
  symptom: missingModule,
  instructions: (_, nodes) =>
    `OpenEBS's csi-node does not run on ${nodes.join(", ")}: no pod there can mount a replicated volume. It needs the kernel module ` +
    `nvme-tcp, and starts by itself within five minutes after that is loaded. On each of these nodes: ${moduleCommand}`,
};
