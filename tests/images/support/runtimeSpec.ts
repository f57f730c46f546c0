import type { ContainerOptions } from "./container";

/** Capabilities of a container that specifies none. */
const capabilities = [
  ...["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID"],
  ...["CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_MKNOD", "CAP_AUDIT_WRITE", "CAP_SETFCAP"],
];

/** runc's config.json, by the runtime specification of the Open Container Initiative. */
export function runtimeSpec(options: ContainerOptions): object {
  const { image, args, uid = 0 } = options;
  const env = Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`);
  const requested = options.capabilities?.map((name) => `CAP_${name}`) ?? capabilities;
  const granted = uid === 0 ? requested : [];
  return {
    ociVersion: "1.0.2",
    process: {
      user: { uid, gid: uid },
      args: options.command ?? [...(image.config.Entrypoint ?? []), ...(args ?? image.config.Cmd ?? [])],
      env: [...(image.config.Env ?? []), ...env],
      cwd: image.config.WorkingDir || "/",
      capabilities: { bounding: granted, effective: granted, permitted: granted },
      noNewPrivileges: uid !== 0 || options.capabilities !== undefined,
    },
    root: { path: "rootfs", readonly: options.readOnly ?? false },
    hostname: "test",
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755", "size=65536k"] },
      { destination: "/dev/pts", type: "devpts", source: "devpts", options: ["newinstance", "ptmxmode=0666"] },
      { destination: "/dev/shm", type: "tmpfs", source: "shm", options: ["mode=1777", "size=65536k"] },
      { destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"] },
      ...Object.entries(options.volumes ?? {}).map(([destination, source]) => ({
        destination,
        type: "bind",
        source,
        options: ["rbind", "rw"],
      })),
    ],
    linux: {
      namespaces: [
        ...["pid", "ipc", "uts", "mount"].map((type) => ({ type })),
        { type: "network", path: `/run/netns/${options.network}` },
      ],
    },
  };
}
