// The little that a busy server's story needs of a message, found without parsing it.

/** One message in a few words. Nothing in it is checked. */
export interface Gist {
  readonly callId: string;
  /** The method of the request; undefined for a response. */
  readonly method: string | undefined;
  readonly status: number | undefined;
  /** The method in CSeq. */
  readonly about: string;
  readonly from: string;
  readonly to: string;
}

/** How many headers are looked at. */
const mostHeaders = 100;

/** Reads the start line and five headers of `text`; undefined when Call-ID or CSeq is not there. */
export function gistOf(text: string): Gist | undefined {
  const head = text.indexOf('\r\n');
  if (head <= 0) return undefined;
  const found: { [header in Wanted]: string } = { callId: '', cseq: '', from: '', to: '' };
  let at = head + 2;
  for (let count = 0; count < mostHeaders; count += 1) {
    const end = text.indexOf('\r\n', at);
    if (end <= at) break;
    const colon = text.indexOf(':', at);
    if (colon > at && colon < end) {
      const wanted = wantedBy(text, at, colon);
      if (wanted !== undefined && found[wanted] === '')
        found[wanted] = text.slice(colon + 1, end).trim();
    }
    at = end + 2;
  }
  const { callId, cseq, from, to } = found;
  if (callId === '' || cseq === '') return undefined;
  const about = cseq.slice(cseq.lastIndexOf(' ') + 1);
  const first = text.slice(0, head);
  const isResponse = first.startsWith('SIP/2.0 ');
  return {
    callId,
    method: isResponse ? undefined : first.slice(0, Math.max(0, first.indexOf(' '))),
    status: isResponse ? Number(first.slice(8, 11)) : undefined,
    about,
    from,
    to,
  };
}

/** The tag in a From or To value; empty when there is none. */
export function tagIn(value: string): string {
  const at = value.indexOf(';tag=', value.lastIndexOf('>') + 1);
  if (at < 0) return '';
  const end = value.indexOf(';', at + 5);
  return value.slice(at + 5, end < 0 ? undefined : end);
}

/** The URI in a From or To value without its parameters, password and headers; at most 80 characters. */
export function uriIn(value: string): string {
  const open = value.indexOf('<');
  const close = value.indexOf('>', open);
  const whole = open < 0 ? value : value.slice(open + 1, close < 0 ? undefined : close);
  const cut = whole.search(/[;?]/);
  const uri = (cut < 0 ? whole : whole.slice(0, cut)).slice(0, 80);
  const host = uri.indexOf('@');
  const scheme = uri.indexOf(':');
  const password = uri.indexOf(':', scheme + 1);
  return scheme > 0 && password > scheme && password < host
    ? `${uri.slice(0, password)}${uri.slice(host)}`
    : uri;
}

type Wanted = 'callId' | 'cseq' | 'from' | 'to';

const names: ReadonlyMap<string, Wanted> = new Map([
  ['call-id', 'callId'],
  ['i', 'callId'],
  ['cseq', 'cseq'],
  ['from', 'from'],
  ['f', 'from'],
  ['to', 'to'],
  ['t', 'to'],
]);

function wantedBy(text: string, at: number, colon: number): Wanted | undefined {
  const length = colon - at;
  return length > 12 ? undefined : names.get(text.slice(at, colon).trimEnd().toLowerCase());
}
