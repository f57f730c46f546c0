/**
 * The rooms of components/, from the ground up. A room imports from those before it in this list, and from none after it. Unit
 * specs are free: a test of remedies may ask every room for its own.
 */
const rooms = [
  "kubernetes",
  "kubectl",
  "storage/claims",
  "diagnostics",
  "storage/openebs",
  "storage/nfs",
  "mariadb",
  "objectCache",
  "pageCache",
  "wordpress",
  "preflight",
];

const inRoom = (names) => `^components/(${names.join("|")})/`;
const spec = "\\.spec\\.ts$";

export default {
  forbidden: [
    {
      name: "no-circle",
      comment: "Two files that import each other are one: move what both need to a third.",
      severity: "error",
      from: { pathNot: spec },
      to: { circular: true },
    },
    ...rooms.slice(0, -1).map((room, index) => ({
      name: `no-higher-room-than-${room}`,
      comment: "A room imports no room above it (.dependency-cruiser.mjs): hand over what it needs as an argument.",
      severity: "error",
      from: { path: inRoom([room]), pathNot: spec },
      to: { path: inRoom(rooms.slice(index + 1)) },
    })),
    {
      name: "no-unknown-room",
      comment: "A new room gets its place in the list of .dependency-cruiser.mjs.",
      severity: "error",
      from: { path: "^(components|stacks|index\\.ts|scripts\\.ts)", pathNot: spec },
      to: { path: "^components/", pathNot: inRoom(rooms) },
    },
    {
      name: "no-stack-in-a-room",
      comment: "Rooms know how keys are declared, their rules, errors and commands, and nothing else of stacks/.",
      severity: "error",
      from: { path: "^components/", pathNot: spec },
      to: { path: "^(stacks|index\\.ts|scripts\\.ts)", pathNot: "^stacks/config/(commands|errors|keys|rules)\\.ts$" },
    },
    {
      name: "no-lab-in-the-program",
      comment: "lab/, bench/ and tests/ use the program; the program does not know them.",
      severity: "error",
      from: { path: "^(components|stacks|policy|index\\.ts|scripts\\.ts)", pathNot: spec },
      to: { path: "^(lab|bench|tests)/" },
    },
    {
      name: "no-lab-elsewhere",
      comment: "lab/ is a workspace of its own: bench/ and tests/ import it, and nothing else does.",
      severity: "error",
      from: { pathNot: ["^(lab|bench|tests)/", spec] },
      to: { path: "^lab/" },
    },
    {
      name: "lab-names-its-packages",
      comment: "A package that lab/ imports is in lab/package.json.",
      severity: "error",
      from: { path: "^lab/.+\\.ts$" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "no-tests-in-the-lab",
      comment:
        "lab/ is a workspace of its own: of the project it imports how Kubernetes writes quantities, and nothing else.",
      severity: "error",
      from: { path: "^lab/" },
      to: {
        path: "^(components|stacks|policy|bench|tests|docs|index\\.ts|scripts\\.ts)",
        pathNot: "^components/kubernetes/quantity\\.ts$",
      },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};
