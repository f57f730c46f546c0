import * as grpc from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { type Properties, toWire } from "./propertyValues";

/** A resource exists but its initialization failed. The state keeps it, and the next update continues from there. */
export class InitFailed extends Error {
  readonly code = grpc.status.UNKNOWN;
  readonly metadata = new grpc.Metadata();

  constructor(id: string, inputs: Properties, outputs: Properties, message: string, reasons: readonly string[]) {
    super(message);
    const detail = new ErrorResourceInitFailed()
      .setId(id)
      .setInputs(toWire(inputs))
      .setProperties(toWire(outputs))
      .setReasonsList([...reasons]);
    const packed = new Any();
    packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new Status().setCode(this.code).setMessage(message).setDetailsList([packed]);
    // gRPC's header for error details, for which its Node library has no constant.
    this.metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  }
}
