import * as grpc from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import type { Properties } from "./properties";
import { Refusal, toStruct } from "./providerWire";
import type { RecordedCall } from "./recordedCall";

/** A failure that a test orders. */
export interface Failure {
  readonly matches: (call: RecordedCall) => boolean;
  /** What the engine is told, as the cluster would word it. */
  readonly message: string;
  /**
   * Whether the object is there all the same, as one whose pods never became ready is: the engine keeps it in its state
   * and tries to update it the next time.
   * @default false
   */
  readonly leavesObject?: boolean;
}

/** The error by which a provider says that an object was made or changed and is not well. */
export function initializationRefusal(message: string, id: string, inputs: Properties, outputs: Properties): Refusal {
  const detail = new ErrorResourceInitFailed();
  detail.setId(id).setReasonsList([message]);
  detail.setInputs(toStruct(inputs)).setProperties(toStruct(outputs));
  const packed = new Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new Status().setCode(grpc.status.UNKNOWN).setMessage(message).setDetailsList([packed]);
  const metadata = new grpc.Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return new Refusal(message, metadata);
}
