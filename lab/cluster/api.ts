import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { certificateFile, keyFile } from "./certificates";
import { ports } from "./layout";

/** Milliseconds after which an unanswered request counts as failed. */
const requestMs = 10_000;

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Whether a server answers a GET with 200. Server certificates are not checked: all servers run on this machine. */
export async function isAnswering(url: string, client?: "apiserver-to-etcd"): Promise<boolean> {
  const identity = client && { cert: fs.readFileSync(certificateFile(client)), key: fs.readFileSync(keyFile(client)) };
  const answer = await send(url, { method: "GET", rejectUnauthorized: false, ...identity });
  return answer.status === 200;
}

/** Reads from the cluster's API as its administrator. @throws Error if the status is not 2xx */
export async function readApi<T>(path: string): Promise<T> {
  return JSON.parse(await requestApi("GET", path)) as T;
}

/** Whether the API server reports that it is ready. */
export async function apiIsReady(): Promise<boolean> {
  return (await requestApi("GET", "/readyz")) === "ok";
}

/** Creates or updates an object by Server-Side Apply. */
export async function applyObject(path: string, object: object): Promise<void> {
  const query = "?fieldManager=lab&force=true";
  await requestApi("PATCH", `${path}${query}`, JSON.stringify(object), "application/apply-patch+yaml");
}

async function requestApi(method: string, path: string, body?: string, type?: string): Promise<string> {
  const answer = await send(
    `https://127.0.0.1:${ports.api}${path}`,
    {
      method,
      ca: fs.readFileSync(certificateFile("cluster-ca")),
      cert: fs.readFileSync(certificateFile("admin")),
      key: fs.readFileSync(keyFile("admin")),
      headers: type === undefined ? {} : { "Content-Type": type },
    },
    body,
  );
  if (answer.status < 200 || answer.status > 299) {
    throw new Error(`${method} ${path} returned ${answer.status}: ${answer.body}`);
  }
  return answer.body;
}

function send(url: string, options: https.RequestOptions, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const module = url.startsWith("https:") ? https : http;
    const request = module.request(url, { ...options, agent: false, timeout: requestMs }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    request.on("timeout", () => request.destroy(new Error(`${url} did not answer within ${requestMs / 1000} s`)));
    request.on("error", reject);
    request.end(body);
  });
}
