// Third round: calls that meet several obstacles, and get over all of them.
import { pause } from '../../peers/world.ts';
import { Device, fresh } from '../device.ts';
import { address } from '../lab.ts';
import { answersOn, Leg } from '../leg.ts';
import { plays } from '../player.ts';
import type { Recipe } from '../recipe.ts';
import { g723, pcmu } from '../scenario.ts';
import { ends, made, overSix } from './acts.ts';
import { talk, up } from './setting.ts';

/** Calls that meet several obstacles, and get over all of them. */
export const combinedHealthy: readonly Recipe[] = [
  made(
    'interval-then-glare',
    'A session interval is too small and made larger; then two changes meet, and both are made one after the other.',
    async (_, alice, bob) => {
      const first = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      first.request('INVITE', {
        body: first.sdp(),
        headers: ['Supported: timer', 'Session-Expires: 90'],
      });
      bob.responds(await bob.sees('INVITE'), '422 Session Interval Too Small', {
        tag: fresh('i'),
        headers: ['Min-SE: 300'],
      });
      first.acksRefusal(await alice.sees('422'));
      const timer = ['Supported: timer', 'Session-Expires: 300', 'Min-SE: 300'];
      const [other] = await Promise.all([
        answersOn(bob, 'bob'),
        first.calls(first.sdp(), { headers: timer }),
      ]);
      await pause(700);
      first.request('UPDATE', { body: first.sdp({ version: 2 }) });
      other.request('UPDATE', { body: other.sdp({ port: 42_000, version: 2 }) });
      first.responds(await alice.sees('UPDATE'), '491 Request Pending');
      other.responds(await bob.sees('UPDATE'), '491 Request Pending');
      await pause(2_300);
      first.request('UPDATE', { body: first.sdp({ version: 2 }) });
      other.responds(await bob.sees('UPDATE'), '200 OK', other.sdp({ port: 42_000 }));
      await alice.sees('200 UPDATE');
      other.request('UPDATE', { body: other.sdp({ port: 42_000, version: 2 }) });
      first.responds(await alice.sees('UPDATE'), '200 OK', first.sdp({ version: 2 }));
      await bob.sees('200 UPDATE');
      await pause(500);
      await ends(first, other);
    },
    overSix,
  ),
  made(
    'extension-dropped',
    'A call that requires an extension is refused with 420, and made again without it.',
    async (lab, alice, bob) => {
      const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      leg.request('INVITE', { body: leg.sdp(), headers: ['Require: resource-priority'] });
      bob.responds(await bob.sees('INVITE'), '420 Bad Extension', {
        tag: fresh('e'),
        headers: ['Unsupported: resource-priority'],
      });
      leg.acksRefusal(await alice.sees('420'));
      const [other] = await Promise.all([answersOn(bob, 'bob'), leg.calls(leg.sdp())]);
      await talk(lab, alice, bob, 2);
      await ends(leg, other);
    },
    { device: { transport: 'TCP' } },
  ),
  made(
    'codec-then-agreed',
    'The first offer has no codec that Bob has, 488; the second one has.',
    async (lab, alice, bob) => {
      const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      leg.request('INVITE', { body: leg.sdp({ codecs: [g723] }) });
      bob.responds(await bob.sees('INVITE'), '488 Not Acceptable Here', { tag: fresh('n') });
      leg.acksRefusal(await alice.sees('488'));
      const [other] = await Promise.all([
        answersOn(bob, 'bob'),
        leg.calls(leg.sdp({ codecs: [pcmu, g723] })),
      ]);
      await talk(lab, alice, bob, 2);
      await ends(leg, other);
    },
  ),
  made(
    'second-trunk',
    'The first trunk has no free line, 503; the same call goes to the second trunk, and comes about.',
    async (lab, alice, bob) => {
      const trunk = await Device.open(lab, { host: address.carol, agent: 'SBC' });
      const leg = new Leg(alice, 'alice', `sip:+49301234@${trunk.at}`);
      leg.request('INVITE', { body: leg.sdp() });
      trunk.responds(await trunk.sees('INVITE'), '503 Service Unavailable', {
        tag: fresh('t'),
        headers: ['Retry-After: 30'],
      });
      leg.acksRefusal(await alice.sees('503'));
      leg.target = `sip:+49301234@${bob.at}`;
      leg.peer = { host: bob.host, port: bob.port };
      const [other] = await Promise.all([answersOn(bob, 'gw'), leg.calls(leg.sdp())]);
      await talk(lab, alice, bob, 2);
      await ends(leg, other);
    },
  ),
  made(
    'hold-on-both-sides',
    'Alice holds, Bob holds as well, and each resumes for himself.',
    async (lab, alice, bob) => {
      const [leg, other] = await up(alice, bob);
      await talk(lab, alice, bob, 1.2);
      const change = async (
        by: Leg,
        to: Leg,
        version: number,
        offer: string,
        answer: string,
      ): Promise<void> => {
        const port = (one: Leg): number => (one === leg ? 40_000 : 42_000);
        by.request('INVITE', { body: by.sdp({ port: port(by), version, direction: offer }) });
        const body = to.sdp({ port: port(to), version, direction: answer });
        to.responds(await to.device.sees('INVITE'), '200 OK', body);
        await by.device.sees('200 INVITE');
        by.request('ACK');
        await to.device.sees('ACK');
        await pause(1_800);
      };
      await change(leg, other, 2, 'sendonly', 'recvonly');
      await change(other, leg, 3, 'inactive', 'inactive');
      await change(leg, other, 4, 'recvonly', 'sendonly');
      await change(other, leg, 5, 'sendrecv', 'sendrecv');
      await talk(lab, alice, bob, 1.2);
      await ends(leg, other);
    },
  ),
  made(
    'two-calls-one-held',
    'Alice takes a second call while the first is on hold, and goes back to the first.',
    async (lab, alice, bob) => {
      const carol = await Device.open(lab, { host: address.carol });
      const [leg, other] = await up(alice, bob);
      await talk(lab, alice, bob, 1.2);
      const turn = async (version: number, mine: string, his: string): Promise<void> => {
        leg.request('INVITE', { body: leg.sdp({ version, direction: mine }) });
        const body = other.sdp({ port: 42_000, version, direction: his });
        other.responds(await bob.sees('INVITE'), '200 OK', body);
        await alice.sees('200 INVITE');
        leg.request('ACK');
      };
      await turn(2, 'sendonly', 'recvonly');
      const second = new Leg(carol, 'carol', `sip:alice@${alice.at}`);
      const [taken] = await Promise.all([
        answersOn(alice, 'alice', (one) => one.sdp({ port: 40_010 })),
        second.calls(second.sdp({ port: 44_000 })),
      ]);
      await Promise.all([
        plays(lab, {
          from: { host: carol.host, port: 44_000 },
          to: { host: alice.host, port: 40_010 },
          seconds: 2,
          ssrc: 0x0ca70101,
        }),
        plays(lab, {
          from: { host: alice.host, port: 40_010 },
          to: { host: carol.host, port: 44_000 },
          seconds: 2,
          ssrc: 0x0a11ce02,
        }),
      ]);
      await ends(taken, second);
      await turn(3, 'sendrecv', 'sendrecv');
      await talk(lab, alice, bob, 1.2);
      await ends(leg, other);
    },
  ),
  made(
    'busy-lamp',
    'A lamp is watched: SUBSCRIBE, notifications while a call comes and goes, and the end of the subscription.',
    async (_, alice, bob) => {
      const lamp = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      lamp.request('SUBSCRIBE', { headers: ['Event: dialog', 'Expires: 600'] });
      const asked = await bob.sees('SUBSCRIBE');
      const notifier = Leg.of(bob, 'bob', asked);
      notifier.responds(asked, '200 OK', '', ['Expires: 600']);
      lamp.learns(await alice.sees('200 SUBSCRIBE'));
      for (const state of [
        'active;expires=600',
        'active;expires=598',
        'terminated;reason=timeout',
      ]) {
        notifier.request('NOTIFY', {
          headers: [
            'Event: dialog',
            `Subscription-State: ${state}`,
            'Content-Type: application/dialog-info+xml',
          ],
          body: '<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="1" state="full" entity="sip:bob@example.com"/>',
        });
        lamp.responds(await alice.sees('NOTIFY'), '200 OK');
        await bob.sees('200 NOTIFY');
        await pause(500);
      }
    },
    overSix,
  ),
  made(
    'reliable-ringing-then-busy-no-more',
    'Bob rings reliably twice, Alice acknowledges both by PRACK, and he answers by phone while another call of hers is cancelled.',
    async (lab, alice, bob) => {
      const other = new Leg(alice, 'alice', `sip:carol@${bob.at}`);
      other.request('INVITE', { body: other.sdp() });
      const first = await bob.sees('INVITE');
      bob.responds(first, '180 Ringing', { tag: 'carolrings', contact: `<sip:carol@${bob.at}>` });
      await alice.sees('180');
      await pause(700);
      other.cancels();
      bob.responds(await bob.sees('CANCEL'), '200 OK', { tag: 'carolrings' });
      bob.responds(first, '487 Request Terminated', { tag: 'carolrings' });
      other.acksRefusal(await alice.sees('487'));
      await bob.sees('ACK');
      const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      leg.request('INVITE', { body: leg.sdp(), headers: ['Supported: 100rel'] });
      const invite = await bob.sees('INVITE');
      const callee = Leg.of(bob, 'bob', invite);
      for (const number of [41, 42]) {
        callee.responds(invite, '180 Ringing', '', ['Require: 100rel', `RSeq: ${number}`]);
        leg.learns(await alice.sees('180'));
        leg.request('PRACK', { headers: [`RAck: ${number} 1 INVITE`] });
        callee.responds(await bob.sees('PRACK'), '200 OK');
        await alice.sees('200 PRACK');
        await pause(600);
      }
      callee.responds(invite, '200 OK', callee.sdp({ port: 42_000 }));
      await alice.sees('200 INVITE');
      leg.request('ACK', { cseq: 1 });
      leg.cseq = 3;
      await talk(lab, alice, bob, 2);
      await ends(leg, callee);
    },
  ),
];
