/** 2 GiB of pages of 2 MiB: what OpenEBS's io-engine takes. */
export const neededHugePages = 1024;

/** Files on the node that the program makes, and takes away again: the first two on a node with a pool and on one without. */
const modulesFile = "/etc/modules-load.d/wordpress-storage.conf";
const mountsFile = "/etc/modules-load.d/wordpress-mounts.conf";
const sysctlFile = "/etc/sysctl.d/90-wordpress-storage.conf";
/** How many huge pages the node had without the program. */
const formerPages = "/etc/wordpress-storage-huge-pages";

/** One at a time: a run that lost its connection may still be at work. */
const exclusively = `
exec 9< /etc/sysctl.d
flock 9`.trim();

/** Loads the module nvme-tcp, now and, where nobody else has it loaded, after each boot. */
const loaded = (file: string) =>
  `
modprobe nvme-tcp
if ! grep -lsx nvme-tcp /etc/modules /etc/modules-load.d/*.conf | grep -qvE '/wordpress-(storage|mounts)\\.conf$'; then
  echo nvme-tcp > ${file}
fi`.trim();

/** Undoes that. A module that is wanted by another file, or in use, stays loaded. */
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
 * Prepares a node, as root: the module nvme-tcp and the huge pages, now and after each boot. What is there already stays as
 * it is, and a second run changes nothing. The kubelet counts huge pages only when it starts.
 */
export const prepareNode = `
set -eu
${exclusively}
${restartKubelet}
${loaded(modulesFile)}
pages=$(sysctl -n vm.nr_hugepages)
if [ "$pages" -lt ${neededHugePages} ]; then
  [ -e ${formerPages} ] || echo "$pages" > ${formerPages}
  echo "vm.nr_hugepages = ${neededHugePages}" > ${sysctlFile}
  sysctl -q -w vm.nr_hugepages=${neededHugePages}
  pages=$(sysctl -n vm.nr_hugepages)
  if [ "$pages" -lt ${neededHugePages} ]; then
    echo "the memory is too full or too scattered for ${neededHugePages} huge pages, it has $pages: reboot the node, then again" >&2
    exit 1
  fi
  restart_kubelet
elif ! grep -qs "^ *vm.nr_hugepages" /etc/sysctl.conf /etc/sysctl.d/*.conf; then
  [ -e ${formerPages} ] || echo "$pages" > ${formerPages}
  echo "vm.nr_hugepages = $pages" > ${sysctlFile}
fi
`.trim();

/** Whole seconds that a pod of OpenEBS's may take to end, and to give its huge pages back. */
const releaseSeconds = 120;

/** In use: taken, or promised to a process. */
const usedPages = `
used_pages() {
  awk '/^HugePages_(Total|Rsvd):/ { used += $2 } /^HugePages_Free:/ { used -= $2 } END { print used + 0 }' /proc/meminfo
}`.trim();

/**
 * Undoes what `prepareNode` did, and nothing else. Refuses while a process uses huge pages that would be taken away: OpenEBS's
 * io-engine could not start again without them.
 */
export const restoreNode = `
set -eu
${exclusively}
${restartKubelet}
${usedPages}
if [ -e ${sysctlFile} ] && [ "$(cat ${formerPages})" -lt "$(sysctl -n vm.nr_hugepages)" ]; then
  waited=0
  while used=$(used_pages); [ "$used" -gt "$(cat ${formerPages})" ]; do
    if [ "$waited" -ge ${releaseSeconds} ]; then
      echo "$used huge pages are still in use after ${releaseSeconds} s, so nothing was undone on this node. End the process that uses \
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
  before=$(cat ${formerPages})
  if [ "$before" -ne "$(sysctl -n vm.nr_hugepages)" ]; then
    sysctl -q -w vm.nr_hugepages="$before"
    restart_kubelet
  fi
fi
rm -f ${formerPages}
`.trim();

/** Prepares a node without a pool, as root: OpenEBS's csi-node, which mounts volumes on every node, needs the module alone. */
export const loadModule = `
set -eu
${exclusively}
${loaded(mountsFile)}
`.trim();

/** Undoes what `loadModule` did, and nothing else. */
export const unloadModule = `
set -eu
${exclusively}
${unloaded(mountsFile)}
`.trim();
