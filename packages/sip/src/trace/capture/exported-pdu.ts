// What Wireshark exports without its lower layers (link type 252): tags that tell where it went, then the message, decrypted
// where Wireshark could (epan/exported_pdu.h).
import { latin1 } from '../../base/bytes.ts';
import { readDatagram } from './datagrams.ts';
import type { Host, Hosts } from './hosts.ts';
import { u16, u32 } from './octets.ts';
import type { CaptureOutput } from './output.ts';
import { viaProtocol } from './top-via.ts';

const tag = {
  end: 0,
  fourFrom: 20,
  fourTo: 21,
  sixFrom: 22,
  sixTo: 23,
  portType: 24,
  portFrom: 25,
  portTo: 26,
} as const;
/** What ports are of, in `portType`. */
const udp = 3;

/** How much of a message is searched for its topmost Via. */
const viaSearch = 4096;

/** Takes the exported message in the frame from `start` to `end`, of `length` octets before it was cut. */
export function readExportedPdu(
  output: CaptureOutput,
  hosts: Hosts,
  bytes: Uint8Array,
  start: number,
  end: number,
  length: number,
): void {
  let source: Host | undefined;
  let destination: Host | undefined;
  let ports = { type: udp, from: 0, to: 0 };
  let at = start;
  for (;;) {
    if (at + 4 > end) return;
    const kind = u16(bytes, at);
    const value = at + 4;
    at = value + u16(bytes, at + 2);
    if (kind === tag.end) break;
    if (at > end) return;
    if (kind === tag.fourFrom) source = hosts.four(bytes, value);
    else if (kind === tag.fourTo) destination = hosts.four(bytes, value);
    else if (kind === tag.sixFrom) source = hosts.six(bytes, value);
    else if (kind === tag.sixTo) destination = hosts.six(bytes, value);
    else if (kind === tag.portType) ports = { ...ports, type: u32(bytes, value) };
    else if (kind === tag.portFrom) ports = { ...ports, from: u32(bytes, value) };
    else if (kind === tag.portTo) ports = { ...ports, to: u32(bytes, value) };
  }
  if (source === undefined || destination === undefined) return;
  const way = {
    source: hosts.address(source, ports.from & 0xffff),
    destination: hosts.address(destination, ports.to & 0xffff),
    protocol: ports.type === udp ? 'UDP' : streamProtocol(bytes, at, end),
  };
  readDatagram(output, way, bytes, at, end, length - (at - start));
}

/** The tags do not tell TLS and WebSocket from TCP. */
function streamProtocol(bytes: Uint8Array, start: number, end: number): string {
  return viaProtocol(latin1(bytes, start, Math.min(end, start + viaSearch)));
}
