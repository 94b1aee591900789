// A SIP device that is told every step: for flows that SIPp's scenarios cannot tell (two dialogs at once, a server between two
// others, the way of writing of another maker).
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { Lab } from './lab.ts';
import type { Place } from './player.ts';

/** A message that has come in. */
export interface Got {
  readonly text: string;
  /** The method of a request, the status of a response. */
  readonly what: string;
  readonly from: Place;
}

/** What a device is. */
export interface DeviceOptions {
  readonly host: string;
  readonly port?: number;
  readonly transport?: 'UDP' | 'TCP';
  /** Its User-Agent. */
  readonly agent?: string;
  /** Writes the short names of headers (RFC 3261 §7.3.3). */
  readonly compact?: boolean;
}

const short: Readonly<Record<string, string>> = {
  Via: 'v',
  From: 'f',
  To: 't',
  'Call-ID': 'i',
  Contact: 'm',
  'Content-Length': 'l',
  'Content-Type': 'c',
  Supported: 'k',
  'Refer-To': 'r',
  Event: 'o',
  'Session-Expires': 'x',
};
const long = new Map(Object.entries(short).map(([name, letter]) => [letter, name.toLowerCase()]));

/** All values of a header, as written. */
export function values(text: string, header: string): readonly string[] {
  const [head = ''] = text.split('\r\n\r\n');
  return head.split('\r\n').flatMap((line) => {
    const [, name = '', value = ''] = /^([\w-]+)\s*:\s*(.*)$/.exec(line) ?? [];
    const known = long.get(name.toLowerCase()) ?? name.toLowerCase();
    return known === header.toLowerCase() ? [value] : [];
  });
}

/** The first value of a header. */
export function value(text: string, header: string): string {
  return values(text, header)[0] ?? '';
}

/** The address in a header such as Contact. */
export function uriOf(field: string): string {
  return /<([^>]+)>/.exec(field)?.[1] ?? field.replace(/;.*$/, '');
}

/** Where a `sip:` URI leads when it has an address in it. */
export function placeOf(uri: string): Place {
  const [, host = '', port = '5060'] =
    /^sips?:(?:[^@]*@)?(\[[^\]]+\]|[^:;>]+)(?::(\d+))?/.exec(uri) ?? [];
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

let made = 0;

/** A new value for a branch, a tag or a Call-ID. */
export function fresh(prefix = ''): string {
  made += 1;
  return `${prefix}${(made * 7_919 + 104_729).toString(36)}${process.pid.toString(36)}`;
}

/** The device. */
export class Device {
  readonly host: string;
  readonly port: number;
  readonly transport: 'UDP' | 'TCP';
  readonly agent: string;
  readonly #compact: boolean;
  readonly #lab: Lab;
  readonly #inbox: Got[] = [];
  readonly #links = new Map<string, Socket>();
  #sendUdp: ((text: Buffer, to: Place) => void) | undefined;

  /** Opens its port. */
  static async open(lab: Lab, options: DeviceOptions): Promise<Device> {
    const device = new Device(lab, options);
    await (device.transport === 'UDP' ? device.#openUdp() : device.#openTcp());
    return device;
  }

  private constructor(lab: Lab, options: DeviceOptions) {
    this.#lab = lab;
    this.host = options.host;
    this.port = options.port ?? 5060;
    this.transport = options.transport ?? 'UDP';
    this.agent = options.agent ?? 'Desk Phone 7.4';
    this.#compact = options.compact === true;
  }

  /** host:port as it stands in a URI. */
  get at(): string {
    return `${this.host.includes(':') ? `[${this.host}]` : this.host}:${this.port}`;
  }

  /** Waits for the next message like this: a method, a status, or both parts of `200 BYE`. */
  async sees(what: string, milliseconds = 20_000): Promise<Got> {
    const [first = '', method] = what.split(' ');
    return await this.#lab.world.until(
      `${this.agent} at ${this.at} to see ${what}; it has ${this.#inbox.map((one) => one.what).join(' ')}`,
      () => {
        const at = this.#inbox.findIndex(
          (got) =>
            got.what === first &&
            (method === undefined || value(got.text, 'CSeq').endsWith(` ${method}`)),
        );
        return at < 0 ? undefined : this.#inbox.splice(at, 1)[0];
      },
      milliseconds,
    );
  }

  /** Sends lines as they are; Content-Length is added. */
  say(lines: readonly string[], body: string, to: Place): void {
    const text = body === '' ? '' : `${body.trim().replaceAll(/\r?\n/g, '\r\n')}\r\n`;
    const head = [...lines, `Content-Length: ${Buffer.byteLength(text)}`].map((line) => {
      const [name = ''] = line.split(':');
      const letter = short[name];
      return this.#compact && letter !== undefined ? `${letter}${line.slice(name.length)}` : line;
    });
    this.raw(`${head.join('\r\n')}\r\n\r\n${text}`, to);
  }

  /** Sends octets. */
  raw(text: string, to: Place): void {
    if (this.#sendUdp !== undefined) {
      this.#sendUdp(Buffer.from(text), to);
      return;
    }
    const key = `${to.host}:${to.port}`;
    const link = this.#links.get(key) ?? this.#dial(to);
    link.write(text);
  }

  /** Sends it at once and then as often as RFC 3261 §17 repeats an unanswered request. */
  repeats(send: () => void, longest = Infinity, until = 31_600): void {
    let at = 0;
    let wait = 500;
    while (at <= until) {
      this.#lab.later(at, send);
      at += wait;
      wait = Math.min(wait * 2, longest);
    }
  }

  /** Answers a request. */
  responds(
    { text, from }: Got,
    status: string,
    {
      tag = '',
      headers = [],
      body = '',
      contact,
    }: {
      readonly tag?: string;
      readonly headers?: readonly string[];
      readonly body?: string;
      readonly contact?: string;
    } = {},
  ): void {
    const to = value(text, 'To');
    this.say(
      [
        `SIP/2.0 ${status}`,
        ...values(text, 'Via').map((via) => `Via: ${via}`),
        ...values(text, 'Record-Route').map((route) => `Record-Route: ${route}`),
        `From: ${value(text, 'From')}`,
        `To: ${to}${tag === '' || to.includes(';tag=') ? '' : `;tag=${tag}`}`,
        `Call-ID: ${value(text, 'Call-ID')}`,
        `CSeq: ${value(text, 'CSeq')}`,
        ...(contact === undefined ? [] : [`Contact: ${contact}`]),
        `Server: ${this.agent}`,
        ...headers,
        ...(body.startsWith('v=0') ? ['Content-Type: application/sdp'] : []),
      ],
      body,
      from,
    );
  }

  /** Tears its TCP connections down. */
  breaks(): void {
    for (const link of this.#links.values()) link.resetAndDestroy();
    this.#links.clear();
  }

  async #openUdp(): Promise<void> {
    const socket = createSocket(this.host.includes(':') ? 'udp6' : 'udp4');
    this.#lab.world.own({ close: () => void socket.close() });
    socket.on('message', (octets, { address, port }) => {
      this.#takes(octets.toString(), { host: address, port });
    });
    await new Promise<void>((resolve) => {
      socket.bind(this.port, this.host, resolve);
    });
    this.#sendUdp = (octets, to) => {
      socket.send(octets, to.port, to.host);
    };
  }

  async #openTcp(): Promise<void> {
    const server = createServer((link) => {
      this.#follows(link, { host: link.remoteAddress ?? '', port: link.remotePort ?? 0 });
    });
    this.#lab.world.own({ close: () => void server.close() });
    await new Promise<void>((resolve) => {
      server.listen(this.port, this.host, resolve);
    });
  }

  #dial(to: Place): Socket {
    const link = connect({ host: to.host, port: to.port, localAddress: this.host });
    this.#follows(link, to);
    return link;
  }

  #follows(link: Socket, from: Place): void {
    this.#links.set(`${from.host}:${from.port}`, link);
    this.#lab.world.own({ close: () => void link.destroy() });
    link.on('error', () => undefined);
    let rest = '';
    link.on('data', (octets) => {
      rest += octets.toString('latin1');
      for (;;) {
        rest = rest.replace(/^(\r\n)+/, '');
        const end = rest.indexOf('\r\n\r\n');
        if (end < 0) return;
        const length = Number(value(rest.slice(0, end + 4), 'Content-Length') || '0');
        if (rest.length < end + 4 + length) return;
        this.#takes(rest.slice(0, end + 4 + length), from);
        rest = rest.slice(end + 4 + length);
      }
    });
  }

  #takes(text: string, from: Place): void {
    const [, status, method] = /^(?:SIP\/2\.0 (\d{3})|([A-Z]+) )/.exec(text) ?? [];
    const what = status ?? method;
    if (what !== undefined) this.#inbox.push({ text, what, from });
  }
}
