// Phones that ask to be woken (RFC 8599).
import { describe, expect, test } from 'vitest';
import type { PushRegistry } from './push.ts';
import { bench, phone } from './registrar.test-kit.ts';
import type { Bench } from './registrar.test-kit.ts';

class Noting implements PushRegistry {
  readonly key = 'BKey';
  readonly said: string[] = [];

  async keep(user: string, realm: string, endpoint: string, expires: number): Promise<void> {
    this.said.push(`keep ${user}@${realm} ${endpoint} ${expires}`);
  }

  async drop(user: string, realm: string, endpoint: string): Promise<void> {
    this.said.push(`drop ${user}@${realm} ${endpoint}`);
  }
}

const endpoint = 'https://push.example.net/p/abc?d=1';
const prid = 'https%3A//push.example.net/p/abc%3Fd%3D1';
const woken = `Contact: <sip:alice@127.0.0.1:5070;pn-provider=webpush;pn-prid=${prid}>`;

async function start(): Promise<{ readonly bed: Bench; readonly registry: Noting }> {
  const registry = new Noting();
  return { bed: await bench({ push: registry }), registry };
}

describe('A phone with a push subscription', () => {
  test('RFC 8599 §5.6.1.1: it is told that we wake it and who we are, and its subscription is kept as long as its binding', async () => {
    const { bed, registry } = await start();
    const response = await bed.register({ headers: [woken, 'Expires: 600'] });
    expect(response.status).toBe(200);
    expect(response.rows('Feature-Caps')).toEqual(['*;+sip.pns="webpush";+sip.vapid="BKey"']);
    const expires = bed.clock.wall() + 600_000;
    expect(registry.said).toEqual([`keep alice@example.com ${endpoint} ${expires}`]);
    expect(bed.contacts()[0]).toContain('pn-prid');
  });

  test('RFC 8599 §5.5: when its binding is taken back, it is woken no more', async () => {
    const { bed, registry } = await start();
    await bed.register({ headers: [woken] });
    await bed.register({ headers: [phone, 'Expires: 0'] });
    expect(registry.said.at(-1)).toBe(`drop alice@example.com ${endpoint}`);
    await bed.register({ headers: [woken] });
    await bed.register({ headers: ['Contact: *', 'Expires: 0'] });
    expect(registry.said.at(-1)).toBe(`drop alice@example.com ${endpoint}`);
  });

  test('A refresh keeps it', async () => {
    const { bed, registry } = await start();
    await bed.register({ headers: [woken] });
    await bed.register({ headers: [woken] });
    expect(registry.said.map((one) => one.slice(0, 4))).toEqual(['keep', 'keep']);
  });
});

test.each(['pn-provider', 'pn-provider=webpush', 'pn-provider=WebPush'])(
  'RFC 8599 §4.1.5: who only asks which services there are, by %s, hears of ours, and nothing is kept',
  async (parameter) => {
    const { bed, registry } = await start();
    const response = await bed.register({
      headers: [`Contact: <sip:alice@127.0.0.1:5070;${parameter}>`],
    });
    expect([response.status, response.rows('Feature-Caps').length]).toEqual([200, 1]);
    expect(registry.said).toEqual([]);
  },
);

test('RFC 8599 §5.6.1.1: a service that we do not speak to is refused by 555', async () => {
  const { bed, registry } = await start();
  const headers = [woken.replace('webpush', 'fcm')];
  expect((await bed.register({ headers })).status).toBe(555);
  expect([registry.said, bed.contacts()]).toEqual([[], []]);
});

test('RFC 8599 §5.6.1.1: a proxy on the way that wakes the phone itself is let do so', async () => {
  const { bed } = await start();
  const headers = [woken.replace('webpush', 'fcm'), 'Feature-Caps: *;+sip.pns="fcm"'];
  const response = await bed.register({ headers });
  expect([response.status, response.rows('Feature-Caps')]).toEqual([200, []]);
});

test('Who does not ask hears nothing of push', async () => {
  const { bed } = await start();
  expect((await bed.register({ headers: [phone] })).rows('Feature-Caps')).toEqual([]);
});

test('Without push nothing is said of it', async () => {
  const bed = await bench();
  const response = await bed.register({ headers: [woken] });
  expect([response.status, response.rows('Feature-Caps')]).toEqual([200, []]);
});
