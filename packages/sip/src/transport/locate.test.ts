// From a URI to targets, with a DNS made of a table.
import { describe, expect, test } from 'vitest';
import { sipUri } from '../message/uri.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { locate, locateVia } from './locate.ts';
import type { Located } from './locate.ts';
import type { Protocol } from './port.ts';
import type { PointerRecord, Resolver, ServiceRecord } from './resolver.ts';

interface Zone {
  readonly a?: Readonly<Record<string, readonly string[]>>;
  readonly aaaa?: Readonly<Record<string, readonly string[]>>;
  readonly srv?: Readonly<Record<string, readonly ServiceRecord[]>>;
  readonly naptr?: Readonly<Record<string, readonly PointerRecord[]>>;
}

function dns(zone: Zone): Resolver & { readonly asked: string[] } {
  const asked: string[] = [];
  const answer = async <T>(
    kind: string,
    table: Readonly<Record<string, readonly T[]>> | undefined,
    name: string,
  ): Promise<readonly T[]> => {
    asked.push(`${kind} ${name}`);
    return table?.[name] ?? [];
  };
  return {
    asked,
    a: (name) => answer('A', zone.a, name),
    aaaa: (name) => answer('AAAA', zone.aaaa, name),
    srv: (name) => answer('SRV', zone.srv, name),
    naptr: (name) => answer('NAPTR', zone.naptr, name),
  };
}

const all: readonly Protocol[] = ['UDP', 'TCP', 'TLS', 'WS', 'WSS'];

function shown(located: Located): readonly string[] {
  if (!located.ok) return [`${located.error.code}: ${located.error.text}`];
  return located.value.map(({ protocol, host, port }) => `${protocol} ${host} ${port}`);
}

async function find(uri: string, resolver: Resolver, protocols = all): Promise<readonly string[]> {
  return shown(await locate(sipUri(uri), { resolver, random: seededRandom(1), protocols }));
}

function service(target: string, port = 5060, priority = 0, weight = 0): ServiceRecord {
  return { priority, weight, port, target };
}

function pointer(order: number, service: string, replacement: string): PointerRecord {
  return { order, preference: 50, flags: 's', service, regexp: '', replacement };
}

describe('RFC 3263 §4.1 and §4.2', () => {
  test.each([
    ['sip:a@192.0.2.1', 'UDP 192.0.2.1 5060'],
    ['sip:a@192.0.2.1:5070', 'UDP 192.0.2.1 5070'],
    ['sip:a@192.0.2.1;transport=TCP', 'TCP 192.0.2.1 5060'],
    ['sip:a@[2001:DB8::1]', 'UDP 2001:db8::1 5060'],
    ['sips:a@192.0.2.1', 'TLS 192.0.2.1 5061'],
    ['sips:a@192.0.2.1;transport=tcp', 'TLS 192.0.2.1 5061'],
    ['sips:a@192.0.2.1;transport=ws', 'WSS 192.0.2.1 443'],
    ['sip:a@192.0.2.1;transport=ws', 'WS 192.0.2.1 80'],
    ['sip:a@example.com;maddr=192.0.2.7', 'UDP 192.0.2.7 5060'],
  ])('RFC 3263 §4.1: %s is %s and DNS is not asked (C051)', async (uri, target) => {
    const resolver = dns({});
    expect(await find(uri, resolver)).toEqual([target]);
    expect(resolver.asked).toEqual([]);
  });

  test('RFC 3263 §4.2: a name with port 5060 gives its A and AAAA records only (C051)', async () => {
    const resolver = dns({
      a: { 'example.com': ['192.0.2.1', '192.0.2.2'] },
      aaaa: { 'example.com': ['2001:db8::1'] },
    });
    expect(await find('sip:a@Example.com:5060', resolver)).toEqual([
      'UDP 192.0.2.1 5060',
      'UDP 192.0.2.2 5060',
      'UDP 2001:db8::1 5060',
    ]);
    expect(resolver.asked.toSorted()).toEqual(['A example.com', 'AAAA example.com']);
  });

  test('RFC 3263 §4.1: NAPTR chooses the protocol and leads to its SRV records (C051)', async () => {
    const resolver = dns({
      naptr: {
        'example.com': [
          pointer(90, 'SIP+D2T', '_sip._tcp.elsewhere.net'),
          pointer(100, 'SIP+D2U', '_sip._udp.example.com'),
        ],
      },
      srv: { '_sip._tcp.elsewhere.net': [service('one.elsewhere.net', 5080)] },
      a: { 'one.elsewhere.net': ['192.0.2.1'] },
    });
    expect(await find('sip:a@example.com', resolver)).toEqual(['TCP 192.0.2.1 5080']);
  });

  test('RFC 3263 §4.1: for sips only SIPS services count, and those for transports we lack are dropped (C052)', async () => {
    const resolver = dns({
      naptr: {
        'example.com': [
          pointer(10, 'SIP+D2T', '_sip._tcp.example.com'),
          pointer(20, 'SIPS+D2S', '_sips._sctp.example.com'),
          pointer(30, 'SIPS+D2W', '_sips._ws.example.com'),
          pointer(40, 'SIPS+D2T', '_sips._tcp.example.com'),
        ],
      },
      srv: {
        '_sip._tcp.example.com': [service('192.0.2.1')],
        '_sips._tcp.example.com': [service('192.0.2.2', 5061)],
      },
    });
    expect(await find('sips:a@example.com', resolver, ['UDP', 'TCP', 'TLS'])).toEqual([
      'TLS 192.0.2.2 5061',
    ]);
  });

  test('RFC 3263 §4.1: a bare name without NAPTR is asked for SRV of each protocol we have, then for A and AAAA (C051)', async () => {
    const a = { 'example.com': ['192.0.2.9'], 'srv.example.com': ['192.0.2.1'] };
    const tcpOnly = dns({
      a,
      srv: { '_sip._tcp.example.com': [service('srv.example.com', 5065)] },
    });
    expect(await find('sip:a@example.com', tcpOnly, ['UDP', 'TCP'])).toEqual([
      'TCP 192.0.2.1 5065',
    ]);
    const bare = dns({ a });
    expect(await find('sip:a@example.com', bare, ['UDP', 'TCP'])).toEqual(['UDP 192.0.2.9 5060']);
    expect(bare.asked.slice(0, 3)).toEqual([
      'NAPTR example.com',
      'SRV _sip._udp.example.com',
      'SRV _sip._tcp.example.com',
    ]);
    expect(await find('sips:a@example.com', dns({ a }))).toEqual(['TLS 192.0.2.9 5061']);
  });

  test('RFC 3263 §4.2: with a transport parameter SRV is asked for that one alone, and NAPTR never (C051)', async () => {
    const resolver = dns({ srv: { '_sip._tcp.example.com': [service('192.0.2.1')] } });
    expect(await find('sip:a@example.com;transport=tcp', resolver)).toEqual(['TCP 192.0.2.1 5060']);
    expect(resolver.asked).toEqual(['SRV _sip._tcp.example.com']);
  });

  test('RFC 2782: targets stand by priority, and within one priority by drawn weight (C053)', async () => {
    const records = [
      service('192.0.2.3', 5060, 20),
      service('192.0.2.1', 5060, 10, 90),
      service('192.0.2.2', 5060, 10, 10),
    ];
    const resolver = dns({ srv: { '_sip._udp.example.com': records } });
    const random = seededRandom(7);
    let heavyFirst = 0;
    for (let run = 0; run < 1000; run += 1) {
      const found = shown(
        await locate(sipUri('sip:a@example.com;transport=udp'), {
          resolver,
          random,
          protocols: all,
        }),
      );
      expect(found[2]).toBe('UDP 192.0.2.3 5060');
      if (found[0] === 'UDP 192.0.2.1 5060') heavyFirst += 1;
    }
    expect(heavyFirst).toBeGreaterThan(850);
    expect(heavyFirst).toBeLessThan(940);
  });
});

test('RFC 2782: a service that is decidedly not there is not looked for at the address of its name (C051)', async () => {
  const none = service('.', 0);
  const a = { 'example.com': ['192.0.2.1'] };
  const udp = dns({ a, srv: { '_sip._udp.example.com': [none] } });
  expect(await find('sip:b@example.com', udp, ['UDP', 'TCP'])).toEqual(['TCP 192.0.2.1 5060']);
  const srv = { '_sip._udp.example.com': [none], '_sip._tcp.example.com': [none] };
  expect(await find('sip:b@example.com', dns({ a, srv }), ['UDP', 'TCP'])).toEqual([
    'SIP_UNRESOLVED: example.com says that it offers no such service',
  ]);
});

test('RFC 7118 §5.3: a host under .invalid is never asked of DNS (C050)', async () => {
  const resolver = dns({});
  expect(await find('sip:a@x.invalid;transport=ws', resolver)).toEqual([
    'SIP_UNRESOLVED: x.invalid exists on its own connection only',
  ]);
  expect(resolver.asked).toEqual([]);
});

test('A URI that none of our transports serves is said to be so', async () => {
  expect(await find('sip:a@192.0.2.1;transport=sctp', dns({}))).toEqual([
    'SIP_UNRESOLVED: There is no transport for sip with transport=sctp',
  ]);
  expect(await find('sips:a@192.0.2.1;transport=udp', dns({}))).toHaveLength(1);
});

test('RFC 7118 §5.2: a client that has only WSS takes it for transport=ws and for no parameter (C049)', async () => {
  expect(await find('sip:a@192.0.2.1;transport=ws', dns({}), ['WSS'])).toEqual([
    'WSS 192.0.2.1 443',
  ]);
  expect(await find('sip:a@192.0.2.1', dns({}), ['WSS'])).toEqual(['WSS 192.0.2.1 443']);
});

test('A DNS that fails, lies or floods gives one bounded answer (A48)', async () => {
  const dead: Resolver = {
    a: () => Promise.reject(new Error('timeout')),
    aaaa: () => Promise.reject(new Error('timeout')),
    srv: () => Promise.reject(new Error('timeout')),
    naptr: () => Promise.reject(new Error('timeout')),
  };
  expect(await find('sip:a@example.com', dead)).toEqual([
    'SIP_UNRESOLVED: No address was found for example.com',
  ]);
  const many = Array.from({ length: 500 }, (_, index) => service(`h${index}.example.com`));
  const flood: Resolver = {
    ...dns({}),
    srv: async () => many,
    a: async () => Array<string>(500).fill('192.0.2.1'),
  };
  expect((await find('sip:a@example.com;transport=udp', flood)).length).toBeLessThanOrEqual(32);
  expect(
    await find('sip:a@example.com:5060', dns({ a: { 'example.com': ['not-an-address'] } })),
  ).toHaveLength(1);
});

test('RFC 3263 §5: a response is located by the sent-by of its top Via (C037)', async () => {
  const resolver = dns({
    a: { 'a.example.com': ['192.0.2.1'] },
    srv: { '_sips._tcp.a.example.com': [service('192.0.2.2', 5062)] },
  });
  const options = { resolver, random: seededRandom(1), protocols: all };
  const via = { parameters: new Map<string, string | undefined>(), host: 'a.example.com' };
  expect(shown(await locateVia({ ...via, protocol: 'TCP', port: 5070 }, options))).toEqual([
    'TCP 192.0.2.1 5070',
  ]);
  expect(shown(await locateVia({ ...via, protocol: 'TLS' }, options))).toEqual([
    'TLS 192.0.2.2 5062',
  ]);
  expect(shown(await locateVia({ ...via, protocol: 'UDP' }, options))).toEqual([
    'UDP 192.0.2.1 5060',
  ]);
});

test('RFC 5922 §7.3: a target over TLS carries the domain of the URI, not the name that SRV or maddr led to', async () => {
  const resolver = dns({
    srv: { '_sips._tcp.example.com': [service('sip.host.net', 5061)] },
    a: { 'sip.host.net': ['192.0.2.1'] },
  });
  const domains = async (uri: string): Promise<unknown> => {
    const located = await locate(sipUri(uri), {
      resolver,
      random: seededRandom(1),
      protocols: ['UDP', 'TCP', 'TLS'],
    });
    return located.ok ? located.value.map(({ host, domain }) => [host, domain]) : located.error;
  };
  expect(await domains('sips:a@Example.COM')).toEqual([['192.0.2.1', 'example.com']]);
  expect(await domains('sips:a@example.com;maddr=192.0.2.7')).toEqual([
    ['192.0.2.7', 'example.com'],
  ]);
  expect(await domains('sip:a@sip.host.net:5061;transport=tls')).toEqual([
    ['192.0.2.1', 'sip.host.net'],
  ]);
  expect(await domains('sips:a@192.0.2.9')).toEqual([['192.0.2.9', '192.0.2.9']]);
  expect(await domains('sip:a@192.0.2.9;transport=tls')).toEqual([['192.0.2.9', undefined]]);
  expect(await domains('sip:a@sip.host.net')).toEqual([['192.0.2.1', undefined]]);
});
