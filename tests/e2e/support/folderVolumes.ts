import * as fs from "node:fs";
import * as path from "node:path";
import type { Claim, Volume } from "../../../components/kubernetes/objects";
import type { Api } from "../../../lab/plugins/kubernetes/api";

/** A volume that is a folder. */
export interface FolderVolume extends Volume {
  readonly spec: Volume["spec"] & { readonly hostPath?: { readonly path: string } };
}

/** Provides a driver's volumes as folders of this machine. */
export class FolderVolumes {
  /** @param actions log of its actions: `volume of NAMESPACE/CLAIM`, `volume of … deleted` */
  constructor(
    private readonly api: Api,
    private readonly driver: string,
    private readonly actions: string[],
  ) {}

  /** The volumes that it has provided. */
  async own(): Promise<FolderVolume[]> {
    return (await this.all()).filter(
      ({ metadata }) => metadata.annotations?.["pv.kubernetes.io/provisioned-by"] === this.driver,
    );
  }

  /** All volumes of the cluster. */
  async all(): Promise<FolderVolume[]> {
    return this.list<FolderVolume>("/api/v1/persistentvolumes");
  }

  /** Creates a folder in `parent` for each claim that waits for the driver. @param before called with NAMESPACE/CLAIM */
  async provide(parent: string, before: (claim: string) => void = () => undefined): Promise<void> {
    const claims = await this.list<Claim>("/api/v1/persistentvolumeclaims");
    const wanted = claims.filter(
      ({ metadata, spec, status }) =>
        metadata.annotations?.["volume.kubernetes.io/storage-provisioner"] === this.driver &&
        status?.phase === "Pending" &&
        spec.volumeName === undefined,
    );
    for (const { metadata, spec } of wanted) {
      const name = `pvc-${metadata.uid}`;
      const folder = path.join(parent, name);
      if (fs.existsSync(folder)) continue;
      const claim = `${metadata.namespace}/${metadata.name}`;
      before(claim);
      fs.mkdirSync(folder);
      fs.chmodSync(folder, 0o777);
      const claimRef = { apiVersion: "v1", kind: "PersistentVolumeClaim", ...identity(metadata) };
      const body = {
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name, annotations: { "pv.kubernetes.io/provisioned-by": this.driver } },
        spec: {
          accessModes: spec.accessModes,
          capacity: spec.resources.requests,
          claimRef,
          hostPath: { path: folder },
          persistentVolumeReclaimPolicy: "Delete",
          storageClassName: spec.storageClassName,
        },
      };
      await this.api.send({ method: "POST", path: "/api/v1/persistentvolumes", body });
      this.actions.push(`volume of ${claim}`);
    }
  }

  /** Deletes the volumes whose claim is deleted. */
  async removeReleased(): Promise<void> {
    const released = (await this.own()).filter(({ status }) => status?.phase === "Released");
    for (const { metadata, spec } of released) {
      if (spec.hostPath) fs.rmSync(spec.hostPath.path, { recursive: true, force: true });
      await this.api.send({ method: "DELETE", path: `/api/v1/persistentvolumes/${metadata.name}` });
      this.actions.push(`volume of ${spec.claimRef?.namespace}/${spec.claimRef?.name} deleted`);
    }
  }

  private async list<T>(at: string): Promise<T[]> {
    return (await this.api.send({ method: "GET", path: at })).items as unknown as T[];
  }
}

function identity({ name, namespace, uid }: Claim["metadata"]) {
  return { name, namespace, uid };
}
