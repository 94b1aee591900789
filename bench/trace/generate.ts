// Writes a capture of calls that overlap: of each eleven messages, one in ten over TCP, and twenty packets of media both ways.
// Usage: node generate.ts FILE MEGABYTES
import { closeSync, openSync, writeSync } from 'node:fs';
import process from 'node:process';
import { PcapWriter } from '@offhook/sip/trace';

const [file = 'calls.pcap', megabytes = '70'] = process.argv.slice(2);
const writer = new PcapWriter();
const output = openSync(file, 'w');
let written = 0;
let at = 1_700_000_000_000;

write(writer.head);
for (let call = 0; written < Number(megabytes) * 1_000_000; call += 8) {
  // Eight calls go on at a time.
  const calls = Array.from({ length: 8 }, (_, place) => steps(call + place));
  for (let step = 0; calls.some((one) => step < one.length); step += 1) {
    for (const one of calls) {
      at += 0.25;
      const bytes = one[step]?.(at);
      if (bytes !== undefined) write(bytes);
    }
  }
}
closeSync(output);

function write(bytes: Uint8Array): void {
  writeSync(output, bytes);
  written += bytes.length;
}

/** What is written of a call, in turn. */
function steps(call: number): readonly ((time: number) => Uint8Array)[] {
  const protocol = call % 10 === 0 ? 'TCP' : 'UDP';
  const caller = { host: `10.1.${(call >> 8) & 255}.${call & 255}`, port: 5060 };
  const server = { host: '10.0.0.1', port: 5060 };
  const message =
    (forth: boolean, text: string) =>
    (time: number): Uint8Array =>
      writer.message({
        at: time,
        source: forth ? caller : server,
        destination: forth ? server : caller,
        protocol,
        text,
      });
  const media = (sequence: number) => (time: number) => {
    const forth = sequence % 2 === 0;
    const ends = [
      { host: caller.host, port: 20_000 },
      { host: server.host, port: 10_000 + (call % 20_000) * 2 },
    ] as const;
    const [source, destination] = forth ? ends : [ends[1], ends[0]];
    return writer.datagram({ at: time, source, destination, bytes: packet(call, sequence, forth) });
  };
  const request = (method: string, cseq: number, more: readonly string[] = [], body = ''): string =>
    text(`${method} sip:bob@example.com SIP/2.0`, call, protocol, `${cseq} ${method}`, more, body);
  const response = (status: string, method: string, cseq: number, body = ''): string =>
    text(`SIP/2.0 ${status}`, call, protocol, `${cseq} ${method}`, ['Server: bench'], body);
  const proof = [
    `Proxy-Authorization: Digest username="alice",realm="example.com",nonce="84f1c1ae${call}",uri="sip:bob@example.com",response="dfe56131d1958046689d83306477ecc9",algorithm=MD5,qop=auth,cnonce="1c1a",nc=00000001`,
  ];
  return [
    message(true, request('INVITE', 1, [], description(caller.host))),
    message(false, response('407 Proxy Authentication Required', 'INVITE', 1)),
    message(true, request('ACK', 1)),
    message(true, request('INVITE', 2, proof, description(caller.host))),
    message(false, response('100 Trying', 'INVITE', 2)),
    message(false, response('180 Ringing', 'INVITE', 2)),
    message(false, response('200 OK', 'INVITE', 2, description(server.host))),
    message(true, request('ACK', 2)),
    ...Array.from({ length: 20 }, (_, sequence) => media(sequence)),
    message(true, request('BYE', 3)),
    message(false, response('200 OK', 'BYE', 3)),
    message(true, request('OPTIONS', 4)),
  ];
}

function text(
  firstLine: string,
  call: number,
  protocol: string,
  cseq: string,
  more: readonly string[],
  body: string,
): string {
  return [
    firstLine,
    `Via: SIP/2.0/${protocol} 10.1.${(call >> 8) & 255}.${call & 255}:5060;branch=z9hG4bK${call}x${cseq.replace(' ', '')};rport`,
    'Max-Forwards: 70',
    `From: "Alice" <sip:alice@example.com>;tag=a${call}`,
    `To: "Bob" <sip:bob@example.com>${cseq.startsWith('1') ? '' : `;tag=b${call}`}`,
    `Call-ID: ${call}-8f3a2b1c7d@bench.example.com`,
    `CSeq: ${cseq}`,
    `Contact: <sip:alice@10.1.${(call >> 8) & 255}.${call & 255}:5060>`,
    'User-Agent: bench/1.0',
    'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, REFER, NOTIFY',
    'Supported: replaces, timer, 100rel',
    ...more,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

function description(host: string): string {
  return [
    ...['v=0', `o=- 3912 1 IN IP4 ${host}`, 's=-', `c=IN IP4 ${host}`, 't=0 0'],
    ...['m=audio 20000 RTP/AVP 0 8 101', 'a=rtpmap:0 PCMU/8000', 'a=rtpmap:8 PCMA/8000'],
    ...['a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15', 'a=ptime:20', 'a=sendrecv', ''],
  ].join('\r\n');
}

function packet(call: number, sequence: number, forth: boolean): Uint8Array {
  const bytes = new Uint8Array(172).fill(0xd5);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x8000);
  view.setUint16(2, sequence >> 1);
  view.setUint32(4, (sequence >> 1) * 160);
  view.setUint32(8, call * 2 + (forth ? 1 : 0));
  return bytes;
}
