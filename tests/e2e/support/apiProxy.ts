import * as net from "node:net";
import { ports } from "../../../lab/cluster/layout";
import { writeKubeconfig } from "./labKubeconfig";

/** A proxy of the lab's API server whose connections can be cut. */
export class ApiProxy {
  private readonly sockets = new Set<net.Socket>();
  private readonly server = net.createServer((client) => this.connect(client));
  private isOpen = true;

  /** Starts the proxy and writes a kubeconfig that uses it. */
  async start(kubeconfig: string): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const { port } = this.server.address() as net.AddressInfo;
    writeKubeconfig(kubeconfig, { server: `https://127.0.0.1:${port}` });
  }

  /** Closes all connections and refuses new ones. */
  cut(): void {
    this.isOpen = false;
    for (const socket of this.sockets) socket.destroy();
  }

  restore(): void {
    this.isOpen = true;
  }

  stop(): void {
    this.cut();
    this.server.close();
  }

  private connect(client: net.Socket): void {
    if (!this.isOpen) return void client.destroy();
    const api = net.connect(ports.api, "127.0.0.1");
    for (const socket of [client, api]) {
      this.sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => this.sockets.delete(socket));
    }
    client.on("close", () => api.destroy());
    api.on("close", () => client.destroy());
    client.pipe(api).pipe(client);
  }
}
