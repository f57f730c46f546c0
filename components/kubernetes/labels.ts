/** Labels of the stack's objects that belong to no workload. */
export const stackLabels = { "app.kubernetes.io/part-of": "wordpress" } as const;

/** The Pod Security level that the cluster enforces in a namespace. */
export function podSecurity(level: "restricted" | "privileged") {
  return { "pod-security.kubernetes.io/enforce": level };
}

/** Workloads of the stack, by the label `app` of their pods; the value is the label `app.kubernetes.io/component`. */
const workloads = {
  wordpress: "site",
  mariadb: "database",
  "wordpress-cache": "cache",
  "wordpress-object-cache": "cache",
} as const;

type App = keyof typeof workloads;

/** The selector of a workload's pods. A selector is immutable: never change it. */
export function selectorLabels(app: App) {
  return { app };
}

/** Labels of a job's objects and pods. */
export function taskLabels(task: string) {
  return { app: task, "app.kubernetes.io/name": task, "app.kubernetes.io/component": "site", ...stackLabels };
}

/** Labels of a workload's objects and pods: `app`, and the recommended labels of Kubernetes. */
export function labels(app: App) {
  return {
    ...selectorLabels(app),
    "app.kubernetes.io/name": app,
    "app.kubernetes.io/component": workloads[app],
    ...stackLabels,
  };
}
