// What the captures of the later rounds have in common: devices that speak IPv6 or TCP, calls, refusals, and media played beside the dialog.
import { pause } from '../../peers/world.ts';
import { Device, fresh } from '../device.ts';
import type { DeviceOptions } from '../device.ts';
import type { Lab } from '../lab.ts';
import { address } from '../lab.ts';
import { answersOn, Leg } from '../leg.ts';
import { plays } from '../player.ts';
import type { Playing } from '../player.ts';
import type { SdpParts } from '../scenario.ts';

/** Addresses of IPv6 (RFC 3849). */
export const six = {
  alice: '2001:db8::10',
  bob: '2001:db8::20',
  carol: '2001:db8::30',
  proxy: '2001:db8::1',
  nobody: '2001:db8::99',
} as const;

/** Two devices at Alice's and Bob's addresses. */
export async function pair(
  lab: Lab,
  options: Partial<DeviceOptions> & { readonly v6?: boolean } = {},
): Promise<readonly [alice: Device, bob: Device]> {
  const { v6 = false, ...more } = options;
  if (v6) lab.addresses(six.alice, six.bob, six.carol, six.proxy);
  const hosts = v6 ? six : address;
  return [
    await Device.open(lab, { host: hosts.alice, agent: 'Desk Phone 7.4', ...more }),
    await Device.open(lab, { host: hosts.bob, agent: 'GW-2400/3.1', ...more }),
  ];
}

/** Media both ways between two devices, each as told. */
export async function talk(
  lab: Lab,
  one: Device,
  other: Device,
  seconds: number,
  how: { readonly one?: Partial<Playing> | null; readonly other?: Partial<Playing> | null } = {},
): Promise<void> {
  const places = [
    { host: one.host, port: 40_000 },
    { host: other.host, port: 42_000 },
  ] as const;
  await Promise.all([
    how.one === null
      ? pause(seconds * 1000)
      : plays(lab, { from: places[0], to: places[1], seconds, ssrc: 0x0a11ce01, ...how.one }),
    how.other === null
      ? pause(seconds * 1000)
      : plays(lab, { from: places[1], to: places[0], seconds, ssrc: 0x0b0b0001, ...how.other }),
  ]);
}

/** A call between two devices up to its ACK. */
export async function up(
  alice: Device,
  bob: Device,
  hers: SdpParts = {},
  his: SdpParts = {},
): Promise<readonly [hers: Leg, his: Leg]> {
  const tcp = alice.transport === 'TCP' ? ';transport=tcp' : '';
  const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}${tcp}`);
  const [other] = await Promise.all([
    answersOn(bob, 'bob', (one) => one.sdp({ port: 42_000, ...his })),
    leg.calls(leg.sdp(hers)),
  ]);
  return [leg, other];
}

/** A call that is refused. */
export async function refuses(
  alice: Device,
  bob: Device,
  status: string,
  answered: readonly string[] = [],
  asked: readonly string[] = [],
  hers: SdpParts = {},
): Promise<void> {
  const tcp = alice.transport === 'TCP' ? ';transport=tcp' : '';
  const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}${tcp}`);
  leg.request('INVITE', { body: leg.sdp(hers), headers: asked });
  bob.responds(await bob.sees('INVITE'), status, { tag: fresh('no'), headers: answered });
  leg.acksRefusal(await alice.sees(status.slice(0, 3)));
  await bob.sees('ACK');
}

/** A registration that is challenged by each of these in turn, with credentials from the second try on; `more` is written behind the nonce. */
export async function challenged(
  alice: Device,
  server: Device,
  statuses: readonly string[],
  more = '',
): Promise<void> {
  const tcp = alice.transport === 'TCP' ? ';transport=tcp' : '';
  const leg = new Leg(alice, 'alice', `sip:${server.at}${tcp}`);
  leg.remote = `<sip:alice@${server.at}>`;
  for (const [at, status] of statuses.entries()) {
    const credentials = `Authorization: Digest username="alice", realm="pbx", nonce="n0", uri="sip:${server.at}", response="${'0123456789abcdef'.repeat(2)}", algorithm=MD5`;
    const given = at === 0 && more === '' ? [] : [credentials];
    leg.request('REGISTER', { headers: ['Expires: 300', ...given] });
    server.responds(await server.sees('REGISTER'), status, {
      tag: fresh('r'),
      headers: [`WWW-Authenticate: Digest realm="pbx", nonce="n${at}", algorithm=MD5${more}`],
    });
    await alice.sees(status.slice(0, 3));
  }
}

/** What one who follows a transfer tells of it. */
export async function notices(leg: Leg, other: Leg, told: readonly string[]): Promise<void> {
  const cseq = leg.cseq;
  for (const [at, body] of told.entries()) {
    const state = at === told.length - 1 ? 'terminated;reason=noresource' : 'active;expires=60';
    other.request('NOTIFY', {
      headers: [
        `Event: refer;id=${cseq}`,
        `Subscription-State: ${state}`,
        'Content-Type: message/sipfrag;version=2.0',
      ],
      body,
    });
    leg.responds(await leg.device.sees('NOTIFY'), '200 OK');
    await other.device.sees('200 NOTIFY');
    await pause(600);
  }
}
