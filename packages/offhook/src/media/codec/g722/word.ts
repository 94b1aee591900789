// Words of 16 bits, as G.722 reckons with them.

/** `value` within 16 bits. */
export function saturate(value: number): number {
  return value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value;
}

/** An element of a table that is known to have it. */
export function at(table: Int32Array, index: number): number {
  return table[index] ?? 0;
}
