// Messages of workers and other tabs are of no known shape until they are looked at.

/** True for an object whose members can be read. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
