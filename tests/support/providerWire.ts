import * as grpc from "@grpc/grpc-js";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Properties } from "./properties";
import type { Difference } from "./propertyDiff";

/** An error response. */
export class Refusal extends Error implements Partial<grpc.StatusObject> {
  constructor(
    message: string,
    readonly metadata = new grpc.Metadata(),
  ) {
    super(message);
  }

  readonly code = grpc.status.UNKNOWN;
}

/** The diff response for changes at these paths, and for those among them that require a replacement. */
export function diffAnswer(changes: readonly Difference[], replacing: readonly string[]): messages.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  const answer = new messages.DiffResponse().setHasdetaileddiff(true).setReplacesList([...replacing]);
  answer.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
  answer.setDiffsList([...new Set(changes.map(({ path }) => path.split(/[.[]/)[0] ?? path))]);
  for (const { path, kind } of changes) {
    const name = replacing.includes(path) ? (`${kind}_REPLACE` as const) : kind;
    answer
      .getDetaileddiffMap()
      .set(path, new messages.PropertyDiff().setKind(messages.PropertyDiff.Kind[name]).setInputdiff(true));
  }
  return answer;
}

export function fromStruct(struct: Struct | undefined): Properties {
  return struct?.toJavaScript() ?? {};
}

export function toStruct(properties: Properties): Struct {
  return Struct.fromJavaScript(properties as Record<string, JavaScriptValue>);
}
