// What becomes of bindings is told in one word each.
import { expect, test } from 'vitest';
import { newsOf } from './news.ts';
import type { Binding } from './store.ts';

function binding(contact: string, due = 1_000): Binding {
  const source = { protocol: 'UDP', host: '192.0.2.1', port: 5060 } as const;
  return {
    ...{ contact, q: undefined, due, callId: 'c', cseq: 1, flow: 'f', connection: false, source },
    ...{ userAgent: undefined, path: [], instance: undefined, regId: undefined },
  };
}

test('a binding is registered, refreshed, expired, removed, or closed with its connection', () => {
  const [kept, gone, old] = [binding('sip:kept'), binding('sip:gone'), binding('sip:old', 5)];
  const change = { aor: 'sip:alice@example.com', now: 10, before: [kept, gone, old] };
  const words = (after: readonly Binding[], how: 'removed' | 'closed' = 'removed') =>
    newsOf({ ...change, after, gone: how }).map((news) => `${news.event} ${news.binding.contact}`);
  expect(words([kept])).toEqual(['removed sip:gone', 'expired sip:old']);
  expect(words([kept], 'closed')).toEqual(['closed sip:gone', 'expired sip:old']);
  expect(words([kept, gone, binding('sip:old')])).toEqual(['registered sip:old']);
  expect(words([binding('sip:kept'), gone, old])).toEqual(['refreshed sip:kept']);
});
