import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "../support/processes";
import { folders, labNodes, network } from "./layout";

/** Days until the certificates expire: longer than any lab lives. */
const validDays = 3650;

/** Three separate certificate authorities: a client that etcd or the aggregator trusts must not get access to the API server, and vice versa. */
type Authority = "cluster" | "etcd" | "aggregator";

interface Certificate {
  /** Base name of its two files. */
  readonly name: string;
  readonly authority: Authority;
  /** Common name: the user, for a client's certificate. */
  readonly commonName: string;
  /** Organization: the group, for a client's certificate. */
  readonly organization?: string;
  /** Names and addresses of a server, in the syntax of openssl. */
  readonly alternativeNames?: readonly string[];
}

const apiNames = ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "localhost"];
const apiAddresses = ["127.0.0.1", network.gateway, network.apiService];

/** Clients of the API server, each with a kubeconfig of its own, by the certificate's name. */
const users: readonly Certificate[] = [
  { name: "admin", authority: "cluster", commonName: "admin", organization: "system:masters" },
  { name: "controller-manager", authority: "cluster", commonName: "system:kube-controller-manager" },
  { name: "scheduler", authority: "cluster", commonName: "system:kube-scheduler" },
  { name: "proxy", authority: "cluster", commonName: "system:kube-proxy" },
  ...labNodes.map(({ name }) => ({
    name: `kubelet-${name}`,
    authority: "cluster" as const,
    commonName: `system:node:${name}`,
    organization: "system:nodes",
  })),
];

const certificates: readonly Certificate[] = [
  ...users,
  {
    name: "apiserver",
    authority: "cluster",
    commonName: "kube-apiserver",
    alternativeNames: [
      ...[...apiNames, `kubernetes.default.svc.${network.domain}`].map((name) => `DNS:${name}`),
      ...apiAddresses.map((address) => `IP:${address}`),
    ],
  },
  { name: "apiserver-to-kubelet", authority: "cluster", commonName: "kube-apiserver", organization: "system:masters" },
  { name: "apiserver-to-etcd", authority: "etcd", commonName: "kube-apiserver" },
  { name: "etcd", authority: "etcd", commonName: "etcd", alternativeNames: ["IP:127.0.0.1", "DNS:localhost"] },
  { name: "aggregator-client", authority: "aggregator", commonName: "aggregator" },
];

const authorities: readonly Authority[] = ["cluster", "etcd", "aggregator"];

/** Path of a certificate, or of an authority's own (`cluster-ca`). */
export function certificateFile(name: string): string {
  return path.join(folders.certificates, `${name}.crt`);
}

/** Path of the private key that belongs to a certificate. */
export function keyFile(name: string): string {
  return path.join(folders.certificates, `${name}.key`);
}

/** Path of the key that signs the service accounts' tokens. */
export const serviceAccountKeyFile = keyFile("service-accounts");

/** Whether all certificates and keys exist. If one is missing, all must be recreated. */
export function hasCertificates(): boolean {
  const names = [...authorities.map((authority) => `${authority}-ca`), ...certificates.map(({ name }) => name)];
  return [...names.flatMap((name) => [certificateFile(name), keyFile(name)]), serviceAccountKeyFile].every((file) =>
    fs.existsSync(file),
  );
}

/** Creates all certificates and keys, and replaces existing ones. */
export async function makeCertificates(): Promise<void> {
  fs.rmSync(folders.certificates, { recursive: true, force: true });
  fs.mkdirSync(folders.certificates, { recursive: true, mode: 0o700 });
  for (const authority of authorities) await makeAuthority(authority);
  for (const certificate of certificates) await makeCertificate(certificate);
  await makeKey("service-accounts");
}

async function makeKey(name: string): Promise<void> {
  await run("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", keyFile(name)]);
}

async function makeAuthority(authority: Authority): Promise<void> {
  const name = `${authority}-ca`;
  await makeKey(name);
  await run("openssl", [
    ...["req", "-x509", "-new", "-sha256", "-days", String(validDays), "-subj", `/CN=wordpress-lab ${name}`],
    ...["-addext", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature"],
    ...["-key", keyFile(name), "-out", certificateFile(name)],
  ]);
}

async function makeCertificate(certificate: Certificate): Promise<void> {
  const { name, authority, commonName, organization, alternativeNames } = certificate;
  const subject = `${organization === undefined ? "" : `/O=${organization}`}/CN=${commonName}`;
  const request = path.join(folders.certificates, `${name}.csr`);
  const extensions = path.join(folders.certificates, `${name}.ext`);
  fs.writeFileSync(
    extensions,
    [
      "basicConstraints=critical,CA:FALSE",
      "keyUsage=critical,digitalSignature",
      "extendedKeyUsage=clientAuth,serverAuth",
      ...(alternativeNames === undefined ? [] : [`subjectAltName=${alternativeNames.join(",")}`]),
    ].join("\n"),
  );
  await makeKey(name);
  await run("openssl", ["req", "-new", "-sha256", "-subj", subject, "-key", keyFile(name), "-out", request]);
  await run("openssl", [
    ...["x509", "-req", "-sha256", "-days", String(validDays), "-in", request, "-extfile", extensions],
    ...["-CA", certificateFile(`${authority}-ca`), "-CAkey", keyFile(`${authority}-ca`), "-CAcreateserial"],
    ...["-out", certificateFile(name)],
  ]);
  fs.rmSync(request);
  fs.rmSync(extensions);
}
