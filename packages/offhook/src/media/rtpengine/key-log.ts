// The keys that rtpengine sees pressed in media: it logs each by UDP where it was started with `dtmf-log-dest`.
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Logger } from '@offhook/sip';
import { dtmfDigit } from '@offhook/sip/rtp';
import { asDictionary } from './ng.ts';
import type { NgAddress } from './udp.ts';

/** A key pressed by the party `tag` of a call. */
export interface LoggedKey {
  readonly call: string;
  readonly tag: string;
  readonly key: string;
}

/** What a key log needs. */
export interface KeyLogOptions {
  /** Where rtpengine logs to. */
  readonly address: NgAddress;
  /** The hosts of the rtpengines: nobody else is believed. */
  readonly hosts: readonly string[];
  readonly pressed: (key: LoggedKey) => void;
  readonly log: Logger;
}

/** Listens; gives what ends it. A port that is in use is logged, and no key told. */
export function openKeyLog({ address, hosts, pressed, log }: KeyLogOptions): () => Promise<void> {
  const { host, port } = address;
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  socket.on('error', (error) => {
    log.warn('Keys that rtpengine logs are not heard', { host, port, error: error.message });
  });
  socket.on('message', (bytes, remote) => {
    const key = hosts.includes(remote.address) ? readLoggedKey(bytes) : undefined;
    if (key !== undefined) pressed(key);
  });
  socket.bind({ address: host, port, exclusive: true });
  socket.unref();
  return () => new Promise((resolve) => socket.close(() => resolve()));
}

/** Reads one line of the log; undefined when it is no key. */
export function readLoggedKey(bytes: Uint8Array): LoggedKey | undefined {
  try {
    const line = asDictionary(JSON.parse(new TextDecoder().decode(bytes)));
    const { callid: call, source_tag: tag, type, event } = line ?? {};
    const key = typeof event === 'number' ? dtmfDigit(event) : undefined;
    const isKey = type === 'DTMF' && typeof call === 'string' && typeof tag === 'string';
    return isKey && key !== undefined ? { call, tag, key } : undefined;
  } catch {
    return undefined;
  }
}
