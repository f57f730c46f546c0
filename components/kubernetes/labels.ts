/** Labels of what belongs to the stack and to no workload. */
export const stackLabels = { "app.kubernetes.io/part-of": "wordpress" } as const;

/** The Pod Security level that the cluster enforces in a namespace. */
export function podSecurity(level: "restricted" | "privileged") {
  return { "pod-security.kubernetes.io/enforce": level };
}

/** Workloads of the stack, by the label `app` of their pods; the value is what they are to the stack. */
const workloads = {
  wordpress: "site",
  mariadb: "database",
  "wordpress-cache": "cache",
  "wordpress-object-cache": "cache",
} as const;

type App = keyof typeof workloads;

/** What selects a workload's pods, for good: a selector cannot change. */
export function selectorLabels(app: App) {
  return { app };
}

/** Labels of a job's objects and pods. */
export function taskLabels(task: string) {
  return { app: task, "app.kubernetes.io/name": task, "app.kubernetes.io/component": "site", ...stackLabels };
}

/** Labels of a workload's objects and pods: the chapter's `app`, and the recommended ones. */
export function labels(app: App) {
  return {
    ...selectorLabels(app),
    "app.kubernetes.io/name": app,
    "app.kubernetes.io/component": workloads[app],
    ...stackLabels,
  };
}
