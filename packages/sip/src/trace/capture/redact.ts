// Secrets out of traces. Every masked value keeps its length, so that Content-Length and offsets stay true.
import type { Observation } from '../../base/tap.ts';

/** Headers whose whole credentials are masked but for the parameters that explain a failure. */
const credentialHeaders = new Set(['authorization', 'proxy-authorization']);

/** Headers of servers whose nonces are masked: with one of these and an answer a password can be guessed at home. */
const challengeHeaders = new Set([
  'www-authenticate',
  'proxy-authenticate',
  'authentication-info',
  'proxy-authentication-info',
]);

/** Parameters of digest that help to guess a password (RFC 7616 §3.3 to §3.5). */
const secretParameters = new Set(['response', 'nonce', 'cnonce', 'nextnonce', 'rspauth']);

/** Finds more than there is to mask and never less: most messages hold nothing, and looking line by line takes five times as long. */
const mayHoldSecrets =
  /authoriz|authentic|cookie|pn-prid|crypto:|ice-pwd:|\nk=|dtmf|sips?:[^\s:@<>";]{0,256}:[^\s@<>"]{1,256}@/i;

/** An observation without secrets, for writing where others read it. */
export function redactObservation(observation: Observation): Observation {
  if (observation.kind !== 'message' && observation.kind !== 'dropped') return observation;
  return { ...observation, text: redactMessage(observation.text) };
}

/**
 * A message's text with asterisks for digest responses and nonces, tokens, cookies, passwords and push ids in URIs, the keys of
 * a=crypto and k= lines, ICE passwords, and pressed keys in INFO. Any text will do; it need not be well formed.
 */
export function redactMessage(text: string): string {
  if (!mayHoldSecrets.test(text)) return text;
  const lines = text.split('\n');
  let header = '';
  let inBody = false;
  let pressedKeys = false;
  for (const [index, line] of lines.entries()) {
    const bare = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (inBody) {
      lines[index] = redactBodyLine(line, pressedKeys);
    } else if (bare === '') {
      inBody = index > 0;
    } else {
      const folded = index > 0 && (bare.startsWith(' ') || bare.startsWith('\t'));
      if (!folded) header = index === 0 ? '' : nameOf(bare);
      const start = folded || index === 0 ? 0 : bare.indexOf(':') + 1;
      lines[index] = line.slice(0, start) + redactHeaderLine(header, line.slice(start), folded);
      if (
        (header === 'content-type' || header === 'c') &&
        bare.toLowerCase().includes('application/dtmf')
      ) {
        pressedKeys = true;
      }
    }
  }
  return lines.join('\n');
}

function nameOf(line: string): string {
  const colon = line.indexOf(':');
  return (colon < 0 ? line : line.slice(0, colon)).trim().toLowerCase();
}

function redactHeaderLine(header: string, value: string, folded: boolean): string {
  if (credentialHeaders.has(header)) {
    const scheme = /^[ \t]*([^\s,;="]*)/.exec(value)?.[1]?.toLowerCase();
    return folded || scheme === 'digest'
      ? redactParameters(value)
      : starsAfter(value, /^[ \t]*[^\s]*[ \t]*/);
  }
  if (challengeHeaders.has(header)) return redactParameters(value);
  if (header === 'cookie' || header === 'set-cookie') return starsAfter(value, /^[ \t]*/);
  return redactPushIds(redactPasswords(value));
}

/** Walks `name=value, name="value"` and masks the secret ones, in one pass and whatever the text is. */
function redactParameters(text: string): string {
  let out = '';
  let at = 0;
  while (at < text.length) {
    const equals = text.indexOf('=', at);
    if (equals < 0) return out + text.slice(at);
    const name = nameBefore(text, at, equals);
    const end = valueEnd(text, equals + 1);
    const value = text.slice(equals + 1, end);
    out += text.slice(at, equals + 1);
    out += secretParameters.has(name) ? starsInside(value) : value;
    at = end;
  }
  return out;
}

function nameBefore(text: string, from: number, equals: number): string {
  let start = equals;
  while (start > from && !' \t,'.includes(text.charAt(start - 1) || ' ')) start -= 1;
  if (start === equals) {
    let end = equals;
    while (end > from && ' \t'.includes(text.charAt(end - 1))) end -= 1;
    start = end;
    while (start > from && !' \t,'.includes(text.charAt(start - 1))) start -= 1;
    return text.slice(start, end).toLowerCase();
  }
  return text.slice(start, equals).toLowerCase();
}

function valueEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t'.includes(text.charAt(at))) at += 1;
  if (text.charAt(at) !== '"') {
    const comma = text.indexOf(',', at);
    return comma < 0 ? text.length : comma;
  }
  for (at += 1; at < text.length; at += 1) {
    if (text.charAt(at) === '\\') at += 1;
    else if (text.charAt(at) === '"') return at + 1;
  }
  return text.length;
}

/** Stars for everything but quotes, blanks and line ends. */
function starsInside(value: string): string {
  return value.replace(/[^\s"]/g, '*');
}

function starsAfter(value: string, lead: RegExp): string {
  const start = lead.exec(value)?.[0].length ?? 0;
  return value.slice(0, start) + value.slice(start).replace(/[^\s]/g, '*');
}

/** RFC 3261 §19.1.1: `sip:user:password@host`. */
function redactPasswords(text: string): string {
  return text.replace(
    /\b(sips?:[^\s:@<>";]{0,256}:)([^\s@<>"]{1,256})(?=@)/gi,
    (_, lead: string, password: string) => {
      return lead + '*'.repeat(password.length);
    },
  );
}

/** RFC 8599 §13: who knows `pn-prid` may wake the phone. */
function redactPushIds(text: string): string {
  return text.replace(
    /(;[ \t]*pn-prid[ \t]*=[ \t]*)([^\s;,>"]+)/gi,
    (_, lead: string, id: string) => lead + '*'.repeat(id.length),
  );
}

function redactBodyLine(line: string, pressedKeys: boolean): string {
  if (line.startsWith('a=crypto:')) return afterWord(line, 'inline:');
  if (line.startsWith('a=ice-pwd:')) return afterWord(line, 'a=ice-pwd:');
  if (line.startsWith('k=')) return starsAfter(line, /^k=/);
  if (!pressedKeys) return line;
  return /^signal[ \t]*=/i.test(line)
    ? starsAfter(line, /^signal[ \t]*=/i)
    : line.replace(/^[0-9A-D*#]\r?$/i, (key) => `*${key.slice(1)}`);
}

/** Masks what follows `word`, each time, up to a blank or a bar. */
function afterWord(line: string, word: string): string {
  const parts = line.split(word);
  return parts
    .map((part, index) =>
      index === 0 ? part : part.replace(/^[^\s|]*/, (key) => '*'.repeat(key.length)),
    )
    .join(word);
}
