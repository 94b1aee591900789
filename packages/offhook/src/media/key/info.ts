// Keys in the body of an INFO request, in the two forms that telephones send without any standard.

const keys = '0123456789*#ABCD';

/** The key in a body of `application/dtmf-relay` or `application/dtmf`; undefined when there is none. */
export function keyOfInfo(type: string, body: string): string | undefined {
  switch ((type.split(';', 1)[0] ?? '').trim().toLowerCase()) {
    case 'application/dtmf-relay':
      return asKey(
        /^[ \t]*signal[ \t]*=[ \t]*(\S{1,2})[ \t]*\r?$/im.exec(body.slice(0, 1024))?.[1],
      );
    case 'application/dtmf':
      return asKey(body.trim());
    default:
      return undefined;
  }
}

// Some send the number of the event of RFC 4733 §3.2 instead of the key: 10 is the star, 11 the hash.
function asKey(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (/^1[0-5]$/.test(text)) return keys[Number(text)];
  return text.length === 1 && keys.includes(text.toUpperCase()) ? text.toUpperCase() : undefined;
}
