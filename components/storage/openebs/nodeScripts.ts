/** Huge pages of 2 MiB that OpenEBS's io-engine needs: 2 GiB. */
export const neededHugePages = 1024;

/** Files that the program creates on a node, and deletes again: the modules file with a pool, the mounts file without one. */
const modulesFile = "/etc/modules-load.d/wordpress-storage.conf";
const mountsFile = "/etc/modules-load.d/wordpress-mounts.conf";
const sysctlFile = "/etc/sysctl.d/90-wordpress-storage.conf";
/** File with the number of huge pages before the node was prepared. */
const previousPages = "/etc/wordpress-storage-huge-pages";

/** Takes a lock: a script whose connection was lost may still run. */
const exclusively = `
exec 9< /etc/sysctl.d
flock 9`.trim();

/** Loads the module nvme-tcp now and, unless another file loads it, at each boot. */
const loaded = (file: string) =>
  `
modprobe nvme-tcp
if ! grep -lsx nvme-tcp /etc/modules /etc/modules-load.d/*.conf | grep -qvE '/wordpress-(storage|mounts)\\.conf$'; then
  echo nvme-tcp > ${file}
fi`.trim();

/** Undoes that. A module that another file loads, or that is in use, stays loaded. */
const unloaded = (file: string) =>
  `
if [ -e ${file} ]; then
  rm ${file}
  grep -qsx nvme-tcp /etc/modules /etc/modules-load.d/*.conf || modprobe -r nvme-tcp || true
fi`.trim();

const restartKubelet = `
restart_kubelet() {
  for unit in kubelet k3s k3s-agent rke2-server rke2-agent snap.microk8s.daemon-kubelite; do
    if systemctl is-active --quiet "$unit"; then systemctl restart "$unit"; return; fi
  done
  echo "no kubelet that systemd knows: restart it by hand, so that it sees the huge pages" >&2
}`.trim();

/**
 * Prepares a node, as root: the module nvme-tcp and the huge pages, now and at each boot. Existing settings are kept, and the
 * script is idempotent. The kubelet counts huge pages only when it starts.
 */
export const prepareNode = `
set -eu
${exclusively}
${restartKubelet}
${loaded(modulesFile)}
pages=$(sysctl -n vm.nr_hugepages)
if [ "$pages" -lt ${neededHugePages} ]; then
  [ -e ${previousPages} ] || echo "$pages" > ${previousPages}
  echo "vm.nr_hugepages = ${neededHugePages}" > ${sysctlFile}
  sysctl -q -w vm.nr_hugepages=${neededHugePages}
  pages=$(sysctl -n vm.nr_hugepages)
  if [ "$pages" -lt ${neededHugePages} ]; then
    echo "only $pages of ${neededHugePages} huge pages could be allocated (memory is full or fragmented): reboot the node, then run \
again: pulumi up" >&2
    exit 1
  fi
  restart_kubelet
elif ! grep -qs "^ *vm.nr_hugepages" /etc/sysctl.conf /etc/sysctl.d/*.conf; then
  [ -e ${previousPages} ] || echo "$pages" > ${previousPages}
  echo "vm.nr_hugepages = $pages" > ${sysctlFile}
fi
`.trim();

/** Timeout for OpenEBS's pods to end and free their huge pages, in whole seconds. */
const releaseTimeoutSeconds = 120;

/** Counts the huge pages that processes use or have reserved. */
const usedPages = `
used_pages() {
  awk '/^HugePages_(Total|Rsvd):/ { used += $2 } /^HugePages_Free:/ { used -= $2 } END { print used + 0 }' /proc/meminfo
}`.trim();

/**
 * Undoes exactly what `prepareNode` did. Refuses while a process uses huge pages that would be freed: OpenEBS's io-engine could
 * not restart without them.
 */
export const restoreNode = `
set -eu
${exclusively}
${restartKubelet}
${usedPages}
if [ -e ${sysctlFile} ] && [ "$(cat ${previousPages})" -lt "$(sysctl -n vm.nr_hugepages)" ]; then
  waited=0
  while used=$(used_pages); [ "$used" -gt "$(cat ${previousPages})" ]; do
    if [ "$waited" -ge ${releaseTimeoutSeconds} ]; then
      echo "$used huge pages are still in use after ${releaseTimeoutSeconds} s, so nothing was undone on this node. End the process that uses \
them (OpenEBS's io-engine, for example), then run the command again" >&2
      exit 1
    fi
    waited=$((waited + 5))
    sleep 5
  done
fi
${unloaded(modulesFile)}
if [ -e ${sysctlFile} ]; then
  rm ${sysctlFile}
  before=$(cat ${previousPages})
  if [ "$before" -ne "$(sysctl -n vm.nr_hugepages)" ]; then
    sysctl -q -w vm.nr_hugepages="$before"
    restart_kubelet
  fi
fi
rm -f ${previousPages}
`.trim();

/** Prepares a node without a pool, as root: OpenEBS's csi-node, which mounts volumes on every node, needs only the module. */
export const loadModule = `
set -eu
${exclusively}
${loaded(mountsFile)}
`.trim();

/** Undoes exactly what `loadModule` did. */
export const unloadModule = `
set -eu
${exclusively}
${unloaded(mountsFile)}
`.trim();
