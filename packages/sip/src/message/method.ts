// The request methods that are known by name; any other token is a method too.

/** A method of RFC 3261, 3262, 3311, 3428, 3515, 3903, 6086 or 6665. */
export type Method =
  | 'INVITE'
  | 'ACK'
  | 'BYE'
  | 'CANCEL'
  | 'OPTIONS'
  | 'REGISTER'
  | 'PRACK'
  | 'UPDATE'
  | 'INFO'
  | 'MESSAGE'
  | 'SUBSCRIBE'
  | 'NOTIFY'
  | 'REFER'
  | 'PUBLISH';

/** All known methods. Methods are compared as written: `invite` is another, unknown method (RFC 3261 §7.1). */
export const knownMethods: readonly Method[] = [
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'REGISTER',
  'PRACK',
  'UPDATE',
  'INFO',
  'MESSAGE',
  'SUBSCRIBE',
  'NOTIFY',
  'REFER',
  'PUBLISH',
];

const known: ReadonlySet<string> = new Set(knownMethods);

/** True when `method` is one of the known methods. */
export function isKnownMethod(method: string): method is Method {
  return known.has(method);
}
