// Protects and opens, or receives and sends, packets of 160 octets for some seconds and prints the CPU time of each as JSON.
// Usage: node packets.ts WHAT SECONDS [FOLDER-OF-PACKAGES]
import { createCipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createRequire } from 'node:module';
import process from 'node:process';
import { built } from '../sut/built.ts';

type Suite = 'AES_CM_128_HMAC_SHA1_80' | 'AEAD_AES_128_GCM';

const [what = '', seconds = '1.5', folder = '.'] = process.argv.slice(2);
const headerLength = 12;
const payloadLength = 160;
let sequence = 0;
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

async function running(): Promise<() => void> {
  switch (what) {
    case 'offhook':
      return srtp('AES_CM_128_HMAC_SHA1_80');
    case 'offhook-gcm':
      return srtp('AEAD_AES_128_GCM');
    case 'node':
      return nodeCrypto();
    case 'werift':
      return werift();
    case 'stream':
      return stream(false);
    case 'stream-srtp':
      return stream(true);
    default:
      throw new TypeError(`There is nothing called ${what}`);
  }
}

/** The next packet, as it is before it is protected. */
function nextPacket(bytes: Uint8Array): void {
  sequence = (sequence + 1) & 0xffff;
  bytes[0] = 128;
  bytes[1] = 0;
  bytes[2] = sequence >>> 8;
  bytes[3] = sequence & 255;
  bytes.fill(7, 4, headerLength);
  bytes.fill(0xd5, headerLength, headerLength + payloadLength);
}

async function srtp(name: Suite): Promise<() => void> {
  const { SrtpProtection } =
    await built<typeof import('../../packages/offhook/src/media/srtp/protecting.ts')>(
      'media/srtp/protecting',
    );
  const { SrtpOpening } =
    await built<typeof import('../../packages/offhook/src/media/srtp/opening.ts')>(
      'media/srtp/opening',
    );
  const { suiteNamed } =
    await built<typeof import('../../packages/offhook/src/media/srtp/suite.ts')>(
      'media/srtp/suite',
    );
  const suite = suiteNamed(name);
  if (suite === undefined) throw new TypeError(`There is no suite ${name}`);
  const master = new Uint8Array(randomBytes(suite.keyLength + suite.saltLength));
  const protection = new SrtpProtection(suite, master);
  const opening = new SrtpOpening(suite, master);
  const bytes = new Uint8Array(headerLength + payloadLength + 20);
  return () => {
    nextPacket(bytes);
    const length = protection.rtp(bytes, headerLength + payloadLength);
    const opened = opening.rtp(bytes.subarray(0, length));
    if (opened === 0) throw new Error('A packet was not authentic');
    sum += opened;
  };
}

/** As one writes it first: a new cipher and a new HMAC for each packet. */
function nodeCrypto(): () => void {
  const key = randomBytes(16);
  const proof = randomBytes(20);
  const salt = randomBytes(14);
  const bytes = Buffer.alloc(headerLength + payloadLength);
  const cycles = Buffer.alloc(4);
  const start = (): Buffer => {
    const counter = Buffer.alloc(16);
    salt.copy(counter);
    for (let index = 4; index < 8; index += 1) counter[index] = (counter[index] ?? 0) ^ 7;
    counter.writeUInt16BE(counter.readUInt16BE(12) ^ sequence, 12);
    return counter;
  };
  const code = (of: Buffer): Buffer =>
    createHmac('sha1', proof).update(of).update(cycles).digest().subarray(0, 10);
  return () => {
    nextPacket(bytes);
    const hidden = createCipheriv('aes-128-ctr', key, start()).update(bytes.subarray(headerLength));
    const sent = Buffer.concat([bytes.subarray(0, headerLength), hidden]);
    const packet = Buffer.concat([sent, code(sent)]);
    const body = packet.subarray(0, packet.length - 10);
    if (!timingSafeEqual(code(body), packet.subarray(-10))) throw new Error('Not authentic');
    sum += createCipheriv('aes-128-ctr', key, start()).update(body.subarray(headerLength)).length;
  };
}

/** What the bench uses of werift. */
interface Werift {
  readonly SrtpSession: new (options: object) => {
    encrypt(payload: Buffer, header: object): Buffer;
    decrypt(packet: Buffer): Buffer;
  };
  readonly RtpPacket: { deSerialize(bytes: Buffer): { payload: Buffer; header: object } };
  readonly ProtectionProfileAes128CmHmacSha1_80: number;
}

function werift(): () => void {
  const load = createRequire(`${folder}/package.json`);
  const { SrtpSession, RtpPacket, ProtectionProfileAes128CmHmacSha1_80 } = load('werift') as Werift;
  const key = randomBytes(16);
  const salt = randomBytes(14);
  const keys = {
    ...{ localMasterKey: key, localMasterSalt: salt },
    ...{ remoteMasterKey: key, remoteMasterSalt: salt },
  };
  const profile = ProtectionProfileAes128CmHmacSha1_80;
  const [sender, receiver] = [
    new SrtpSession({ profile, keys }),
    new SrtpSession({ profile, keys }),
  ];
  const bytes = Buffer.alloc(headerLength + payloadLength);
  return () => {
    nextPacket(bytes);
    const { payload, header } = RtpPacket.deSerialize(bytes);
    sum += receiver.decrypt(sender.encrypt(payload, header)).length;
  };
}

/** One packet received, decoded and put by, one frame heard, one packet encoded and sent: all of a stream but its sockets. */
async function stream(encrypted: boolean): Promise<() => void> {
  const { AudioStream } =
    await built<typeof import('../../packages/offhook/src/media/stream.ts')>('media/stream');
  const { PacketRing } =
    await built<typeof import('../../packages/offhook/src/media/packet-ring.ts')>(
      'media/packet-ring',
    );
  const { tone } =
    await built<typeof import('../../packages/offhook/src/media/audio/tone.ts')>(
      'media/audio/tone',
    );
  const place = { host: '127.0.0.1', port: 4000 };
  const master = new Uint8Array(randomBytes(30));
  const keys = {
    suite: 'AES_CM_128_HMAC_SHA1_80',
    send: master,
    receive: master,
    receiveLifetime: Infinity,
  };
  let now = 0;
  // What it sends is what it hears next.
  const line = new Uint8Array(1600);
  let waiting = 0;
  const engine = new AudioStream({
    ...{ local: place, ssrc: 1, sequence: 1, timestamp: 1, cname: 'x', epoch: 0 },
    ...{ fraction: () => 0.5, ring: new PacketRing(16), sendRtcp: () => undefined },
    sendRtp: (bytes, length) => {
      line.set(bytes.subarray(0, length));
      waiting = length;
    },
    ...{ digit: () => undefined, firstPacket: () => undefined, counted: () => undefined },
    ...{ silent: () => undefined },
  });
  engine.agree({
    ...{ direction: 'sendrecv', remote: place, remoteRtcp: undefined },
    ...{ send: [{ payloadType: 0, codec: 'PCMU' }], receive: [{ payloadType: 0, codec: 'PCMU' }] },
    ...{
      sendEvents: undefined,
      receiveEvents: [{ payloadType: 101, clockRate: 8000 }],
      receiveNoise: [],
      packetMilliseconds: 20,
    },
    ...{ rtcpMux: true, masterKeys: encrypted ? keys : undefined },
  });
  engine.play(tone({ hertz: 1000 }), () => undefined);
  return () => {
    now += 20;
    if (waiting > 0) engine.received(line.subarray(0, waiting), place.host, place.port, now);
    engine.tick(now);
    sum += waiting;
  };
}
