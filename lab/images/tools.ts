import { type DebianPackage, installPackages } from "../cluster/packages";

/** Commands that building takes. */
const building: readonly DebianPackage[] = [
  { file: "mmdebstrap", name: "mmdebstrap" },
  { file: "buildah", name: "buildah" },
  { file: "gcc", name: "gcc" },
  { file: "/usr/lib/x86_64-linux-gnu/libc.a", name: "libc6-dev" },
];

/** Commands that running the images takes, as their tests do where there is no lab yet. */
const running: readonly DebianPackage[] = [
  { file: "runc", name: "runc" },
  { file: "ip", name: "iproute2" },
  { file: "mkfs.ext4", name: "e2fsprogs" },
];

/** Installs what is missing of the packages that building the images takes. */
export async function installTools(): Promise<void> {
  await installPackages(building);
}

/** Installs what is missing of the packages that their tests take besides. */
export async function installTestTools(): Promise<void> {
  await installPackages(running);
}
