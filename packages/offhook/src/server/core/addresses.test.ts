// Who we are, what one source is, and who is behind a NAT.
import { expect, test } from 'vitest';
import { parseUri } from '@offhook/sip/message';
import { ownDomains } from '../location/aor.ts';
import type { Binding } from '../location/store.ts';
import { isBehindNat, isOurs, sourceOf } from './addresses.ts';

test.each([
  ['sip:alice@example.com', true],
  ['sip:alice@EXAMPLE.COM:5070;transport=tcp', true],
  ['sips:[::1]', true],
  ['sip:alice@example.com:5060', false],
  ['sip:alice@example.org', false],
  ['tel:+4930123', false],
])('%s is ours: %s', (text, ours) => {
  const domainOf = ownDomains([{ domain: 'Example.com', aliases: ['::1'] }]);
  const parsed = parseUri(text);
  expect(parsed.ok && isOurs(parsed.value, domainOf, new Set([5070]))).toBe(ours);
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
])('the source of %s is %s', (host, source) => expect(sourceOf(host)).toBe(source));

test.each<[string, Partial<Binding>, boolean]>([
  ['sip:a@10.0.0.5', {}, true],
  ['sip:a@192.0.2.55', {}, true],
  ['sip:a@192.0.2.5:6000', {}, false],
  ['sip:a@df7jal23ls0d.invalid', {}, true],
  ['sip:a@phone.example.com', {}, false],
  ['sip:a@10.0.0.5', { connection: true }, false],
  ['sip:a@10.0.0.5', { source: { protocol: 'TCP', host: '192.0.2.5', port: 4000 } }, false],
])('a contact %s, registered from 192.0.2.5 %o, is behind a NAT: %s', (contact, more, behind) => {
  const source = { protocol: 'UDP' as const, host: '192.0.2.5', port: 4000 };
  const base = {
    contact,
    source,
    connection: false,
    q: undefined,
    due: 1,
    callId: 'c',
    cseq: 1,
    flow: 'f',
  };
  const rest = { userAgent: undefined, path: [], instance: undefined, regId: undefined };
  expect(isBehindNat({ ...base, ...rest, ...more })).toBe(behind);
});
