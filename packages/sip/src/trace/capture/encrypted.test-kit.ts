// A capture in pcapng of connections over IPv4 and Ethernet, as packets that a test can leave out or touch.
import type { Captured } from './captured.ts';
import { KeyLog } from './key-log.ts';
import { CaptureReader } from './reader.ts';
import * as kit from './wire.test-kit.ts';

/** A packet of the capture, as the block that it stands in. */
export interface PacketBlock {
  readonly bytes: Uint8Array;
  /** Of TCP. */
  readonly payload: Uint8Array;
  /** From where it came. */
  readonly port: number;
}

type Message = Extract<Captured, { kind: 'observation' }>['observation'] & { kind: 'message' };

const packetType = 6;

/** The packets of a file whose blocks have their lowest octet first. */
export class PacketCapture {
  readonly #blocks: readonly Uint8Array[];
  readonly #messages: readonly Message[];

  constructor(file: Uint8Array, keyLog: Uint8Array) {
    const view = new DataView(file.buffer, file.byteOffset, file.length);
    const blocks = [];
    for (let at = 0; at < file.length; at += view.getUint32(at + 4, true))
      blocks.push(file.slice(at, at + view.getUint32(at + 4, true)));
    this.#blocks = blocks;
    this.#messages = messages(readWith(new KeyLog(keyLog), file));
  }

  /** The packets of the connection on which the first message with this Call-ID went, and this CSeq when it is said. */
  packetsOf(callId: string, cseq = ''): readonly PacketBlock[] {
    const heads = `\r\nCall-ID: ${callId}\r\nCSeq: ${cseq}`;
    const found = this.#messages.find(({ text }) => text.includes(heads));
    if (found === undefined) throw new Error(`No ${callId} in the capture`);
    const ports = [found.local.port, found.remote.port];
    return this.#blocks
      .filter(([type]) => type === packetType)
      .flatMap((bytes) => packetIn(bytes, ports) ?? []);
  }

  /** These packets as a file, with a key log in it when there is one. */
  fileOf(packets: readonly PacketBlock[], keyLog?: Uint8Array): Uint8Array {
    const first = this.#blocks.findIndex(([type]) => type === packetType);
    const inside =
      keyLog === undefined
        ? []
        : [kit.block(10, kit.bytesOf(kit.numbers(4, [0x544c534b, keyLog.length], true), keyLog))];
    const bytes = packets.map((packet) => packet.bytes);
    return kit.bytesOf(...this.#blocks.slice(0, first), ...inside, ...bytes);
  }
}

/** Behind 28 octets of the block stand Ethernet, IPv4 without options, and TCP. */
function packetIn(bytes: Uint8Array, ports: readonly number[]): PacketBlock | undefined {
  const ip = 28 + 14;
  const tcp = ip + 20;
  const u16 = (at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  const port = u16(tcp);
  if (!ports.includes(port) || !ports.includes(u16(tcp + 2))) return undefined;
  const start = tcp + ((bytes[tcp + 12] ?? 0) >> 4) * 4;
  return { bytes, port, payload: bytes.subarray(start, ip + u16(ip + 2)) };
}

/** What a file gives with these keys, pushed in pieces of `size`. */
export function readWith(keys: KeyLog, file: Uint8Array, size = file.length): readonly Captured[] {
  const reader = new CaptureReader({ keys });
  const items: Captured[] = [];
  for (let at = 0; at < file.length; at += size)
    items.push(...reader.push(file.slice(at, at + size)));
  return [...items, ...reader.end()];
}

/** The messages among them. */
export function messages(items: readonly Captured[]): readonly Message[] {
  return items.flatMap((item) =>
    item.kind === 'observation' && item.observation.kind === 'message' ? [item.observation] : [],
  );
}

/** The problems among them. */
export function problems(items: readonly Captured[]): readonly string[] {
  return items.flatMap((item) => (item.kind === 'problem' ? [`${item.event}: ${item.text}`] : []));
}
