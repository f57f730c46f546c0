import * as dgram from "node:dgram";
import { once } from "node:events";

/** A name server's answer for its one name: addresses, none for an unknown name, `lost` for no answer, `refused` for a failure. */
export type NameServerAnswer = readonly string[] | "lost" | "refused";

const recordA = 1;
/** Response codes of RFC 1035: no error, server failure, unknown name. */
const codes = { ok: 0, serverFailure: 2, noSuchName: 3 };

/** A name server on UDP that gives the same answer to every query for an address. */
export class NameServer {
  /** Answer to the next queries. */
  names: NameServerAnswer = [];
  /** Number of queries for an IPv4 address. */
  queries = 0;
  private readonly socket = dgram.createSocket("udp4");
  private isStopped = false;

  private constructor() {
    this.socket.on("message", (question, { port, address }) => {
      const answer = this.answer(question);
      if (answer) this.socket.send(answer, port, address);
    });
  }

  static async start(address: string): Promise<NameServer> {
    const server = new NameServer();
    server.socket.bind(53, address);
    await once(server.socket, "listening");
    return server;
  }

  stop(): void {
    if (!this.isStopped) this.socket.close();
    this.isStopped = true;
  }

  private answer(question: Buffer): Buffer | undefined {
    const end = question.indexOf(0, 12) + 5;
    const isForAddress = question.readUInt16BE(end - 4) === recordA;
    if (isForAddress) this.queries++;
    if (this.names === "lost") return undefined;
    const addresses = this.names === "refused" || !isForAddress ? [] : this.names;
    const code = this.names === "refused" ? codes.serverFailure : this.names.length === 0 ? codes.noSuchName : codes.ok;
    const header = Buffer.from(question.subarray(0, 12));
    header.writeUInt16BE(0x8180 | code, 2);
    header.writeUInt16BE(addresses.length, 6);
    header.writeUInt32BE(0, 8);
    // A pointer to the name in the query; class IN, 30 s, four bytes.
    const records = addresses.map((address) =>
      Buffer.from([0xc0, 12, 0, recordA, 0, 1, 0, 0, 0, 30, 0, 4, ...address.split(".").map(Number)]),
    );
    return Buffer.concat([header, question.subarray(12, end), ...records]);
  }
}
