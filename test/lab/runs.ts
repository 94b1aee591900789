// The usual pairs of programs: SIPp that says what a recipe wants said, against SIPp or a real phone.
import type { RtpSession } from '../../packages/offhook/src/media/rtp-negotiator.ts';
import type { Call } from '../../packages/sip/src/ua/call.ts';
import type { Baresip, BaresipOptions } from '../peers/baresip.ts';
import type { Linphone, LinphoneOptions } from '../peers/linphone.ts';
import { pause } from '../peers/world.ts';
import { address, hertz } from './lab.ts';
import type { Lab, Talk } from './lab.ts';
import { at, bobAt } from './people.ts';
import { baresip, linphone, offhook } from './programs.ts';
import type { OurPhone } from './programs.ts';
import { scenario } from './scenario.ts';
import type { Step } from './scenario.ts';

type Run = (lab: Lab) => Promise<void>;
type Steps = readonly (Step | readonly Step[])[];
type More = Omit<Talk, 'host' | 'scenario' | 'target'>;

/** SIPp as Alice calls SIPp as Bob. */
export function sippToSipp(callee: Steps, caller: Steps, more: More = {}): Run {
  return (lab) =>
    lab.call(
      { host: address.bob, scenario: scenario('Bob', ...callee), ...more },
      { host: address.alice, target: at.bob, scenario: scenario('Alice', ...caller), ...more },
    );
}

/** SIPp as Alice calls a baresip as Bob, which answers unless `meanwhile` has it do otherwise. */
export function sippToBaresip(
  caller: Steps,
  {
    meanwhile,
    ...options
  }: Partial<BaresipOptions> & { readonly meanwhile?: (phone: Baresip) => Promise<void> } = {},
  more: More = {},
): Run {
  return async (lab) => {
    const phone = await baresip(lab, address.bob, { user: 'bob', ...options });
    await Promise.all([meanwhile?.(phone), lab.sipp(alice(caller, more)).done()]);
    await pause(300);
  };
}

/** SIPp as Alice calls a linphonec as Bob, which answers unless `meanwhile` has it do otherwise. */
export function sippToLinphone(
  caller: Steps,
  {
    meanwhile,
    ...options
  }: Partial<LinphoneOptions> & { readonly meanwhile?: (phone: Linphone) => Promise<void> } = {},
  more: More = {},
): Run {
  return async (lab) => {
    const phone = await linphone(lab, address.bob, { user: 'bob', ...options });
    await pause(1_000);
    await Promise.all([meanwhile?.(phone), lab.sipp(alice(caller, more)).done()]);
    await pause(300);
  };
}

/** SIPp as Alice calls our own stack as Bob, which answers; `meanwhile` goes on with the call. */
export function sippToOffhook(
  caller: Steps,
  {
    meanwhile,
    ...options
  }: Parameters<typeof offhook>[3] & {
    readonly meanwhile?: (call: Call<RtpSession>) => Promise<void>;
  } = {},
  more: More = {},
): Run {
  return async (lab) => {
    const phone = await offhook(lab, address.bob, 'bob', options);
    const answered = answers(phone).then((call) => meanwhile?.(call));
    answered.catch(() => undefined);
    await lab.sipp(alice(caller, more)).done();
    await pause(300);
  };
}

/** Takes the next call and speaks in it. */
export async function answers(phone: OurPhone): Promise<Call<RtpSession>> {
  const incoming = await phone.nextCall();
  const call = await incoming.accept();
  void call.media.play({ kind: 'tone', hertz });
  return call;
}

/** baresip as Alice calls SIPp as Bob; `meanwhile` begins when she has dialled. */
export function baresipToSipp(
  callee: Steps,
  meanwhile: (phone: Baresip, lab: Lab) => Promise<void>,
  { phone: options, ...more }: More & { readonly phone?: Partial<BaresipOptions> } = {},
): Run {
  return async (lab) => {
    const called = lab.sipp({ host: address.bob, scenario: scenario('Bob', ...callee), ...more });
    const phone = await baresip(lab, address.alice, { user: 'alice', ...options });
    await phone.tell('dial', more.transport === 'tcp' ? `${bobAt};transport=tcp` : bobAt);
    await meanwhile(phone, lab);
    await called.done();
    await pause(300);
  };
}

/** linphonec as Alice calls SIPp as Bob; `meanwhile` begins when she has dialled. */
export function linphoneToSipp(
  callee: Steps,
  meanwhile: (phone: Linphone, lab: Lab) => Promise<void>,
  { phone: options, ...more }: More & { readonly phone?: Partial<LinphoneOptions> } = {},
): Run {
  return async (lab) => {
    const called = lab.sipp({ host: address.bob, scenario: scenario('Bob', ...callee), ...more });
    const phone = await linphone(lab, address.alice, { user: 'alice', ...options });
    await pause(700);
    phone.tell(`call ${more.transport === 'tcp' ? `<${bobAt};transport=tcp>` : bobAt}`);
    await meanwhile(phone, lab);
    await called.done();
    await pause(300);
  };
}

/** Our own stack as Alice calls SIPp as Bob; `meanwhile` makes the call. */
export function offhookToSipp(
  callee: Steps,
  meanwhile: (phone: OurPhone, uri: string, lab: Lab) => Promise<void>,
  { phone: options, ...more }: More & { readonly phone?: Parameters<typeof offhook>[3] } = {},
): Run {
  return async (lab) => {
    const called = lab.sipp({ host: address.bob, scenario: scenario('Bob', ...callee), ...more });
    await pause(300);
    const phone = await offhook(lab, address.alice, 'alice', options);
    await meanwhile(phone, more.transport === 'tcp' ? `${bobAt};transport=tcp` : bobAt, lab);
    await called.done();
    await pause(300);
  };
}

function alice(steps: Steps, more: More): Talk {
  return { host: address.alice, target: at.bob, scenario: scenario('Alice', ...steps), ...more };
}
