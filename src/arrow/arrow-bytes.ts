// The bytes of one value of a text or binary Arrow column, in each of the layouts Arrow has for them.

import type { Data } from 'apache-arrow';
import { Type } from 'apache-arrow';

const VIEW_BYTES = 16;
const INLINE_BYTES = 12;

/** A view of the bytes of a row; valid while the data is. */
export function arrowBytes(data: Data): (position: number) => Uint8Array {
  const values: Uint8Array = data.values;
  switch (data.typeId) {
    case Type.FixedSizeBinary:
      return (p) => values.subarray(p * data.stride, (p + 1) * data.stride);
    case Type.Utf8View:
    case Type.BinaryView:
      return viewBytes(values, data.variadicBuffers);
    default: {
      const offsets: ArrayLike<number | bigint> = data.valueOffsets;
      return (p) => values.subarray(Number(offsets[p]), Number(offsets[p + 1]));
    }
  }
}

/** A view is its length, then either the bytes or four of them, the number of a buffer and a place in it. */
function viewBytes(views: Uint8Array, buffers: readonly Uint8Array[]): (position: number) => Uint8Array {
  const fields = new DataView(views.buffer, views.byteOffset, views.byteLength);
  return (p) => {
    const at = p * VIEW_BYTES;
    const length = fields.getInt32(at, true);
    if (length <= INLINE_BYTES) return views.subarray(at + 4, at + 4 + length);
    const from = fields.getInt32(at + 12, true);
    return buffers[fields.getInt32(at + 8, true)]?.subarray(from, from + length) ?? new Uint8Array(0);
  };
}
