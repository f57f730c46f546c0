/** What becomes of claims when their pods or the stack go. */
export type DataRetention = "delete" | "retain";

/** The template `data`, whose claims are named `data-<statefulset>-<n>`. Never change it on a live stack. */
export function claimTemplate(size: string, storageClass: string | undefined) {
  return {
    metadata: { name: "data" },
    spec: {
      accessModes: ["ReadWriteOnce"],
      ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
      resources: { requests: { storage: size } },
    },
  };
}

export function claimRetentionPolicy(dataRetention: DataRetention) {
  const policy = dataRetention === "retain" ? "Retain" : "Delete";
  return { whenDeleted: policy, whenScaled: policy };
}
