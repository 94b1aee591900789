// A device's side of one dialog: what it sends in it, rightly unless it is told otherwise.
import { fresh, placeOf, uriOf, value, values } from './device.ts';
import type { Device, Got } from './device.ts';
import type { Place } from './player.ts';
import { sdp } from './scenario.ts';
import type { SdpParts } from './scenario.ts';

/** What may differ in a request. */
export interface Parts {
  readonly cseq?: number;
  readonly uri?: string;
  readonly from?: string;
  readonly to?: string;
  readonly branch?: string;
  readonly callId?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  /** Where it goes, whatever the target and the route say. */
  readonly by?: Place;
  readonly routes?: readonly string[];
  readonly forwards?: number;
}

/** The dialog. */
export class Leg {
  readonly device: Device;
  callId: string;
  local: string;
  remote: string;
  target: string;
  peer: Place;
  routes: readonly string[] = [];
  cseq = 0;
  user: string;
  /** The latest INVITE's branch. */
  branch = '';

  /** One that this device opens: from `"Alice" <sip:alice@…>` to a URI. */
  constructor(device: Device, user: string, uri: string, by: Place = placeOf(uri)) {
    this.device = device;
    this.user = user;
    this.callId = `${fresh('c')}@${device.host.replaceAll(':', '-')}`;
    const domain = device.at.replace(/:5060$/, '');
    this.local = `<sip:${user}@${domain}>;tag=${fresh('t')}`;
    this.remote = `<${uri}>`;
    this.target = uri;
    this.peer = by;
  }

  /** The callee's side of an INVITE that has come in. */
  static of(device: Device, user: string, { text, from }: Got): Leg {
    const leg = new Leg(device, user, uriOf(value(text, 'Contact')), from);
    leg.callId = value(text, 'Call-ID');
    leg.local = `${value(text, 'To')};tag=${fresh('u')}`;
    leg.remote = value(text, 'From');
    leg.routes = values(text, 'Record-Route');
    return leg;
  }

  /** Its own tag. */
  get tag(): string {
    return /;tag=([^;>]+)/.exec(this.local)?.[1] ?? '';
  }

  get contact(): string {
    const tcp = this.device.transport === 'TCP' ? ';transport=tcp' : '';
    return `<sip:${this.user}@${this.device.at}${tcp}>`;
  }

  /** Sends a request, and gives what sends the very same again. */
  request(method: string, parts: Parts = {}): () => void {
    this.cseq = parts.cseq ?? (method === 'ACK' || method === 'CANCEL' ? this.cseq : this.cseq + 1);
    const branch = parts.branch ?? fresh('z9hG4bK');
    if (method === 'INVITE') this.branch = branch;
    const { body = '', headers = [] } = parts;
    const lines = [
      `${method} ${parts.uri ?? this.target} SIP/2.0`,
      `Via: SIP/2.0/${this.device.transport} ${this.device.at};branch=${branch};rport`,
      ...(parts.routes ?? this.routes).map((route) => `Route: ${route}`),
      `Max-Forwards: ${parts.forwards ?? 70}`,
      `From: ${parts.from ?? this.local}`,
      `To: ${parts.to ?? this.remote}`,
      `Call-ID: ${parts.callId ?? this.callId}`,
      `CSeq: ${this.cseq} ${method}`,
      ...(method === 'BYE' || method === 'CANCEL' ? [] : [`Contact: ${this.contact}`]),
      `User-Agent: ${this.device.agent}`,
      ...headers,
      ...(body.startsWith('v=0') ? ['Content-Type: application/sdp'] : []),
    ];
    const send = (): void => {
      this.device.say(lines, body, parts.by ?? this.peer);
    };
    send();
    return send;
  }

  /** Takes over what a response to the INVITE says of the other side. */
  learns({ text }: Got): void {
    this.remote = value(text, 'To');
    const contact = uriOf(value(text, 'Contact'));
    if (contact !== '') this.target = contact;
    this.routes = values(text, 'Record-Route').toReversed();
    const [first] = this.routes;
    if (this.device.transport === 'UDP')
      this.peer = placeOf(first === undefined ? this.target : uriOf(first));
  }

  /** ACK in the transaction of a refused INVITE. */
  acksRefusal({ text }: Got, parts: Parts = {}): void {
    this.request('ACK', { branch: this.branch, to: value(text, 'To'), ...parts });
  }

  /** CANCEL of the INVITE under way. */
  cancels(headers: readonly string[] = []): void {
    this.request('CANCEL', { branch: this.branch, headers });
  }

  /** A session description with this device's address in it. */
  sdp(parts: SdpParts = {}): string {
    const { host } = this.device;
    const text = sdp({
      address: host,
      port: 40_000,
      session: Number.parseInt(this.tag.slice(1, 4), 36),
      ...parts,
    });
    return host.includes(':') && parts.address === undefined ? text.replaceAll('IP4', 'IP6') : text;
  }

  /** Calls, waits for the answer, and acknowledges it. */
  async calls(body: string, parts: Parts = {}): Promise<Got> {
    this.request('INVITE', { body, ...parts });
    const got = await this.device.sees('200 INVITE');
    this.learns(got);
    this.request('ACK');
    return got;
  }

  /** Responds to a request of this dialog. */
  responds(got: Got, status: string, body = '', headers: readonly string[] = []): void {
    this.device.responds(got, status, { tag: this.tag, contact: this.contact, body, headers });
  }

  /** Hangs up, and waits for the 200. */
  async hangsUp(headers: readonly string[] = []): Promise<void> {
    this.request('BYE', { headers });
    await this.device.sees('200 BYE');
  }

  /** Is hung up. */
  async isHungUp(milliseconds = 20_000): Promise<void> {
    const got = await this.device.sees('BYE', milliseconds);
    this.device.responds(got, '200 OK', { tag: this.tag });
  }
}

/** The callee's part until the ACK: it rings for a while, and answers. */
export async function answersOn(
  device: Device,
  user: string,
  body: (leg: Leg) => string = (leg) => leg.sdp({ port: 42_000 }),
  ringing = 500,
): Promise<Leg> {
  const invite = await device.sees('INVITE');
  const leg = Leg.of(device, user, invite);
  leg.responds(invite, '180 Ringing');
  await new Promise((resolve) => {
    setTimeout(resolve, ringing);
  });
  leg.responds(invite, '200 OK', body(leg));
  await device.sees('ACK');
  return leg;
}
