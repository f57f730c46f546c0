import { exportPath, nfsPort } from "./nfsNames";

/** Mount path of the server's volume. The exported files are in one folder of it, the clients' state in another. */
export const volumePath = "/volume";

/** The clients' state is on the volume, so that a restarted server, on any node, lets clients keep their open files. */
export const statePath = `${volumePath}/state`;

/** The exported folder of the volume. */
export const contentPath = `${volumePath}${exportPath}`;

/**
 * Configuration of NFS-Ganesha: one export, by NFSv4.1 and later over TCP.
 *
 * Clients of 4.1 report when they have reclaimed their state, which ends the grace period. Clients of 4.0 do not, and all
 * clients would wait for the whole grace period. The export's fixed `Filesystem_Id` keeps it the same file system after each
 * restart. Root is not squashed: the driver creates a folder for each volume, and the nodes set its group to that of the pod.
 *
 * Since version 6, Ganesha exits if it may not set PR_SET_IO_FLUSHER, which needs the capability SYS_RESOURCE.
 * `Allow_Set_Io_Flusher_Fail` lets it start without.
 */
export function ganeshaConfig(): string {
  return `NFS_CORE_PARAM {
  NFS_Port = ${nfsPort};
  NFS_Protocols = 4;
  Enable_NLM = false;
  Enable_RQUOTA = false;
  Enable_UDP = false;
  fsid_device = false;
  Allow_Set_Io_Flusher_Fail = true;
}

NFSv4 {
  Minor_Versions = 1, 2;
  Lease_Lifetime = 10;
  Grace_Period = 20;
  RecoveryBackend = fs_ng;
  RecoveryRoot = ${statePath};
  Only_Numeric_Owners = true;
}

EXPORT {
  Export_Id = 1;
  Path = ${contentPath};
  Pseudo = ${exportPath};
  Filesystem_Id = 1.1;
  Protocols = 4;
  Transports = TCP;
  Access_Type = RW;
  Squash = No_Root_Squash;
  SecType = sys;
  FSAL {
    Name = VFS;
  }
}

LOG {
  Default_Log_Level = EVENT;
}
`;
}
