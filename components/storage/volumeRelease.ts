import type { Claim, Volume } from "../cluster/objects";

/** What a stack waits for when it goes: that the namespace's claims and their volumes are gone. */
export interface VolumeReleaseRequest {
  readonly namespace: string;
  /** With `retain` nothing is waited for: the claims stay. */
  readonly dataRetention: "delete" | "retain";
}

/** Claims and volumes of a namespace that are still there, each with what holds it; empty when all are gone. */
export function unreleased(namespace: string, claims: readonly Claim[], volumes: readonly Volume[]): string[] {
  return [
    ...claims.map(({ metadata, status }) => `claim ${metadata.name} (${status?.phase ?? "no phase"})`),
    ...volumes
      .filter(({ spec }) => spec.claimRef?.namespace === namespace && spec.persistentVolumeReclaimPolicy !== "Retain")
      .map(({ metadata, spec, status }) => {
        const state = [status?.phase ?? "no phase", status?.message].filter(Boolean).join(": ");
        return `volume ${metadata.name} of ${spec.claimRef?.name} (${state})`;
      }),
  ];
}
