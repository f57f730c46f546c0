import * as dgram from "node:dgram";
import { once } from "node:events";

/** What a name server knows of the one name that it is asked for: its addresses, none for a name that is not there. */
export type Names = readonly string[] | "lost" | "refused";

const recordA = 1;
/** Codes of an answer (RFC 1035): all well, a server that cannot, a name that is not there. */
const codes = { ok: 0, serverFailure: 2, noSuchName: 3 };

/** A name server on UDP that answers every question for an address with the same. */
export class NameServer {
  /** Says what to answer to the next questions; `lost`: nothing at all, `refused`: that the server has failed. */
  names: Names = [];
  /** How many questions for an address of IPv4 have come. */
  asked = 0;
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
    if (isForAddress) this.asked++;
    if (this.names === "lost") return undefined;
    const addresses = this.names === "refused" || !isForAddress ? [] : this.names;
    const code = this.names === "refused" ? codes.serverFailure : this.names.length === 0 ? codes.noSuchName : codes.ok;
    const header = Buffer.from(question.subarray(0, 12));
    header.writeUInt16BE(0x8180 | code, 2);
    header.writeUInt16BE(addresses.length, 6);
    header.writeUInt32BE(0, 8);
    // The name is that of the question; class IN, 30 s, four bytes.
    const records = addresses.map((address) =>
      Buffer.from([0xc0, 12, 0, recordA, 0, 1, 0, 0, 0, 30, 0, 4, ...address.split(".").map(Number)]),
    );
    return Buffer.concat([header, question.subarray(12, end), ...records]);
  }
}
