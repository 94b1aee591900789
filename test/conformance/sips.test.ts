// sips addresses as a user agent meets them: Contact, refusals, and never a step back to sip (RFC 5630 §5.1).
import { describe, expect, test } from 'vitest';
import type { ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import { request, row, sdp } from './texts.ts';
import { inWorld } from './world.ts';
import type { Agent, World } from './world.ts';

const tls = { protocol: 'TLS', port: 5061 } as const;
const ours = { host: '10.0.0.2', port: 5061 };

async function pair(world: World): Promise<{ readonly bob: Agent; readonly peer: ScriptedPeer }> {
  const bob = await world.agent('bob', ours.host, tls);
  return { bob, peer: await world.peer('10.0.0.9', 'TLS', 5061) };
}

const via = 'SIP/2.0/TLS 10.0.0.9:5061;branch=z9hG4bK';
const sipsRequest = { uri: 'sips:bob@10.0.0.2', to: '<sips:bob@10.0.0.2>' } as const;

describe('A user agent and sips', () => {
  test.each(['INVITE', 'OPTIONS'])(
    'RFC 5630 §5.1.2: %s to a sips URI with sip in Contact gets 400 (C193)',
    (method) =>
      inWorld(async (world) => {
        const { peer } = await pair(world);
        const text = {
          ...sipsRequest,
          method,
          via: `${via}a`,
          contact: '<sip:peer@10.0.0.9:5061>',
        };
        peer.send(request(peer.address, text), ours);
        await world.elapse(100);
        peer.take('SIP/2.0 400');
      }),
  );

  test('RFC 5630 §5.1.2: what we answer to a sips INVITE has a sips Contact without transport=tls, and so has our BYE its sips target (C193)', () =>
    inWorld(async (world) => {
      const { bob, peer } = await pair(world);
      const contact = '<sips:peer@10.0.0.9:5061>';
      const invite = { ...sipsRequest, via: `${via}b`, contact, body: sdp() };
      peer.send(request(peer.address, invite), ours);
      const call = await bob.nextCall();
      const accepted = call.accept();
      await world.elapse(20);
      const answer = peer.take('SIP/2.0 200');
      expect(row(answer, 'Contact')).toBe('<sips:bob@10.0.0.2:5061>');
      peer.send(
        request(peer.address, {
          ...sipsRequest,
          method: 'ACK',
          via: `${via}c`,
          to: row(answer, 'To'),
          contact: undefined,
        }),
        ours,
      );
      const established = await world.during(accepted);
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      const over = established.hangUp();
      await world.elapse(100);
      await world.during(over);
      const bye = peer.log.find(({ text }) => text.startsWith('BYE '));
      expect(bye?.text).toMatch(/^BYE sips:peer@10\.0\.0\.9:5061 SIP\/2\.0\r\n/);
    }));

  test('RFC 3261 §12.1.1: a route that begins with sips, or a sips Contact without one, makes our Contact sips (C193)', () =>
    inWorld(async (world) => {
      const { bob, peer } = await pair(world);
      const answered = async (text: object, mark: string): Promise<string> => {
        const invite = { uri: 'sip:bob@10.0.0.2', callId: mark, via: `${via}${mark}`, body: sdp() };
        peer.send(request(peer.address, { ...invite, ...text }), ours);
        const call = await bob.nextCall();
        call.ring();
        await world.elapse(20);
        const ringing = peer.take('SIP/2.0 180');
        call.reject(486);
        await world.elapse(20);
        return row(ringing, 'Contact');
      };
      const sip = { contact: '<sip:peer@10.0.0.9:5061>' };
      const routed = { ...sip, headers: ['Record-Route: <sips:p.example.com;lr>'] };
      expect(await answered(routed, 'd')).toMatch(/^<sips:/);
      expect(await answered({ contact: '<sips:peer@10.0.0.9>' }, 'e')).toMatch(/^<sips:/);
      expect(await answered(sip, 'f')).toBe('<sip:bob@10.0.0.2:5061>');
      const plain = { contact: '<sips:p@10.0.0.9>', headers: ['Record-Route: <sip:p.net;lr>'] };
      expect(await answered(plain, 'g')).toMatch(/^<sip:/);
    }));

  test('RFC 5630 §5.1.1: a request to a sips URI has a sips Contact, one to a sip URI over TLS a sip one, both without transport=tls (C193)', () =>
    inWorld(async (world) => {
      const { bob, peer } = await pair(world);
      const called = async (uri: string): Promise<string> => {
        const call = bob.ua.call(uri);
        call.answered.catch(() => undefined);
        await world.elapse(20);
        const invite = peer.take('INVITE');
        peer.respond(invite, 486);
        await world.elapse(20);
        peer.take('ACK');
        expect(invite.flow.protocol).toBe('TLS');
        expect(row(invite, 'Via')).toMatch(/^SIP\/2\.0\/TLS 10\.0\.0\.2:5061;branch=\w+;alias$/);
        return row(invite, 'Contact');
      };
      expect(await called('sips:peer@10.0.0.9')).toBe('<sips:bob@10.0.0.2:5061>');
      expect(await called('sip:peer@10.0.0.9:5061')).toBe('<sip:bob@10.0.0.2:5061>');
    }));

  test.each([
    [416, []],
    [480, ['Warning: 380 10.0.0.9 "SIPS Not Allowed"']],
  ] as const)(
    'RFC 5630 §5.1.1: a sips call refused with %i is not tried as sip (C192)',
    (status, headers) =>
      inWorld(async (world) => {
        const { bob, peer } = await pair(world);
        const call = bob.ua.call('sips:peer@10.0.0.9');
        const ended = call.answered.catch((error: unknown) => error);
        await world.elapse(20);
        peer.respond(peer.take('INVITE'), status, { headers });
        expect(await world.during(ended)).toMatchObject({ code: 'SIP_REJECTED', status });
        await world.elapse(1_000);
        expect(peer.log.map(({ text }) => text.split(' ')[0])).toEqual(['INVITE', 'ACK']);
      }),
  );
});
