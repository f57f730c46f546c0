import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { channelOptions } from "./serve";

/** How much a line matters to whoever runs the deployment. */
export type Severity = keyof typeof LogSeverity;

/** What a plugin can tell the engine that started it. */
export class Engine {
  private client: EngineClient | undefined;

  /** @param address where the engine listens; without one, lines go nowhere */
  constructor(address: string | undefined) {
    if (address) this.connect(address);
  }

  connect(address: string): void {
    this.client ??= new EngineClient(address, grpc.credentials.createInsecure(), channelOptions);
  }

  /** A line that stays: it is shown as a diagnostic of the resource. */
  log(severity: Severity, urn: string, message: string): void {
    this.send(severity, urn, message, false);
  }

  /** A line that is shown while the resource is worked on. */
  status(severity: Severity, urn: string, message: string): void {
    this.send(severity, urn, message, true);
  }

  private send(severity: Severity, urn: string, message: string, ephemeral: boolean): void {
    const request = new LogRequest()
      .setSeverity(LogSeverity[severity])
      .setUrn(urn)
      .setMessage(message)
      .setEphemeral(ephemeral);
    // A line that cannot be delivered must not fail the deployment that it is about.
    this.client?.log(request, () => undefined);
  }
}
