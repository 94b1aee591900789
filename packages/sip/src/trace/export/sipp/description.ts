// The SDP of a scenario: as it was, with the media where SIPp has its own, unless the place itself was the fault.
import type { CallFacts } from '../../explain/facts.ts';
import type { SeenMessage } from '../../explain/seen-message.ts';
import { literal } from './text.ts';

/** The body of a message that the party sent; undefined when it has none. Other bodies than SDP go as they are. */
export function bodyOf(seen: SeenMessage, facts: CallFacts): readonly string[] | undefined {
  const cut = seen.row.text.search(/\r?\n\r?\n/);
  const body = cut < 0 ? '' : seen.row.text.slice(cut).replace(/^\r?\n\r?\n/, '');
  if (body.trim() === '') return undefined;
  const lines = body.replace(/(?:\r?\n)+$/, '').split(/\r?\n/);
  if (seen.sdp === undefined) return lines.map(literal);
  const own = placesOf(seen, facts);
  let line = -1;
  return lines.map((text) => {
    if (text.startsWith('m=')) line += 1;
    return lineOf(text, line, own);
  });
}

/** The addresses of the one who sent it: his media is then SIPp's own. */
function placesOf({ row }: SeenMessage, facts: CallFacts): ReadonlySet<string> {
  const addresses = facts.party(row.from)?.addresses ?? [];
  const hosts = addresses.map((address) => address.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''));
  return new Set([row.source.host, ...hosts]);
}

function lineOf(text: string, line: number, own: ReadonlySet<string>): string {
  const origin = /^(o=\S+ \S+ \S+ IN) IP[46] (\S+)$/.exec(text);
  if (origin !== null && own.has(origin[2] ?? ''))
    return `${literal(origin[1] ?? '')} IP[local_ip_type] [local_ip]`;
  const place = /^c=IN IP[46] (\S+)$/.exec(text);
  if (place !== null && own.has(place[1] ?? '')) return 'c=IN IP[media_ip_type] [media_ip]';
  const media = /^m=(\S+) (\d+) (.*)$/.exec(text);
  // Port 0 refuses the line (RFC 3264 §6).
  if (media === null || media[2] === '0') return literal(text);
  const port = line <= 0 ? '[media_port]' : `[media_port+${2 * line}]`;
  return `m=${literal(media[1] ?? '')} ${port} ${literal(media[3] ?? '')}`;
}
