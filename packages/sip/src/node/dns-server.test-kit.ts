// A name server on loopback that says what a test wants: records, lies, floods, or nothing.
import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { once } from 'node:events';

/** The types of DNS that SIP asks for. */
export type RecordType = 'A' | 'AAAA' | 'SRV' | 'NAPTR' | 'CNAME';

/** One record of an answer; `rdata` in the wire form of DNS. */
export interface DnsRecord {
  /** The name asked for unless said. */
  readonly name?: string;
  readonly type: RecordType;
  /** Seconds; 60 unless said. */
  readonly ttl?: number;
  readonly rdata: Buffer;
}

/** What is answered: records, a code of failure, raw bytes, or nothing at all. */
export type DnsAnswer =
  | { readonly records: readonly DnsRecord[] }
  | { readonly code: 'failure' | 'no such name' }
  | { readonly raw: Buffer }
  | 'silence';

/** One question as it came. */
export interface DnsQuestion {
  readonly type: RecordType | undefined;
  readonly name: string;
  readonly query: Buffer;
}

const types: Readonly<Record<RecordType, number>> = {
  A: 1,
  CNAME: 5,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
};

/** A name server for one test. */
export class DnsServer {
  /** Every question so far, as `SRV _sip._udp.example.com`. */
  readonly asked: string[] = [];
  /** Decides about each question. */
  answer: (question: DnsQuestion) => DnsAnswer = () => ({ records: [] });
  readonly #socket: Socket = createSocket('udp4');

  static async start(): Promise<DnsServer> {
    const server = new DnsServer();
    server.#socket.on('message', (query, from) => server.#take(query, from));
    server.#socket.bind(0, '127.0.0.1');
    await once(server.#socket, 'listening');
    return server;
  }

  /** For `nodeResolver({ servers })`. */
  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #take(query: Buffer, from: RemoteInfo): void {
    const question = readQuestion(query);
    this.asked.push(`${question.type ?? '?'} ${question.name}`);
    const answer = this.answer(question);
    if (answer === 'silence') return;
    this.#socket.send(
      'raw' in answer ? answer.raw : formatAnswer(question, answer),
      from.port,
      from.address,
    );
  }
}

/** A name in the wire form of DNS, without compression. */
export function dnsName(text: string): Buffer {
  const labels = text.split('.').filter((label) => label !== '');
  return Buffer.concat([
    ...labels.map((label) => Buffer.from([label.length, ...Buffer.from(label, 'latin1')])),
    Buffer.from([0]),
  ]);
}

/** An A record. */
export function a(address: string, ttl = 60): DnsRecord {
  return { type: 'A', ttl, rdata: Buffer.from(address.split('.').map(Number)) };
}

/** An SRV record (RFC 2782). */
export function srv(target: string, port: number, priority = 0, weight = 0): DnsRecord {
  const head = Buffer.alloc(6);
  head.writeUInt16BE(priority, 0);
  head.writeUInt16BE(weight, 2);
  head.writeUInt16BE(port, 4);
  return { type: 'SRV', rdata: Buffer.concat([head, dnsName(target)]) };
}

/** A NAPTR record that leads to SRV records (RFC 3263 §4.1). */
export function naptr(service: string, replacement: string, order = 10): DnsRecord {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(order, 0);
  head.writeUInt16BE(50, 2);
  const texts = ['s', service, ''].map((text) => Buffer.from([text.length, ...Buffer.from(text)]));
  return { type: 'NAPTR', rdata: Buffer.concat([head, ...texts, dnsName(replacement)]) };
}

/** A CNAME record. */
export function cname(name: string, target: string): DnsRecord {
  return { name, type: 'CNAME', rdata: dnsName(target) };
}

/** The bytes of an answer, with another id than that of the question when `id` is said. */
export function formatAnswer(
  { query, name }: DnsQuestion,
  answer: Exclude<DnsAnswer, 'silence' | { readonly raw: Buffer }>,
  id: number = query.readUInt16BE(0),
): Buffer {
  const records = 'records' in answer ? answer.records : [];
  const code = 'code' in answer ? (answer.code === 'failure' ? 2 : 3) : 0;
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  const question = query.subarray(12, 12 + dnsName(name).length + 4);
  return Buffer.concat([header, question, ...records.map((record) => formatRecord(record))]);
}

function formatRecord({ name, type, ttl = 60, rdata }: DnsRecord): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(types[type], 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(ttl, 4);
  fixed.writeUInt16BE(rdata.length, 8);
  // Without a name of its own: that of the question, which stands at byte 12.
  return Buffer.concat([
    name === undefined ? Buffer.from([0xc0, 12]) : dnsName(name),
    fixed,
    rdata,
  ]);
}

function readQuestion(query: Buffer): DnsQuestion {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const number = query.readUInt16BE(at + 1);
  const found = Object.entries(types).find(([, one]) => one === number)?.[0];
  const type = recordTypes.find((one) => one === found);
  return { type, name: labels.join('.').toLowerCase(), query };
}

const recordTypes: readonly RecordType[] = ['A', 'AAAA', 'SRV', 'NAPTR', 'CNAME'];
