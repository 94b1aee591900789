// Parses one message for some seconds and prints the CPU time of each time as JSON. Usage: node parse.ts PARSER FILE SECONDS [FOLDER-OF-PACKAGES]
//
// From bytes as they come from a socket to the parser's own message object, then the seven fields that a server needs of
// every message, through the parser's own accessors: method, top Via branch, From tag, To tag, Call-ID, CSeq, Contact.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { scanner } from './scanner.ts';

const [parser = '', file = '', seconds = '1.5', folder = '.'] = process.argv.slice(2);
const bytes = readFileSync(file);
let sum = 0;

const run = await running();
const warm = performance.now() + 700;
while (performance.now() < warm) for (let i = 0; i < 50; i += 1) run();

const until = performance.now() + Number(seconds) * 1000;
const before = process.cpuUsage();
let times = 0;
while (performance.now() < until) {
  for (let i = 0; i < 200; i += 1) run();
  times += 200;
}
const { user, system } = process.cpuUsage(before);
process.stdout.write(
  `${JSON.stringify({ cpu: (user + system) / times, done: times, sum: sum % 7 })}\n`,
);

/** Keeps the compiler from leaving out what nobody would read. */
function use(...fields: readonly (string | number | undefined)[]): void {
  for (const field of fields) sum += typeof field === 'string' ? field.length : (field ?? 0);
}

async function running(): Promise<() => void> {
  switch (parser) {
    case 'offhook':
      return offhook();
    case 'offhook-forward':
      return forward();
    case 'offhook-rebuild':
      return rebuild();
    case 'sip':
      return npmSip();
    case 'scanner': {
      const scan = scanner();
      return () => use(...scan(bytes));
    }
    default:
      throw new TypeError(`There is no parser ${parser}`);
  }
}

async function offhook(): Promise<() => void> {
  const { contact, isSipUri, parseMessage } = await import('@offhook/sip/message');
  await import('@offhook/sip/node');
  return () => {
    const parsed = parseMessage(bytes);
    if (!parsed.ok) throw new Error(parsed.error.text);
    const message = parsed.value;
    const first = message.get(contact)?.[0];
    const uri = first === undefined || first === '*' ? undefined : first.uri;
    use(
      message.kind === 'request' ? message.method : message.status,
      message.topVia.branch,
      message.fromTag,
      message.toTag,
      message.callId,
      message.cseq.number,
      uri !== undefined && isSipUri(uri) ? uri.host : undefined,
    );
  };
}

/** What a proxy does to a request: a Via and a Record-Route more, a Max-Forwards less, and out. */
async function forward(): Promise<() => void> {
  const { parseMessage, prependHeader, setHeader } = await import('@offhook/sip/message');
  await import('@offhook/sip/node');
  return () => {
    const parsed = parseMessage(bytes);
    if (!parsed.ok) throw new Error(parsed.error.text);
    const message = parsed.value;
    const forwarded = message.with(
      prependHeader('Record-Route', '<sip:127.0.0.1:5060;lr>'),
      prependHeader('Via', 'SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKnashds8'),
      setHeader('Max-Forwards', String((message.maxForwards ?? 70) - 1)),
    );
    sum += forwarded.toBytes().length;
  };
}

/** The same, with every header taken out and written anew. */
async function rebuild(): Promise<() => void> {
  const { createRequest, parseMessage } = await import('@offhook/sip/message');
  await import('@offhook/sip/node');
  return () => {
    const parsed = parseMessage(bytes);
    if (!parsed.ok || parsed.value.kind !== 'request') throw new Error('Not a request');
    const { method, uri, body, maxForwards = 70 } = parsed.value;
    const kept = [...parsed.value.headers()].filter(
      ([name]) => !/^(max-forwards|content-length)$/i.test(name),
    );
    const headers = [
      ['Via', 'SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKnashds8'],
      ['Record-Route', '<sip:127.0.0.1:5060;lr>'],
      ...kept,
      ['Max-Forwards', String(maxForwards - 1)],
    ] as const;
    sum += createRequest({ method, uri, headers, body }).toBytes().length;
  };
}

/** What the bench reads of an npm `sip` message. */
interface NpmSipMessage {
  readonly method: string;
  readonly headers: {
    readonly via: readonly { readonly params: { readonly branch: string } }[];
    readonly from: { readonly params: { readonly tag: string } };
    readonly to: { readonly params: { readonly tag?: string } };
    readonly 'call-id': string;
    readonly cseq: { readonly seq: number };
    readonly contact?: readonly { readonly uri: string }[];
  };
}

async function npmSip(): Promise<() => void> {
  const { createRequire } = await import('node:module');
  const sip = createRequire(`${folder}/package.json`)('sip') as {
    readonly parse: (text: string) => NpmSipMessage;
  };
  return () => {
    const { method, headers } = sip.parse(bytes.toString('latin1'));
    const { via, from, to, cseq, contact } = headers;
    use(
      method,
      via[0]?.params.branch,
      from.params.tag,
      to.params.tag,
      headers['call-id'],
      cseq.seq,
      contact?.[0]?.uri,
    );
  };
}
