import * as grpc from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import type { Properties } from "./properties";
import { Refusal, toStruct } from "./providerWire";
import type { RecordedCall } from "./recordedCall";

/** A failure that a test injects. */
export interface Failure {
  readonly matches: (call: RecordedCall) => boolean;
  /** The message for the engine, as the cluster would send it. */
  readonly message: string;
  /**
   * Whether the object exists nevertheless, such as one whose pods never became ready: the engine keeps it in its state and updates it
   * the next time.
   * @default false
   */
  readonly leavesObject?: boolean;
}

/** The error with which a provider reports that an object was created or updated but is not ready. */
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
