import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import { xdr, XdrReader } from "./xdr";

// Numbers and layouts of RPC are those of RFC 5531, the statuses those of NFSv4.1, RFC 8881.

/** A server's refusal. Its code is the RFC's name for it, such as `NFS4ERR_GRACE` or `PROG_MISMATCH`. */
export class NfsError extends Error {
  constructor(
    what: string,
    readonly code: string,
  ) {
    super(`${what}: ${code}`);
  }
}

/** One operation of a COMPOUND, and how its result is read. */
export interface Operation<Result> {
  readonly number: number;
  readonly name: string;
  readonly args: Buffer;
  readonly read: (reply: XdrReader) => Result;
}

export type Operations<Results extends readonly unknown[]> = {
  readonly [Index in keyof Results]: Operation<Results[Index]>;
};

/** COMPOUND calls as a user (AUTH_SYS), one at a time. */
export class Rpc {
  private readonly chunks: AsyncIterator<Buffer>;
  private received = Buffer.alloc(0);
  private xid = 0;

  constructor(
    private readonly stream: Duplex,
    private readonly user: { readonly uid?: number; readonly gid?: number },
  ) {
    this.chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    // The iterator passes the error to the call that waits for an answer.
    stream.on("error", () => undefined);
  }

  /** @throws NfsError when the server refuses the call or one of its operations */
  async compound<Results extends readonly unknown[]>(minor: number, operations: Operations<Results>): Promise<Results> {
    const calls = operations.map(({ number, args }) => xdr(number, { fixed: args }));
    const reply = await this.call(xdr("", minor, calls.length, { fixed: Buffer.concat(calls) }));
    const [status, , count] = [reply.uint32(), reply.opaque(), reply.uint32()];
    const results = operations.slice(0, count).map(({ name, read }) => {
      const [, own] = [reply.uint32(), reply.uint32()];
      if (own !== 0) throw new NfsError(name, statusName(own));
      return read(reply);
    });
    if (status !== 0) throw new NfsError("COMPOUND", statusName(status));
    return results as unknown as Results;
  }

  /** Calls procedure 1 of program 100003, version 4. */
  private async call(args: Buffer): Promise<XdrReader> {
    const { uid = 0, gid = 0 } = this.user;
    const call = xdr(++this.xid, 0, 2, 100003, 4, 1, 1, xdr(0, "", uid, gid, 0), 0, 0, { fixed: args });
    this.stream.write(xdr(lastFragment + call.length, { fixed: call }));
    const reply = await this.message();
    const [, , denied] = [reply.uint32(), reply.uint32(), reply.uint32()];
    if (denied) throw new NfsError("RPC was denied", ["RPC_MISMATCH", "AUTH_ERROR"][reply.uint32()] ?? "");
    const [, , accepted] = [reply.uint32(), reply.opaque(), reply.uint32()];
    if (accepted !== 0) throw new NfsError("RPC was not executed", acceptStatus[accepted] ?? `${accepted}`);
    return reply;
  }

  /** The next message, put together from its fragments. */
  private async message(): Promise<XdrReader> {
    const fragments: Buffer[] = [];
    for (let mark = 0; mark < lastFragment;) {
      mark = (await this.take(4)).readUInt32BE();
      fragments.push(await this.take(mark % lastFragment));
    }
    return new XdrReader(Buffer.concat(fragments));
  }

  private async take(length: number): Promise<Buffer> {
    while (this.received.length < length) {
      const chunk = await this.chunks.next();
      if (chunk.done) throw new Error("the connection to the NFS server has ended");
      this.received = Buffer.concat([this.received, chunk.value]);
    }
    const taken = this.received.subarray(0, length);
    this.received = this.received.subarray(length);
    return taken;
  }
}

const lastFragment = 0x80000000;
const acceptStatus = ["SUCCESS", "PROG_UNAVAIL", "PROG_MISMATCH", "PROC_UNAVAIL", "GARBAGE_ARGS", "SYSTEM_ERR"];

const statusNames: Readonly<Record<number, string>> = {
  ...{ 1: "PERM", 2: "NOENT", 5: "IO", 13: "ACCESS", 17: "EXIST", 20: "NOTDIR", 21: "ISDIR", 22: "INVAL", 28: "NOSPC" },
  ...{ 30: "ROFS", 63: "NAMETOOLONG", 66: "NOTEMPTY", 69: "DQUOT", 70: "STALE", 10001: "BADHANDLE" },
  ...{ 10003: "BAD_COOKIE", 10004: "NOTSUPP", 10006: "SERVERFAULT", 10008: "DELAY", 10011: "EXPIRED", 10013: "GRACE" },
  ...{ 10015: "SHARE_DENIED", 10016: "WRONGSEC", 10017: "CLID_INUSE", 10020: "NOFILEHANDLE" },
  ...{ 10021: "MINOR_VERS_MISMATCH", 10022: "STALE_CLIENTID", 10023: "STALE_STATEID", 10025: "BAD_STATEID" },
  ...{ 10033: "NO_GRACE", 10034: "RECLAIM_BAD", 10035: "RECLAIM_CONFLICT", 10036: "BADXDR", 10038: "OPENMODE" },
  ...{ 10039: "BADOWNER", 10044: "OP_ILLEGAL", 10052: "BADSESSION", 10053: "BADSLOT", 10054: "COMPLETE_ALREADY" },
  ...{ 10063: "SEQ_MISORDERED", 10071: "OP_NOT_IN_SESSION", 10078: "DEADSESSION" },
};

function statusName(status: number): string {
  return `NFS4ERR_${statusNames[status] ?? status}`;
}
