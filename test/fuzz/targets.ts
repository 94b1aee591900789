// What guided fuzzing fires at: each target reads one text of bytes, and throws when something about it is wrong.
import { DtlsAssociation } from '../../packages/offhook/src/media/embedded/dtls/association.ts';
import { newCertificate } from '../../packages/offhook/src/media/embedded/dtls/certificate.ts';
import { formatMessage } from '../../packages/offhook/src/media/embedded/dtls/fragments.ts';
import { formatClientHello } from '../../packages/offhook/src/media/embedded/dtls/hello.ts';
import { RecordLayer } from '../../packages/offhook/src/media/embedded/dtls/records.ts';
import { IceAgent } from '../../packages/offhook/src/media/embedded/ice/agent.ts';
import { macOf } from '../../packages/offhook/src/media/embedded/ice/credentials.ts';
import { formatCheck } from '../../packages/offhook/src/media/embedded/ice/messages.ts';
import { answerChallenges, withCredentials } from '../../packages/sip/src/auth/answer.ts';
import { NonceMemory } from '../../packages/sip/src/auth/memory.ts';
import { NonceIssuer } from '../../packages/sip/src/auth/nonce.ts';
import { ReplayWindow } from '../../packages/sip/src/auth/replay.ts';
import { verify } from '../../packages/sip/src/auth/verify.ts';
import { latin1, latin1Bytes } from '../../packages/sip/src/base/bytes.ts';
import type { Observation } from '../../packages/sip/src/base/tap.ts';
import {
  bodyParts,
  createRequest,
  createResponse,
  formatUri,
  parseMessage,
  parseUri,
  sameUri,
  setHeader,
} from '../../packages/sip/src/message/index.ts';
import type { Request } from '../../packages/sip/src/message/index.ts';
import {
  formatRtcp,
  parseEventList,
  parseRtcp,
  parseRtp,
  parseTelephoneEvent,
} from '../../packages/sip/src/rtp/index.ts';
import {
  formatCandidate,
  formatSdp,
  parseCandidate,
  parseSdp,
} from '../../packages/sip/src/sdp/index.ts';
import { answerBinding, bindingRequest, readBinding } from '../../packages/sip/src/stun/binding.ts';
import { formatStun, parseStun } from '../../packages/sip/src/stun/message.ts';
import { readSipfrag } from '../../packages/sip/src/subscription/sipfrag.ts';
import { seededRandom } from '../../packages/sip/src/testing/seeded-random.ts';
import { VirtualClock } from '../../packages/sip/src/testing/virtual-clock.ts';
import { formatTapLine, ladder, parseTapLine } from '../../packages/sip/src/trace/index.ts';
import { StreamFramer } from '../../packages/sip/src/transport/framing.ts';
import { captureFiles, readCapture } from './capture-files.ts';
import { descriptions, goodRequests, goodResponses, multipart, torture } from './corpus.ts';
import { equal, equalValues, fields, readDatagram, sameWhenWritten } from './datagram.ts';
import { samples, uris } from './header-samples.ts';

/** One target. */
export interface GuidedTarget {
  readonly name: string;
  /** Where it starts from; kept cases come on top. */
  readonly seeds: readonly string[];
  readonly run: (text: string) => void;
}

const messages = [...torture, ...goodRequests(), ...goodResponses()];
const register = read(goodRequests({ uri: 'sip:example.com' }).find((text) => text.startsWith('REGISTER')) ?? ''); // prettier-ignore
const oneLine = (text: string): string => text.replaceAll(/[\r\n\0]+/g, ' ');

/** Every target, in the order in which they take turns. */
export const targets: readonly GuidedTarget[] = [
  { name: 'capture', seeds: captureFiles, run: (text) => readCapture(text) },
  { name: 'message', seeds: messages, run: readDatagram },
  { name: 'stream', seeds: [messages.slice(0, 3).join(''), ...messages.slice(-6)], run: stream },
  { name: 'uri', seeds: uris, run: uri },
  ...fields.map((field) => ({
    name: `header-${field.name.toLowerCase()}`,
    seeds: samples[field.name] ?? ['x'],
    run: (text: string): void => {
      const value = field.parse([oneLine(text)]);
      if (value.ok && value.value !== undefined) sameWhenWritten(field, value.value);
    },
  })),
  { name: 'sdp', seeds: descriptions, run: description },
  { name: 'multipart', seeds: [multipart('b', descriptions[0] ?? '')], run: parts },
  { name: 'digest-server', seeds: samples['Authorization'] ?? [], run: credentials },
  { name: 'digest-client', seeds: samples['WWW-Authenticate'] ?? [], run: challenge },
  { name: 'stun', seeds: [latin1(bindingRequest(new Uint8Array(12).fill(7)))], run: stun },
  { name: 'rtp', seeds: ['\x80\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03abc', '\x91\x65\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00\x04\xbe\xde\x00\x01abcd\x05\x8a\x03\x20'], run: rtp }, // prettier-ignore
  { name: 'rtcp', seeds: rtcpSeeds(), run: rtcp },
  { name: 'events', seeds: ['0-15', '0-11,66,70', ''], run: (text) => void parseEventList(text) },
  { name: 'sipfrag', seeds: ['SIP/2.0 100 Trying\r\n', 'SIP/2.0 486 Busy Here\r\nVia: x\r\n\r\n'], run: fragment }, // prettier-ignore
  { name: 'ice-check', seeds: [latin1(iceCheck())], run: ice },
  { name: 'ice-candidate', seeds: ['1 1 udp 2130706431 192.0.2.1 3478 typ srflx raddr 10.0.0.1 rport 9 generation 0'], run: candidate }, // prettier-ignore
  { name: 'dtls', seeds: [latin1(dtlsHello())], run: dtls },
  { name: 'trace-line', seeds: messages.slice(-4).map((text) => formatTapLine(seen(text))), run: traceLine }, // prettier-ignore
  { name: 'ladder', seeds: messages, run: drawn },
];

const certificate = newCertificate(0);
const agent = iceAgent();

function iceAgent(): IceAgent {
  const made = new IceAgent({
    role: 'controlled',
    send: () => undefined,
    selected: () => undefined,
    failed: () => undefined,
    fraction: () => 0.5,
  });
  made.addBase(0, { type: 'host', family: 4 });
  return made;
}

function iceCheck(): Uint8Array {
  const { ufrag, password } = iceAgent().local;
  const names = { localUfrag: 'them', remoteUfrag: ufrag };
  const transaction = new Uint8Array(12).fill(7);
  const rest = { priority: 1, role: 'controlling', tieBreaker: 1n, nominates: true } as const;
  return formatCheck({ transaction, ...names, ...rest }, macOf(password));
}

// Nobody who does not know the password gets a pair.
function ice(text: string): void {
  agent.received(latin1Bytes(text), 0, '192.0.2.1', 3478, 0);
  if (agent.isChecked(0, '192.0.2.1', 3478)) throw new Error('A stranger has a checked pair');
}

function candidate(text: string): void {
  const read = parseCandidate(oneLine(text));
  if (read === undefined) return;
  equalValues(parseCandidate(formatCandidate(read)), read, 'A candidate written and read again');
}

function dtlsHello(): Uint8Array {
  const body = formatClientHello(new Uint8Array(32).fill(7), new Uint8Array(0));
  const message = formatMessage({ type: 1, sequence: 0, body });
  return new RecordLayer().format(22, 0, message);
}

// Whatever comes, at either end, nothing is thrown and there are no keys.
function dtls(text: string): void {
  for (const role of ['client', 'server'] as const) {
    const association = new DtlsAssociation({
      role,
      certificate,
      fingerprints: [{ hash: 'sha-256', value: certificate.fingerprint }],
      clock: new VirtualClock(),
      send: () => undefined,
      connected: () => {
        throw new Error('There are keys without a peer');
      },
      failed: () => undefined,
      closed: () => undefined,
    });
    association.start();
    association.received(latin1Bytes(text));
    association.close();
  }
}

function stream(text: string): void {
  const bytes = latin1Bytes(text);
  const whole = framed([bytes]);
  const middle = bytes.length >> 1;
  equal(framed([bytes.slice(0, middle), bytes.slice(middle)]), whole, 'A stream cut in two');
}

function framed(chunks: readonly Uint8Array[]): string {
  const framer = new StreamFramer();
  const found = chunks.flatMap((chunk) =>
    framer.push(chunk).map((one) => (one.kind === 'message' ? latin1(one.bytes) : one.kind)),
  );
  return found.join('|');
}

function uri(text: string): void {
  const parsed = parseUri(text);
  if (!parsed.ok) return;
  const again = parseUri(formatUri(parsed.value));
  if (!again.ok) throw new Error(`What was written is refused: ${again.error.text}`);
  equal(formatUri(again.value), formatUri(parsed.value), 'The URI');
  if (!sameUri(parsed.value, again.value)) throw new Error('A URI is not itself');
}

function description(text: string): void {
  const parsed = parseSdp(text);
  if (!parsed.ok) return;
  const written = formatSdp(parsed.value);
  const again = parseSdp(written);
  if (!again.ok) throw new Error(`What was written is refused: ${again.error.text}`);
  equal(formatSdp(again.value), written, 'The description');
}

function parts(text: string): void {
  bodyParts(createRequest({ method: 'INVITE', uri: 'sip:b@h', headers: [['Content-Type', 'multipart/mixed;boundary=b']], body: latin1Bytes(text) })); // prettier-ignore
}

function credentials(text: string): void {
  const clock = new VirtualClock();
  const verdict = verify(
    register.with(setHeader('Authorization', oneLine(text))),
    'Authorization',
    {
      realm: 'example.com',
      nonces: new NonceIssuer({ clock, random: seededRandom(3) }),
      replay: new ReplayWindow({ clock }),
      ha1: () => '0'.repeat(32),
    },
  );
  if (verdict.kind === 'ok') throw new Error('Nonsense was taken for a proof');
}

function challenge(text: string): void {
  const response = createResponse(register, 401, { toTag: 't', headers: [['WWW-Authenticate', oneLine(text)]] }); // prettier-ignore
  const account = { username: 'alice', password: 'x', realm: undefined };
  const answered = answerChallenges(
    register,
    response,
    account,
    new NonceMemory(),
    seededRandom(1),
  );
  if (!answered.ok) return;
  const again = parseMessage(withCredentials(register, answered.value).toBytes());
  if (!again.ok) throw new Error(`The answer is refused: ${again.error.text}`);
}

function stun(text: string): void {
  const bytes = latin1Bytes(text);
  readBinding(bytes);
  const answer = answerBinding(bytes, { host: '10.0.0.1', port: 5060 });
  if (answer !== undefined && parseStun(answer) === undefined)
    throw new Error('The answer cannot be read');
  const message = parseStun(bytes);
  if (message !== undefined && parseStun(formatStun(message)) === undefined)
    throw new Error('What was written cannot be read');
}

function rtp(text: string): void {
  const packet = parseRtp(latin1Bytes(text));
  if (packet !== undefined) parseTelephoneEvent(packet.payload);
}

function rtcpSeeds(): readonly string[] {
  const report = { kind: 'receiver-report', ssrc: 7, reports: [] } as const;
  const bye = { kind: 'goodbye', ssrcs: [7], reason: 'over' } as const;
  const nack = { kind: 'nack', ssrc: 7, media: 8, lost: [1, 2, 30] } as const;
  const demand = {
    kind: 'full-intra-request',
    ssrc: 7,
    requests: [{ media: 8, sequence: 1 }],
  } as const;
  return [[report], [report, bye], [report, nack, demand]].map((each) => latin1(formatRtcp(each)));
}

function rtcp(text: string): void {
  const packets = parseRtcp(latin1Bytes(text));
  if (packets === undefined || packets.length === 0) return;
  const written = formatRtcp(packets);
  const again = parseRtcp(written);
  if (again === undefined) throw new Error('What was written cannot be read');
  equal(latin1(formatRtcp(again)), latin1(written), 'The report');
}

function fragment(text: string): void {
  const read = readSipfrag(text);
  if (read !== undefined && (read.status < 100 || read.status > 699 || read.reason.length > 800))
    throw new Error(`A fragment says ${read.status} ${read.reason}`);
}

function traceLine(text: string): void {
  const parsed = parseTapLine(text);
  if (parsed.ok) ladder([parsed.value]);
}

function drawn(text: string): void {
  if (/[\0-\u0009\u000b-\u001f\u007f-\u009f]/.test(ladder([seen(text)])))
    throw new Error('A control character is drawn');
}

function seen(text: string): Observation {
  const local = { host: '10.0.0.1', port: 5060 };
  const remote = { host: '10.0.0.9', port: 5060 };
  return { v: 1, kind: 'message', at: 0, endpoint: 'a', direction: 'in', protocol: 'UDP', flow: 'f', local, remote, text }; // prettier-ignore
}

function read(text: string): Request {
  const parsed = parseMessage(latin1Bytes(text));
  if (!parsed.ok || parsed.value.kind !== 'request') throw new Error('The request is malformed');
  return parsed.value;
}
