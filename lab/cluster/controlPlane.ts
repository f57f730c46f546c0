import * as path from "node:path";
import { labPaths } from "../support/paths";
import { isAnswering, apiIsReady } from "./api";
import { certificateFile, keyFile, serviceAccountKeyFile } from "./certificates";
import type { Daemon } from "./daemons";
import { kubeconfig, kubeconfigFile } from "./kubeconfigs";
import { bridgePorts, folders, network, policyQueue, ports } from "./layout";

/** The API server and etcd, on which everything else depends. */
export function apiDaemons(kubernetes: string): Daemon[] {
  return [etcd(kubernetes), apiServer(kubernetes)];
}

/** The daemons that exist once in a cluster and need only the API server: controllers, scheduler, DNS, volumes and policies. */
export function clusterDaemons(kubernetes: string): Daemon[] {
  return [
    ...[controllerManager(kubernetes), scheduler(kubernetes), dns(kubernetes), volumes(kubernetes)],
    ...[networkPolicies(kubernetes), apiForPods()],
  ];
}

function etcd(executable: string): Daemon {
  const client = `https://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeers}`;
  return {
    name: "etcd",
    part: "etcd",
    executable,
    args: [
      `--data-dir=${folders.etcd}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      `--cert-file=${certificateFile("etcd")}`,
      `--key-file=${keyFile("etcd")}`,
      "--client-cert-auth",
      `--trusted-ca-file=${certificateFile("etcd-ca")}`,
      // Waiting for the disk would slow down every test. If a power cut loses the last second, the lab is recreated.
      "--unsafe-no-fsync",
    ],
    files: {},
    ready: () => isAnswering(`${client}/health`, "apiserver-to-etcd"),
  };
}

function apiServer(executable: string): Daemon {
  return {
    name: "kube-apiserver",
    part: "kube-apiserver",
    executable,
    args: [
      "--bind-address=127.0.0.1",
      `--secure-port=${ports.api}`,
      `--advertise-address=${network.gateway}`,
      `--etcd-servers=https://127.0.0.1:${ports.etcd}`,
      `--etcd-cafile=${certificateFile("etcd-ca")}`,
      `--etcd-certfile=${certificateFile("apiserver-to-etcd")}`,
      `--etcd-keyfile=${keyFile("apiserver-to-etcd")}`,
      `--service-cluster-ip-range=${network.services}`,
      `--tls-cert-file=${certificateFile("apiserver")}`,
      `--tls-private-key-file=${keyFile("apiserver")}`,
      `--client-ca-file=${certificateFile("cluster-ca")}`,
      "--authorization-mode=Node,RBAC",
      "--enable-admission-plugins=NodeRestriction",
      "--allow-privileged",
      `--service-account-issuer=https://kubernetes.default.svc.${network.domain}`,
      `--service-account-key-file=${serviceAccountKeyFile}`,
      `--service-account-signing-key-file=${serviceAccountKeyFile}`,
      `--kubelet-client-certificate=${certificateFile("apiserver-to-kubelet")}`,
      `--kubelet-client-key=${keyFile("apiserver-to-kubelet")}`,
      // No DNS server knows the nodes' names.
      "--kubelet-preferred-address-types=InternalIP",
      `--requestheader-client-ca-file=${certificateFile("aggregator-ca")}`,
      "--requestheader-allowed-names=aggregator",
      "--requestheader-username-headers=X-Remote-User",
      "--requestheader-group-headers=X-Remote-Group",
      "--requestheader-extra-headers-prefix=X-Remote-Extra-",
      `--proxy-client-cert-file=${certificateFile("aggregator-client")}`,
      `--proxy-client-key-file=${keyFile("aggregator-client")}`,
      "--profiling=false",
    ],
    files: { [kubeconfigFile("admin")]: kubeconfig("admin") },
    ready: apiIsReady,
  };
}

/** Flags of a component that serves on 127.0.0.1 and authenticates its callers through the API server. */
function servingFlags(user: string, port: number): string[] {
  const file = kubeconfigFile(user);
  return [
    `--kubeconfig=${file}`,
    `--authentication-kubeconfig=${file}`,
    `--authorization-kubeconfig=${file}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    // Only one instance runs: leader election would only end it when the machine is slow.
    "--leader-elect=false",
    "--profiling=false",
  ];
}

function controllerManager(executable: string): Daemon {
  const authority = "cluster-ca";
  return {
    name: "kube-controller-manager",
    part: "kube-controller-manager",
    executable,
    args: [
      ...servingFlags("controller-manager", ports.controllerManager),
      // Node addresses are configured statically, and the lab's own controller expands volumes.
      "--controllers=*,-node-ipam-controller,-persistentvolume-expander-controller",
      `--service-account-private-key-file=${serviceAccountKeyFile}`,
      "--use-service-account-credentials",
      `--root-ca-file=${certificateFile(authority)}`,
      `--cluster-signing-cert-file=${certificateFile(authority)}`,
      `--cluster-signing-key-file=${keyFile(authority)}`,
      `--flex-volume-plugin-dir=${path.join(folders.config, "volume-plugins")}`,
    ],
    files: { [kubeconfigFile("controller-manager")]: kubeconfig("controller-manager") },
    ready: () => isAnswering(`https://127.0.0.1:${ports.controllerManager}/healthz`),
  };
}

function scheduler(executable: string): Daemon {
  return {
    name: "kube-scheduler",
    part: "kube-scheduler",
    executable,
    args: servingFlags("scheduler", ports.scheduler),
    files: { [kubeconfigFile("scheduler")]: kubeconfig("scheduler") },
    ready: () => isAnswering(`https://127.0.0.1:${ports.scheduler}/healthz`),
  };
}

/** One kube-proxy for all nodes, since they are one machine. It does nothing until the API server has its Node object. */
export function proxyDaemon(executable: string): Daemon {
  return {
    name: "kube-proxy",
    part: "kube-proxy",
    executable,
    args: [
      `--kubeconfig=${kubeconfigFile("proxy")}`,
      "--hostname-override=k0",
      "--proxy-mode=iptables",
      `--cluster-cidr=${network.pods}`,
      `--nodeport-addresses=127.0.0.0/8,${network.pods}`,
      `--healthz-bind-address=127.0.0.1:${ports.proxyHealth}`,
      `--metrics-bind-address=127.0.0.1:${ports.proxyMetrics}`,
      // The lab must not change the machine's connection tracking.
      "--conntrack-max-per-core=0",
      "--conntrack-tcp-timeout-established=0s",
      "--conntrack-tcp-timeout-close-wait=0s",
      "--oom-score-adj=0",
    ],
    files: { [kubeconfigFile("proxy")]: kubeconfig("proxy") },
    ready: () => isAnswering(`http://127.0.0.1:${ports.proxyHealth}/healthz`),
  };
}

/**
 * The cluster's DNS, with kubeadm's caching: cluster names are not cached. It resolves no names outside the cluster, so that nothing
 * in the lab depends on the Internet.
 */
function dns(executable: string): Daemon {
  const file = path.join(folders.config, "Corefile");
  return {
    name: "coredns",
    part: "coredns",
    executable,
    args: ["-conf", file],
    files: {
      [file]: `.:${bridgePorts.dns} {
    bind ${network.gateway}
    errors
    ready ${network.gateway}:${bridgePorts.dnsReady}
    cache 30 {
        disable success ${network.domain}
        disable denial ${network.domain}
    }
    kubernetes ${network.domain} in-addr.arpa {
        kubeconfig ${kubeconfigFile("admin")} lab
        ttl 30
    }
}
`,
    },
    ready: () => isAnswering(`http://${network.gateway}:${bridgePorts.dnsReady}/ready`),
  };
}

function volumes(executable: string): Daemon {
  return {
    name: "volumes",
    part: "volumes",
    executable,
    args: [
      `--kubeconfig=${kubeconfigFile("admin")}`,
      `--root=${labPaths.volumes}`,
      `--healthz-bind-address=127.0.0.1:${ports.volumes}`,
    ],
    files: {},
    ready: () => isAnswering(`http://127.0.0.1:${ports.volumes}/healthz`),
  };
}

/** Enforces NetworkPolicies on all nodes. While it does not run, no new connection from or to a pod is possible. */
function networkPolicies(executable: string): Daemon {
  return {
    name: "network-policies",
    part: "network-policies",
    executable,
    args: [
      `--kubeconfig=${kubeconfigFile("admin")}`,
      `--queue=${policyQueue}`,
      `--nft-table=${network.bridge}`,
      `--healthz-bind-address=127.0.0.1:${ports.policies}`,
    ],
    files: {},
    ready: () => isAnswering(`http://127.0.0.1:${ports.policies}/healthz`),
  };
}

/** Forwards connections of pods to Service `kubernetes` to the API server, which listens only on 127.0.0.1. */
function apiForPods(): Daemon {
  return {
    name: "api-for-pods",
    part: "socat",
    executable: "/usr/bin/socat",
    args: [`TCP-LISTEN:${ports.api},bind=${network.gateway},reuseaddr,fork`, `TCP:127.0.0.1:${ports.api}`],
    files: {},
    ready: () => isAnswering(`https://${network.gateway}:${ports.api}/livez`),
  };
}
