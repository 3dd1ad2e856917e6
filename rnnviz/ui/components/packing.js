// Packed buffers from Python: a header and the arrays that it names.

/** @import { Message } from "./types" */

/** One packed buffer: four bytes with the header's size, the header as JSON, then the arrays it names; or they
 * are a body of their own, at the header's address.
 * @type {(bytes: Uint8Array, body?: Uint8Array | null) => Message} */
export function unpack(bytes, body = null) {
  const header = headerOf(bytes);
  /** @type {Record<string, typeof Uint8Array | typeof Float32Array>} */
  const kinds = { uint8: Uint8Array, float32: Float32Array };
  const arrays = /** @type {Message["arrays"]} */ ({});
  const [from, first] = body ? [body, 0] : [bytes, 4 + headerSize(bytes)];
  for (const [name, { dtype, shape, offset }] of Object.entries(header.arrays)) {
    const Kind = kinds[dtype];
    const count = shape.reduce((/** @type {number} */ product, /** @type {number} */ n) => product * n, 1);
    const start = first + offset;
    const array = new Kind(from.slice(start, start + count * Kind.BYTES_PER_ELEMENT).buffer);
    arrays[name] = Object.assign(array, { shape });
  }
  return { ...header, arrays };
}

/** @type {(bytes: Uint8Array) => number} */
const headerSize = (bytes) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
/** @type {(bytes: Uint8Array) => Record<string, any>} */
export const headerOf = (bytes) => JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headerSize(bytes))));
