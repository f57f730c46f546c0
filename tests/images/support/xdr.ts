import { Buffer } from "node:buffer";

/** Values of XDR (RFC 4506): 32 bits, 64 bits, bytes or text with their length in front, and bytes of a fixed length. */
type XdrValue = number | bigint | Buffer | string | { readonly fixed: Buffer };

/** Encodes values as XDR. */
export function xdr(...values: readonly XdrValue[]): Buffer {
  return Buffer.concat(values.map(bytesOf));
}

function bytesOf(value: XdrValue): Buffer {
  if (typeof value === "number") return Buffer.from(Uint32Array.of(value).buffer).swap32();
  if (typeof value === "bigint") return Buffer.from(BigUint64Array.of(value).buffer).swap64();
  if (typeof value === "string") return bytesOf(Buffer.from(value));
  if (Buffer.isBuffer(value)) return xdr(value.length, { fixed: value });
  return Buffer.concat([value.fixed, Buffer.alloc(padding(value.fixed.length))]);
}

/** Decodes such values, one after the other. */
export class XdrReader {
  private offset = 0;

  constructor(private readonly bytes: Buffer) {}

  uint32(): number {
    return this.fixed(4).readUInt32BE();
  }

  uint64(): bigint {
    return this.fixed(8).readBigUInt64BE();
  }

  /** @throws when fewer bytes are left */
  fixed(length: number): Buffer {
    const value = this.bytes.subarray(this.offset, this.offset + length);
    if (value.length < length) throw new Error(`${length} bytes expected where a message has ${value.length} left`);
    this.offset += length + padding(length);
    return value;
  }

  opaque(): Buffer {
    return this.fixed(this.uint32());
  }

  text(): string {
    return this.opaque().toString();
  }
}

/** Bytes that fill a value up to a multiple of four. */
function padding(length: number): number {
  return -length & 3;
}
