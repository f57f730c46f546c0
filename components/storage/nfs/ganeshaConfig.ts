import { exportPath, nfsPort } from "./nfsNames";

/** Where the server has its volume. What is exported is in one folder of it, what it knows of its clients in another. */
export const volumePath = "/volume";

/** What clients may have open is on the volume, so that a server that starts again, on whatever node, lets them go on with it. */
export const statePath = `${volumePath}/state`;

/** Folder of the volume that clients see. */
export const contentPath = `${volumePath}${exportPath}`;

/**
 * Configuration of NFS-Ganesha: one export, by NFSv4.1 and later over TCP.
 *
 * Clients of 4.1 tell when they have got back what they had, which ends the time of grace; those of 4.0 do not, and everybody would wait
 * all of it. The export's fixed `Filesystem_Id` makes it the same file system after each start. No squashing of root: the
 * driver makes a folder for each volume, and the nodes give it to the group of the pod that mounts it.
 */
export function ganeshaConfig(): string {
  return `NFS_CORE_PARAM {
  NFS_Port = ${nfsPort};
  NFS_Protocols = 4;
  Enable_NLM = false;
  Enable_RQUOTA = false;
  Enable_UDP = false;
  fsid_device = false;
}

NFSv4 {
  Minor_Versions = 1, 2;
  Lease_Lifetime = 20;
  Grace_Period = 30;
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
