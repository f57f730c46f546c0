import { Buffer } from "node:buffer";
import * as net from "node:net";
import type { Duplex } from "node:stream";
import { NfsError, type Operation, type Operations, Rpc } from "./nfsRpc";
import { xdr, XdrReader } from "./xdr";

// Numbers and layouts are those of NFSv4.1, RFC 8881 (as XDR: RFC 5662).

export interface NfsClientOptions {
  /** Name by which a server recognizes the client, also after a restart. */
  readonly owner: string;
  /** A different verifier under the same name means that the client has lost its state. @default the present time */
  readonly verifier?: bigint;
  /** User ID of the calls. The group ID is `gid`. @default 0 */
  readonly uid?: number;
  readonly gid?: number;
}

/** A file that is open for reading and writing. */
export interface OpenFile {
  readonly handle: Buffer;
  readonly stateid: Buffer;
}

/** An NFSv4.1 client with a session of one slot: a call waits for the previous one. */
export class NfsClient {
  private readonly rpc: Rpc;
  private clientid = 0n;
  private sessionid = Buffer.alloc(0);
  private sequence = 1;
  private previous: Promise<unknown> = Promise.resolve();

  /** A client on a stream to a server, without a session yet. */
  constructor(
    private readonly stream: Duplex,
    private readonly options: NfsClientOptions,
  ) {
    this.rpc = new Rpc(stream, options);
  }

  /** A client with a session. @param options.localAddress address of this machine that the server sees */
  static async connect(
    host: string,
    port: number,
    { localAddress, ...options }: NfsClientOptions & { readonly localAddress?: string },
  ): Promise<NfsClient> {
    const client = new NfsClient(net.connect({ host, port, localAddress }), options);
    await client.begin();
    return client;
  }

  /** Registers the client (EXCHANGE_ID) and begins its session (CREATE_SESSION). */
  async begin(): Promise<void> {
    const [known] = await this.rpc.compound(1, [exchangeId(this.options)]);
    const [sessionid] = await this.rpc.compound(1, [createSession(known)]);
    Object.assign(this, { clientid: known.clientid, sessionid });
  }

  /** Declares that the client has nothing more to reclaim. */
  async reclaimComplete(): Promise<void> {
    await this.call(operation(58, "RECLAIM_COMPLETE", xdr(0)));
  }

  /** Handle of a path from the server's root. */
  async lookup(path: string): Promise<Buffer> {
    let [, handle] = await this.call(operation(24, "PUTROOTFH"), getHandle);
    for (const name of path.split("/").filter(Boolean)) {
      [, , handle] = await this.call(at(handle), operation(15, "LOOKUP", xdr(name)), getHandle);
    }
    return handle;
  }

  async attributes(handle: Buffer) {
    return (await this.call(at(handle), getAttributes))[1];
  }

  async setOwner(handle: Buffer, owner: string, group: string): Promise<void> {
    const args = xdr({ fixed: anonymous }, ...bitmap([36, 37]), xdr(owner, group));
    await this.call(at(handle), operation(34, "SETATTR", args));
  }

  /** Names in a folder. */
  async list(folder: Buffer): Promise<string[]> {
    const names: string[] = [];
    let next: Place | undefined = { cookie: 0n, verifier: Buffer.alloc(8) };
    while (next) [, next] = await this.call(at(folder), readNames(next, names));
    return names;
  }

  /** Makes a folder and returns its handle. */
  async makeFolder(parent: Buffer, name: string, mode: number): Promise<Buffer> {
    const args = xdr(fileTypes.indexOf("NF4DIR"), name, ...bitmap([33]), xdr(mode));
    return (await this.call(at(parent), operation(6, "CREATE", args, skipCreated), getHandle))[2];
  }

  /** Opens a file, and creates it with mode 0644 if it does not exist (UNCHECKED). */
  create(parent: Buffer, name: string): Promise<OpenFile> {
    return this.openBy(parent, xdr(1, 0, ...bitmap([33]), xdr(0o644), 0, name));
  }

  /** Opens an existing file. */
  open(parent: Buffer, name: string): Promise<OpenFile> {
    return this.openBy(parent, xdr(0, 0, name));
  }

  /** Reopens a file that was open before the server's restart (CLAIM_PREVIOUS), and returns the stateid. */
  async reclaim(handle: Buffer): Promise<Buffer> {
    return (await this.openBy(handle, xdr(0, 1, 0))).stateid;
  }

  /** Writes to the server's disk (FILE_SYNC). */
  async write(handle: Buffer, stateid: Buffer, offset: bigint, data: Buffer): Promise<void> {
    const write = operation(38, "WRITE", xdr({ fixed: stateid }, offset, 2, data), (reply) => reply.uint32());
    const [, written] = await this.call(at(handle), write);
    if (written !== data.length) throw new Error(`WRITE took ${written} of ${data.length} bytes`);
  }

  /** Reads at most `count` bytes, fewer at the end of the file. */
  async read(handle: Buffer, stateid: Buffer, offset: bigint, count: number): Promise<Buffer> {
    const args = xdr({ fixed: stateid }, offset, count);
    const read = operation(25, "READ", args, (reply) => ({ end: reply.uint32(), data: reply.opaque() }));
    return (await this.call(at(handle), read))[1].data;
  }

  async close(handle: Buffer, stateid: Buffer): Promise<void> {
    await this.call(at(handle), operation(4, "CLOSE", xdr(0, { fixed: stateid })));
  }

  /** Ends the connection. The server keeps the client's state until its lease ends. */
  disconnect(): void {
    this.stream.destroy();
  }

  /** @param how whether and with which attributes to create the file, and its claim */
  private async openBy(place: Buffer, how: Buffer): Promise<OpenFile> {
    const bothWithoutDelegation = 0x403;
    const args = xdr(0, bothWithoutDelegation, 0, this.clientid, "open", { fixed: how });
    const open = operation(18, "OPEN", args, readOpen);
    const [, stateid, handle] = await this.call(at(place), open, getHandle);
    return { handle, stateid };
  }

  private call<Results extends readonly unknown[]>(...operations: Operations<Results>): Promise<Results> {
    const called = this.previous.then(async () => {
      const args = xdr({ fixed: this.sessionid }, this.sequence, 0, 0, 0);
      // The slot moves on once SEQUENCE is accepted, however the operations after it end.
      const sequence = operation(53, "SEQUENCE", args, (reply) => void (reply.fixed(36) && this.sequence++));
      const [, ...results] = await this.rpc.compound<[void, ...Results]>(1, [sequence, ...operations]);
      return results;
    });
    this.previous = called.catch(() => undefined);
    return called;
  }
}

/** Name of the status that a COMPOUND of NFSv4.0 ends with. The stream is closed after it. */
export async function answerToVersion40(stream: Duplex): Promise<string> {
  try {
    await new Rpc(stream, {}).compound(0, [operation(24, "PUTROOTFH")]);
    return "NFS4_OK";
  } catch (error) {
    if (error instanceof NfsError) return error.code;
    throw error;
  } finally {
    stream.destroy();
  }
}

/** Names of NFS file types, by number. */
const fileTypes = ["", "NF4REG", "NF4DIR", "NF4BLK", "NF4CHR", "NF4LNK", "NF4SOCK", "NF4FIFO"];
/** The anonymous stateid, for calls without an open file. */
const anonymous = Buffer.alloc(16);

function operation<Result = void>(
  number: number,
  name: string,
  args = xdr(),
  read: (reply: XdrReader) => Result = () => undefined as Result,
): Operation<Result> {
  return { number, name, args, read };
}

const at = (handle: Buffer) => operation(22, "PUTFH", xdr(handle));
const getHandle = operation(10, "GETFH", undefined, (reply) => reply.opaque());

function exchangeId({ owner, verifier = process.hrtime.bigint() }: NfsClientOptions) {
  return operation(42, "EXCHANGE_ID", xdr(verifier, owner, 0, 0, 0), (reply) => ({
    clientid: reply.uint64(),
    sequence: reply.uint32(),
  }));
}

function createSession({ clientid, sequence }: { readonly clientid: bigint; readonly sequence: number }) {
  // Bytes of padding, of a request, of a reply, of a cached reply; operations of a request, requests, and no RDMA.
  const channel = [0, 1 << 20, 1 << 20, 1 << 12, 16, 1, 0];
  // Program number for callbacks, of which none are made, and that they need no credentials.
  const back = [0x40000000, 1, 0];
  const args = xdr(clientid, sequence, 0, ...channel, ...channel, ...back);
  return operation(43, "CREATE_SESSION", args, (reply) => reply.fixed(16));
}

const getAttributes = operation(9, "GETATTR", xdr(...bitmap([1, 4, 8, 20, 33, 36, 37])), (reply) => {
  skipBitmap(reply);
  reply.uint32();
  return {
    type: fileTypes[reply.uint32()] ?? "",
    size: reply.uint64(),
    fsid: { major: reply.uint64(), minor: reply.uint64() },
    fileid: reply.uint64(),
    mode: reply.uint32(),
    owner: reply.text(),
    group: reply.text(),
  };
});

/** Position in a folder at which its next names begin. */
type Place = { readonly cookie: bigint; readonly verifier: Buffer };

/** Appends the folder's next names, and returns the position after them. */
function readNames({ cookie, verifier }: Place, names: string[]) {
  const args = xdr(cookie, { fixed: verifier }, 1 << 12, 1 << 16, 0);
  return operation(26, "READDIR", args, (reply): Place | undefined => {
    const next = { cookie, verifier: reply.fixed(8) };
    while (reply.uint32()) {
      next.cookie = reply.uint64();
      names.push(reply.text());
      skipBitmap(reply);
      reply.opaque();
    }
    return reply.uint32() ? undefined : next;
  });
}

function readOpen(reply: XdrReader): Buffer {
  const stateid = reply.fixed(16);
  reply.fixed(24);
  skipBitmap(reply);
  const delegation = reply.uint32();
  // No delegation, or none with a reason; two of the reasons have a value.
  if (delegation !== 0 && delegation !== 3) throw new Error("OPEN returned a delegation that was not requested");
  if (delegation === 3 && [1, 2].includes(reply.uint32())) reply.uint32();
  return stateid;
}

/** Skips CREATE's information about the parent, and the attributes that it set. */
function skipCreated(reply: XdrReader): void {
  reply.fixed(20);
  skipBitmap(reply);
}

function skipBitmap(reply: XdrReader): void {
  reply.fixed(4 * reply.uint32());
}

/** A set of attributes by their numbers. */
function bitmap(numbers: readonly number[]): number[] {
  const word = (first: number) =>
    numbers.reduce((bits, number) => bits + (number >> 5 === first ? 2 ** (number & 31) : 0), 0);
  return [2, word(0), word(1)];
}
