// Calls between a user agent and a peer that does anything at any time: every call ends, and every table is empty then.
import * as fc from 'fast-check';
import { latin1Bytes } from '../../packages/sip/src/base/bytes.ts';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import { keyPressInfo } from '../../packages/sip/src/session/dtmf-relay.ts';
import { request, sdp } from '../conformance/texts.ts';
import { answerTo } from './answer-text.ts';
import { descriptions } from './corpus.ts';
import { here, Phone } from './phone.ts';
import { fuzzWorld } from './runs.ts';

const waits = [0, 1, 3, 50, 250, 600, 5000, 33_000, 45_000, 200_000, 15_000_000] as const;
const bodies = ['none', 'offer', 'hold', 'changed', 'useless', 'broken'] as const;

const say = fc.record({
  do: fc.constant('say' as const),
  method: fc.constantFrom(
    'INVITE', 'INVITE', 'ACK', 'ACK', 'BYE', 'CANCEL', 'UPDATE', 'OPTIONS', 'INFO', 'PRACK', 'REFER', 'NOTIFY',
  ), // prettier-ignore
  cseq: fc.constantFrom('next', 'next', 'next', 'same', 'lower', 'huge'),
  branch: fc.constantFrom('new', 'new', 'same', 'INVITE'),
  dialog: fc.constantFrom('right', 'right', 'right', 'other tag', 'no tag', 'other call'),
  body: fc.constantFrom(...bodies),
  knows: fc.constantFrom('nothing', 'nothing', 'all', 'all', '100rel required', 'a refresh by us'),
  times: fc.constantFrom(1, 1, 1, 2),
});
const answer = fc.record({
  do: fc.constant('answer' as const),
  /** Counted from the newest request that came. */
  which: fc.constantFrom(0, 0, 0, 1, 2),
  status: fc.constantFrom(
    100,
    180,
    183,
    199,
    200,
    200,
    200,
    202,
    302,
    401,
    407,
    408,
    422,
    481,
    486,
    487,
    488,
    491,
    500,
    503,
    603,
  ),
  tag: fc.constantFrom('peer', 'peer', 'fork'),
  sdp: fc.boolean(),
  /** The RSeq of a reliable one, counted from the last; a 2xx grants a session timer. */
  knows: fc.constantFrom(...(['nothing', 'nothing', 1, 1, 0, 2] as const)),
  times: fc.constantFrom(1, 1, 2),
});
const act = fc.record({
  do: fc.constant('act' as const),
  what: fc.constantFrom(
    'accept',
    'accept',
    'ring',
    'reject',
    'redirect',
    'call',
    'cancel',
    'hold',
    'resume',
    'hang up',
    'early media',
    'ring reliably',
    'hold by UPDATE',
    'press a key',
    'rename',
    'change early media',
  ),
});
const wait = fc.record({ do: fc.constant('wait' as const), for: fc.constantFrom(...waits) });
const network = fc.record({
  do: fc.constant('network' as const),
  is: fc.constantFrom('cut', 'whole', 'twice'),
});
const step = fc.oneof(
  { weight: 4, arbitrary: say },
  { weight: 4, arbitrary: answer },
  { weight: 3, arbitrary: act },
  { weight: 2, arbitrary: wait },
  { weight: 1, arbitrary: network },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

const ring: Step = { do: 'act', what: 'ring' };
const accept: Step = { do: 'act', what: 'accept' };
const call: Step = { do: 'act', what: 'call' };
const invite: Step = {
  do: 'say',
  method: 'INVITE',
  cseq: 'next',
  branch: 'new',
  dialog: 'right',
  body: 'offer',
  knows: 'all',
  times: 1,
};
const said = (
  status: Extract<Step, { do: 'answer' }>['status'],
  described: boolean,
  knows: Extract<Step, { do: 'answer' }>['knows'] = 'nothing',
): Step => ({
  do: 'answer',
  which: 0,
  status,
  tag: 'peer',
  sdp: described,
  knows,
  times: 1,
});
const ack: Step = { ...invite, method: 'ACK', cseq: 'same', body: 'none' };

const prack: Step = { ...invite, method: 'PRACK', body: 'none' };
const early: Step = { do: 'act', what: 'early media' };
const required: Step = { ...invite, knows: '100rel required' };

const hold: Step = { do: 'act', what: 'hold' };
const resume: Step = { do: 'act', what: 'resume' };
const hangUp: Step = { do: 'act', what: 'hang up' };

/** How far a call has come before anything goes. */
const beginnings: readonly (readonly Step[])[] = [
  [],
  [invite],
  [{ ...invite, body: 'none' }],
  [invite, ring],
  [invite, accept],
  [invite, accept, ack],
  [call],
  [call, said(180, false)],
  [call, said(183, true)],
  [call, said(200, true)],
  [invite, accept, ack, hold],
  [invite, accept, ack, hold, said(491, false)],
  [invite, accept, ack, hold, said(200, true)],
  [invite, accept, ack, hold, hangUp],
  [invite, accept, ack, { ...invite, body: 'hold' }],
  [call, said(200, true), hold, said(100, false), resume],
  [call, said(200, true), invite],
  [invite, early],
  [invite, early, prack],
  [invite, early, accept],
  [required, ring],
  [{ ...required, body: 'none' }, ring],
  [{ ...required, body: 'none' }, ring, { ...prack, body: 'offer' }],
  [call, said(183, true, 1)],
  [call, said(183, true, 1), said(200, false), { do: 'act', what: 'change early media' }],
  [invite, early, prack, { do: 'act', what: 'change early media' }],
  [call, said(183, true, 1), { ...invite, method: 'UPDATE' }],
  [call, said(183, true, 1), said(183, true, 1)],
  [call, said(200, true, 1), { do: 'wait', for: 45_000 }],
  [invite, accept, ack, { ...invite, method: 'UPDATE', knows: 'a refresh by us' }],
  [invite, accept, ack, { do: 'act', what: 'hold by UPDATE' }],
];

fuzzWorld(
  'X27: whatever a peer and the user do, every call ends and nothing is left of it',
  {
    runs: 160,
    input: fc.record({
      beginning: fc.constantFrom(...beginnings),
      steps: fc.array(step, { minLength: 1, maxLength: 20, size: 'max' }),
      thinks: fc.constantFrom(0, 0, 0, 40, 33_000, 'fails' as const),
    }),
  },
  async ({ beginning, steps, thinks }) => {
    const world = await Play.start(thinks);
    for (const one of beginning) await world.take(one, thinks === 'fails' ? 3 : 3 + thinks);
    for (const one of steps) await world.take(one);
    await world.end();
  },
);

class Play {
  readonly #phone: Phone;
  readonly #peer: ScriptedPeer;
  /** False when its media is slow or fails, and a good call would be too. */
  readonly #isSound: boolean;
  #cseq = 1;
  #branch = 0;
  #inviteBranch = 0;
  #rseq = 0;

  private constructor(phone: Phone, peer: ScriptedPeer, isSound: boolean) {
    this.#phone = phone;
    this.#peer = peer;
    this.#isSound = isSound;
  }

  static async start(thinks: number | 'fails'): Promise<Play> {
    const phone = await Phone.start(thinks);
    return new Play(phone, await phone.peer('10.0.0.9'), thinks === 0);
  }

  async take(one: Step, milliseconds = 3): Promise<void> {
    switch (one.do) {
      case 'say':
        this.#say(one);
        break;
      case 'answer':
        this.#answer(one);
        break;
      case 'act':
        this.#act(one.what);
        break;
      case 'wait':
        await this.#phone.clock.elapse(one.for);
        return;
      case 'network':
        this.#phone.network.change({
          loss: one.is === 'cut' ? 1 : 0,
          duplicate: one.is === 'twice' ? 0.5 : 0,
        });
        return;
    }
    await this.#phone.clock.elapse(milliseconds);
  }

  async end(): Promise<void> {
    this.#phone.network.change({ loss: 0, duplicate: 0 });
    if (this.#isSound) await this.#phone.goodCall();
    await this.#phone.end();
  }

  // In the dialog that the phone last spoke of; before there is one the peer calls.
  #say({ method, cseq, branch, dialog, body, knows, times }: Extract<Step, { do: 'say' }>): void {
    if (cseq === 'next' && method !== 'ACK' && method !== 'CANCEL') this.#cseq += 1;
    if (branch === 'new') this.#branch += 1;
    const chosen = branch === 'INVITE' || method === 'CANCEL' ? this.#inviteBranch : this.#branch;
    if (method === 'INVITE') this.#inviteBranch = chosen;
    const number = { next: this.#cseq, same: this.#cseq, lower: 0, huge: 2 ** 31 - 1 }[cseq];
    const { local, remote, callId } = this.#dialog();
    const to = {
      right: local,
      'other tag': `${bare(local)};tag=x`,
      'no tag': bare(local),
      'other call': local,
    }[dialog];
    const text = request(this.#peer.address, {
      method,
      uri: 'sip:bob@10.0.0.2',
      branch: `z9hG4bK-play-${chosen}`,
      from: remote,
      to,
      callId: dialog === 'other call' ? 'another' : callId,
      cseq: number,
      headers: [
        ...(branch === 'INVITE' ? ['Expires: 1'] : []),
        ...abilities[knows],
        ...(method === 'PRACK' ? [`RAck: ${this.#reliable()}`] : []),
      ],
      body: descriptionOf(body, this.#cseq),
    });
    for (let sent = 0; sent < times; sent += 1) this.#peer.send(text, here);
  }

  #reliable(): string {
    const last = this.#peer.log.findLast(({ text }) => /^RSeq:/im.test(text));
    const row = (name: string): string => headerRows(last?.text ?? '', name)[0] ?? '1';
    return `${row('RSeq')} ${row('CSeq')}`;
  }

  #dialog(): { readonly local: string; readonly remote: string; readonly callId: string } {
    const last = this.#peer.log.findLast(({ text }) =>
      /^(INVITE|SIP\/2\.0 .*[\s\S]*CSeq: \d+ INVITE)/.test(text),
    );
    const row = (name: string): string => headerRows(last?.text ?? '', name)[0] ?? '';
    if (last === undefined)
      return {
        local: '<sip:bob@10.0.0.2>',
        remote: '<sip:peer@10.0.0.9>;tag=peer',
        callId: 'play',
      };
    const isOurs = last.text.startsWith('INVITE');
    const tagged = `${row('To')}${/;tag=/.test(row('To')) ? '' : ';tag=peer'}`;
    return isOurs
      ? { local: row('From'), remote: tagged, callId: row('Call-ID') }
      : { local: row('To'), remote: row('From'), callId: row('Call-ID') };
  }

  #answer({ which, status, tag, sdp, knows, times }: Extract<Step, { do: 'answer' }>): void {
    const requests = this.#peer.log.filter(({ text }) => !/^(SIP|ACK)/.test(text));
    const asked = requests.at(-1 - which);
    if (asked === undefined) return;
    if (knows !== 'nothing') this.#rseq += knows;
    const more = knows === 'nothing' ? [] : extensions(status, this.#rseq);
    const text = answerTo(asked.text, status, { sdp, tag, more });
    for (let sent = 0; sent < times; sent += 1) this.#peer.sendRaw(latin1Bytes(text), here);
  }

  #rename(): void {
    try {
      this.#phone.calls.at(-1)?.rename('sip:carol@example.com');
    } catch {
      // The peer may not hear of names.
    }
  }

  #act(what: Extract<Step, { do: 'act' }>['what']): void {
    const ringing = this.#phone.incoming.at(-1);
    const up = this.#phone.calls.at(-1);
    switch (what) {
      case 'accept':
        if (ringing !== undefined) this.#phone.accept(ringing);
        break;
      case 'ring':
        ringing?.ring();
        break;
      case 'reject':
        ringing?.reject();
        break;
      case 'redirect':
        ringing?.redirect('sip:carol@10.0.0.9');
        break;
      case 'call':
        if (this.#phone.outgoing.length < 3) this.#phone.call('sip:peer@10.0.0.9');
        break;
      case 'cancel':
        this.#phone.outgoing.at(-1)?.cancel();
        break;
      case 'hold':
        up?.hold().catch(() => undefined);
        break;
      case 'resume':
        up?.resume().catch(() => undefined);
        break;
      case 'hang up':
        void up?.hangUp();
        break;
      case 'early media':
        ringing?.earlyMedia().catch(() => undefined);
        break;
      case 'ring reliably':
        ringing?.ring({ status: 182, reliable: true });
        break;
      case 'hold by UPDATE':
        up?.hold('UPDATE').catch(() => undefined);
        break;
      case 'press a key':
        up?.inform(keyPressInfo('5')).catch(() => undefined);
        break;
      case 'change early media':
        ringing?.direct('sendonly').catch(() => undefined);
        this.#phone.outgoing
          .at(-1)
          ?.direct('recvonly')
          .catch(() => undefined);
        break;
      case 'rename':
        this.#rename();
        break;
    }
  }
}

const abilities = {
  nothing: [],
  all: ['Supported: 100rel, timer, from-change', 'Allow: INVITE, UPDATE', 'Session-Expires: 90'],
  '100rel required': ['Require: 100rel'],
  'a refresh by us': ['Supported: timer', 'Allow: UPDATE', 'Session-Expires: 90;refresher=uas'],
} as const;

function extensions(status: number, rseq: number): readonly string[] {
  if (status < 200) return ['Require: 100rel', `RSeq: ${rseq}`];
  if (status < 300)
    return ['Session-Expires: 90;refresher=uac', 'Allow: UPDATE', 'Supported: from-change'];
  return status === 422 ? ['Min-SE: 2000'] : [];
}

function descriptionOf(body: (typeof bodies)[number], version: number): string {
  switch (body) {
    case 'none':
      return '';
    case 'offer':
      return sdp({ version });
    case 'hold':
      return sdp({ version, direction: 'sendonly' });
    case 'changed':
      return descriptions[0] ?? '';
    case 'useless':
      return sdp({ version, payloads: '96' });
    case 'broken':
      return 'v=0\nm=audio\n';
  }
}

function bare(address: string): string {
  return address.replace(/;tag=[^;]*/, '');
}
