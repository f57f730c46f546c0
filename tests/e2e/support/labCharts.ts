import * as path from "node:path";
import { ChartRepository } from "./chartRepository";

const fixtures = path.join(__dirname, "../fixtures");

/** Charts of the shape of OpenEBS's and of NFS's driver, and what a stack says to have them. */
export class LabCharts {
  private constructor(private readonly repository: ChartRepository) {}

  static async start(): Promise<LabCharts> {
    return new LabCharts(
      await ChartRepository.start({
        [path.join(fixtures, "openebs")]: ["4.4.0"],
        [path.join(fixtures, "csi-driver-nfs")]: ["4.13.4"],
      }),
    );
  }

  get address(): string {
    return this.repository.address;
  }

  /** The chart's defaults lead to registries that are not here: no pod comes up unless the mirror reaches its image. */
  get settings(): Readonly<Record<string, string>> {
    return { "storage.chartRepository": this.address, "storage.imageRegistry": "registry.k8s.io" };
  }

  stop(): void {
    this.repository.stop();
  }
}
