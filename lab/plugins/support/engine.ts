import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { channelOptions } from "./serve";

/** Severity of a line. */
export type Severity = keyof typeof LogSeverity;

/** Sends messages from a plugin to the engine that started it. */
export class Engine {
  private client: EngineClient | undefined;

  /** @param address the engine's address; without one, lines are discarded */
  constructor(address: string | undefined) {
    if (address) this.connect(address);
  }

  connect(address: string): void {
    this.client ??= new EngineClient(address, grpc.credentials.createInsecure(), channelOptions);
  }

  /** Sends a permanent line: a diagnostic of the resource. */
  log(severity: Severity, urn: string, message: string): void {
    this.send(severity, urn, message, false);
  }

  /** Sends a transient line, shown during the resource's operation. */
  status(severity: Severity, urn: string, message: string): void {
    this.send(severity, urn, message, true);
  }

  private send(severity: Severity, urn: string, message: string, ephemeral: boolean): void {
    const request = new LogRequest()
      .setSeverity(LogSeverity[severity])
      .setUrn(urn)
      .setMessage(message)
      .setEphemeral(ephemeral);
    // A lost line must not fail the deployment.
    this.client?.log(request, () => undefined);
  }
}
