import { type DebianPackage, installPackages } from "../cluster/packages";

/** Packages for building images. */
const building: readonly DebianPackage[] = [
  { file: "mmdebstrap", name: "mmdebstrap" },
  { file: "buildah", name: "buildah" },
  { file: "gcc", name: "gcc" },
  { file: "unzip", name: "unzip" },
  { file: "/usr/lib/x86_64-linux-gnu/libc.a", name: "libc6-dev" },
];

/** Packages for running the images, as their tests do without a lab. */
const running: readonly DebianPackage[] = [
  { file: "runc", name: "runc" },
  { file: "ip", name: "iproute2" },
  { file: "mkfs.ext4", name: "e2fsprogs" },
];

/** Installs missing packages for building the images. */
export async function installTools(): Promise<void> {
  await installPackages(building);
}

/** Installs missing packages for testing the images. */
export async function installTestTools(): Promise<void> {
  await installPackages(running);
}
