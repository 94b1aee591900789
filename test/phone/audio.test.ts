// Sound: the audio check, the quality of a call, recordings, and what is said when the microphone is not to be had.
import { expect, test } from 'vitest';
import { DeviceError } from '../../packages/web/src/model/ports.ts';
import { FakeStore } from './fake-browser.ts';
import { noFigures } from './fake-media.ts';
import { inPhoneWorld, lastMedia } from './world.ts';

test('P2: the audio check lists microphones, moves a meter, tests speaker and ringer, and closes the microphone', () =>
  inPhoneWorld(async (world) => {
    const store = new FakeStore();
    const { phone, page } = await world.open({ store });
    const { devices } = phone;
    expect(devices.list.value).toEqual([
      { id: 'mic-1', kind: 'microphone', name: 'Desk microphone' },
    ]);
    devices.startMeter();
    await world.elapse(1);
    expect([devices.metering.value, devices.permission.value]).toEqual([true, 'granted']);
    page.devices.level(0.4);
    expect(devices.level.value).toBe(0.4);
    devices.choose('speaker', 'speaker-2');
    devices.choose('ringer', 'ringer-1');
    devices.testSpeaker();
    await world.elapse(1);
    devices.testRinger();
    await world.elapse(1);
    expect(page.devices.tested).toEqual(['speaker-2', 'ringer-1']);
    devices.stopMeter();
    expect([page.devices.open, devices.level.value]).toEqual([0, 0]);
    page.devices.change([]);
    await world.elapse(1);
    expect(devices.list.value).toEqual([]);
    await world.close({ phone, page });
    const again = await world.open({ store });
    expect(again.phone.settings.values.value).toMatchObject({
      speaker: 'speaker-2',
      ringer: 'ringer-1',
    });
  }));

test.each([
  ['denied', 'microphone denied', 'allow the microphone'],
  ['missing', 'microphone absent', 'check the audio'],
  ['busy', 'microphone taken', 'check the audio'],
  ['insecure', 'microphone needs https', 'explain'],
] as const)('P2: a microphone that is %s is told in words', (refusal, name, action) =>
  inPhoneWorld(async (world) => {
    const { phone, page } = await world.open();
    page.devices.fault = new DeviceError(refusal);
    phone.devices.startMeter();
    await world.elapse(1);
    expect(phone.devices.trouble.value).toMatchObject({ name, action });
    const browser = phone.words.value.permission[phone.devices.browser];
    expect(browser).toMatch(/reload the page/);
  }),
);

test.each([
  [{ mapped: undefined, mapping: 'none', udp: true, relay: undefined }, undefined, ['own address']],
  [
    {
      mapped: { host: '203.0.113.7', port: 51_820 },
      mapping: 'address-and-port-dependent',
      udp: true,
      relay: true,
    },
    '203.0.113.7:51820',
    ['symmetric nat', 'relay'],
  ],
  [
    { mapped: undefined, mapping: 'unknown', udp: false, relay: false },
    undefined,
    ['no udp', 'no relay'],
  ],
] as const)('P2: a look at the network that finds %j is told in words', (seen, seenAs, findings) =>
  inPhoneWorld(async (world) => {
    const { phone, page } = await world.open();
    page.network.seen = seen;
    phone.network.look();
    expect(phone.network.looking.value).toBe(true);
    await world.elapse(1);
    expect([phone.network.looking.value, phone.network.seenAs.value]).toEqual([false, seenAs]);
    expect(phone.network.findings.value).toEqual(findings);
    await world.close({ phone, page });
  }),
);

test('P18: a call that gets no microphone says so, and proposes to allow it', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const { phone, page } = opened;
    page.microphoneFault = new DOMException('Permission denied', 'NotAllowedError');
    const call = phone.call('bob');
    await world.elapse(50);
    expect(call?.phase.value).toMatchObject({ is: 'over', how: 'failed' });
    expect(call?.trouble.value).toMatchObject({
      name: 'microphone denied',
      action: 'allow the microphone',
    });
    page.microphoneFault = undefined;
    const trouble = call?.trouble.value;
    if (trouble !== undefined) phone.mend(trouble, call);
    await world.elapse(1);
    expect(phone.place.value).toEqual({ is: 'audio check' });
    expect(page.devices.granted).toBe('granted');
  }));

test('P17: four bars from the figures of the last seconds, with the likely cause', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const { call } = await world.talk(opened);
    const media = lastMedia(opened);
    const figures = { ...noFigures, roundTripMilliseconds: 40, jitterMilliseconds: 3 };
    media.figures = { ...figures, receivedPackets: 100 };
    await world.elapse(2100);
    media.figures = { ...figures, receivedPackets: 200 };
    await world.elapse(2100);
    expect(call.quality.value).toMatchObject({ bars: 4, cause: 'good', lossPercent: 0 });
    media.figures = { ...figures, receivedPackets: 290, lostPackets: 10 };
    await world.elapse(2100);
    expect(call.quality.value).toMatchObject({ bars: 1, cause: 'heavy loss', lossPercent: 10 });
    media.figures = {
      ...figures,
      roundTripMilliseconds: 700,
      receivedPackets: 390,
      lostPackets: 10,
    };
    await world.elapse(2100);
    expect(call.quality.value).toMatchObject({ bars: 1, cause: 'delay' });
    await world.elapse(8000);
    expect(call.quality.value).toMatchObject({ bars: 0, cause: 'nothing comes' });
  }));

test('P25: a recording is shown while it runs, and saved under the name of the other side', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const bob = await world.talk(opened);
    bob.call.record(true);
    await world.elapse(1);
    expect(bob.call.recording.value).toBe('on');
    await bob.hangUp();
    await world.elapse(1);
    expect([bob.call.recording.value, opened.page.recorded]).toEqual(['saved', ['Bob']]);
  }));

test('P19: a camera is added by a new offer; refused, the sound goes on untouched and that is said', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const bob = await world.talk(opened);
    bob.call.setCamera(true);
    await world.elapse(30);
    expect(lastMedia(opened).camera).toBe('');
    bob.respond(bob.take('INVITE'), 488);
    await world.elapse(30);
    bob.take('ACK');
    expect(bob.call.trouble.value).toMatchObject({ name: 'video refused', action: 'close' });
    expect([bob.call.camera.value, bob.call.phase.value.is, lastMedia(opened).camera]).toEqual([
      false,
      'up',
      undefined,
    ]);
    bob.call.shareScreen(true);
    await world.elapse(30);
    await bob.agree('sendrecv');
    expect(bob.call.screen.value).toBe(true);
    lastMedia(opened).tell('screenEnded');
    await world.elapse(30);
    await bob.agree('sendrecv', 3);
    expect(bob.call.screen.value).toBe(false);
  }));

test('P24: the story of a call is there while it is up and after it, and names its messages', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const bob = await world.talk(opened);
    const titles = async (callId: string): Promise<readonly string[] | undefined> =>
      (await opened.phone.explain(callId))?.document.messages.map(({ method }) => method);
    expect(await titles(bob.callId)).toEqual(['INVITE', 'INVITE', 'ACK']);
    await bob.hangUp();
    const [entry] = opened.phone.history.entries.value;
    expect(await titles(entry?.callId ?? '')).toContain('BYE');
    expect(await opened.phone.explain('nobody-knows')).toBeUndefined();
  }));

test('P5: who is not to be disturbed is not: the caller hears busy, and the call is in the history', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    opened.phone.settings.change({ doNotDisturb: true });
    const carol = await world.ring(opened);
    carol.take('SIP/2.0 486');
    expect(opened.page.ringer.played).toEqual([]);
    expect(opened.phone.history.entries.value).toMatchObject([
      { how: 'missed', with: { name: 'Carol Jones' } },
    ]);
  }));

test('P21: the language follows the browser, or what was set', () =>
  inPhoneWorld(async (world) => {
    const { phone } = await world.open();
    expect(phone.words.value.language).toBe('en');
    phone.settings.change({ language: 'ar' });
    expect(phone.words.value.direction).toBe('rtl');
  }));
