// History, contacts, messages, lamps and voicemail: what the phone knows of others, and keeps.
import { expect, test } from 'vitest';
import type { Arrived } from '../../packages/sip/src/testing/scripted-peer.ts';
import { row } from '../conformance/texts.ts';
import { FakeStore } from './fake-browser.ts';
import { inPhoneWorld } from './world.ts';
import type { PhoneWorld } from './world.ts';

test('P12: the history survives a reload, is searched, and recalls with one press', () =>
  inPhoneWorld(async (world) => {
    const store = new FakeStore();
    const first = await world.open({ store });
    const bob = await world.call(first);
    await bob.refuse(404);
    const carol = await world.ring(first);
    await carol.cancel();
    await world.close(first);
    const { phone } = await world.open({ store });
    expect(phone.history.entries.value).toMatchObject([
      { how: 'missed', direction: 'incoming', with: { name: 'Carol Jones' }, fresh: true },
      {
        how: 'failed',
        direction: 'outgoing',
        with: { name: 'Bob' },
        trouble: { name: 'not found' },
      },
    ]);
    phone.history.search.value = 'bo';
    expect(phone.history.found.value).toHaveLength(1);
    phone.history.search.value = '';
    phone.history.filter.value = 'missed';
    expect(phone.history.found.value.map((entry) => entry.how)).toEqual(['missed']);
    const [missed] = phone.history.entries.value;
    phone.call(missed?.with.address ?? '');
    await world.elapse(50);
    world.server.take('INVITE sip:carol@10.0.0.9');
  }));

test('P3: nothing typed and called brings the last number back', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const bob = await world.call(opened, '+49 30 1234');
    await bob.refuse(480);
    const { dial } = opened.phone;
    expect(dial.call()).toBeUndefined();
    expect(dial.text.value).toBe('+49301234');
    expect(dial.call()?.with.value.address).toBe('sip:+49301234@10.0.0.9');
    await world.elapse(50);
  }));

test('P12: contacts come from vCard and CSV, name who calls, and are found while dialling', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const { contacts, dial } = opened.phone;
    contacts.importText(
      'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Carol Danvers\r\nTEL;TYPE=work:+1 415 555 0199\r\nIMPP:sip:carol@10.0.0.9\r\nEND:VCARD\r\n',
    );
    contacts.importText(
      'Name,Phone\r\nDave Miller,"0172 / 555"\r\n"Carol Danvers",200\r\nNobody,\r\n',
    );
    expect(contacts.imported.value).toEqual({ added: 1, changed: 1, skipped: 0 });
    dial.text.value = '5550199';
    expect(dial.suggestions.value).toEqual([
      { address: 'sip:+14155550199@10.0.0.9', name: 'Carol Danvers' },
    ]);
    const carol = await world.ring(opened);
    expect(carol.call.with.value).toMatchObject({ name: 'Carol Danvers', claims: 'Carol Jones' });
    carol.call.decline();
    await world.elapse(20);
    carol.take('SIP/2.0 486');
    contacts.importText('%PDF-1.4');
    expect(contacts.trouble.value?.name).toBe('file unreadable');
  }));

test('P12: what our user calls somebody comes before what the server does', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    opened.phone.contacts.save({ name: 'Zoe', addresses: ['bob'], watched: false });
    const bob = await world.call(opened, 'sip:bob@10.0.0.9');
    expect(bob.call.with.value.name).toBe('Zoe');
    await bob.refuse(486);
  }));

test('P13: a message is shown as the other side took it, and those to us as they come', () =>
  inPhoneWorld(async (world) => {
    const { phone, page } = await world.open();
    phone.chats.send('bob', 'Hello Bob');
    await world.elapse(20);
    const sent = world.server.take('MESSAGE sip:bob@10.0.0.9');
    expect(sent.text).toContain('Hello Bob');
    expect(phone.chats.entries.value[0]?.messages).toMatchObject([
      { from: 'me', state: 'sending' },
    ]);
    world.server.respond(sent, 200);
    await world.elapse(20);
    expect(phone.chats.entries.value[0]?.messages[0]?.state).toBe('delivered');
    world.send(
      world.request({
        method: 'MESSAGE',
        from: '"Bob B." <sip:bob@10.0.0.9>;tag=1',
        callId: 'm-1',
        type: 'text/plain',
        body: 'Hi!',
        contact: undefined,
      }),
    );
    await world.elapse(20);
    const [chat] = phone.chats.entries.value;
    expect(chat).toMatchObject({ with: { name: 'Bob' }, unread: 1 });
    expect(chat?.messages.map(({ text }) => text)).toEqual(['Hello Bob', 'Hi!']);
    expect(page.ringer.played).toContain('message');
    expect(page.notifications.shown).toMatchObject([{ title: 'Bob', text: 'Hi!' }]);
    phone.chats.read('sip:bob@10.0.0.9');
    expect(phone.chats.unread.value).toBe(0);
  }));

test('P13: kept for somebody who is away is said so; a refusal is said and sent again by a press', () =>
  inPhoneWorld(async (world) => {
    const { phone } = await world.open();
    phone.chats.send('bob', 'one');
    await world.elapse(20);
    world.server.respond(world.server.take('MESSAGE'), 202);
    phone.chats.send('bob', 'two');
    await world.elapse(20);
    world.server.respond(world.server.take('MESSAGE'), 405);
    await world.elapse(20);
    const messages = phone.chats.entries.value[0]?.messages ?? [];
    expect(messages).toMatchObject([
      { state: 'kept' },
      { state: 'failed', trouble: { name: 'messages not taken', who: 'Bob' } },
    ]);
    phone.chats.retry('sip:bob@10.0.0.9', messages[1]?.id ?? '');
    await world.elapse(20);
    world.server.respond(world.server.take('MESSAGE'), 200);
    await world.elapse(20);
    expect(phone.chats.entries.value[0]?.messages[1]?.state).toBe('delivered');
  }));

test('P13: what is typed without a network waits, survives the page, and goes out in order', () =>
  inPhoneWorld(async (world) => {
    const store = new FakeStore();
    const first = await world.open({
      store,
      before: ({ server }) => {
        server.fault = new TypeError('Failed to fetch');
      },
    });
    first.phone.chats.send('sip:bob@10.0.0.9', 'first');
    await world.elapse(10);
    first.phone.chats.send('sip:bob@10.0.0.9', 'second');
    expect(first.phone.chats.entries.value[0]?.messages.map(({ state }) => state)).toEqual([
      'waiting',
      'waiting',
    ]);
    await world.close(first);
    const { phone } = await world.open({ store });
    await world.elapse(50);
    const texts: string[] = [];
    for (let left = 2; left > 0; left -= 1) {
      const message = world.server.take('MESSAGE');
      texts.push(message.text.split('\r\n\r\n')[1] ?? '');
      world.server.respond(message, 200);
      await world.elapse(20);
    }
    expect(texts).toEqual(['first', 'second']);
    expect(phone.chats.entries.value[0]?.messages.map(({ state }) => state)).toEqual([
      'delivered',
      'delivered',
    ]);
  }));

/** Answers each SUBSCRIBE, and tells states in its dialogs. */
class Notifier {
  readonly #world: PhoneWorld;
  readonly #subscribed = new Map<string, Arrived>();
  #cseq = 0;

  constructor(world: PhoneWorld) {
    this.#world = world;
    world.subscribed = (arrived) => {
      const expires = row(arrived, 'Expires');
      world.server.respond(arrived, 200, {
        headers: [`Expires: ${expires}`, 'Contact: <sip:notifier@10.0.0.9:80;transport=ws>'],
        toTag: 'notifier',
      });
      if (/;tag=/.test(row(arrived, 'To'))) return;
      this.#subscribed.set(
        `${row(arrived, 'Event')} ${/^SUBSCRIBE (\S+)/.exec(arrived.text)?.[1]}`,
        arrived,
      );
    };
  }

  async tell(event: string, target: string, type: string, body: string): Promise<void> {
    const subscribe = this.#subscribed.get(`${event} ${target}`);
    if (subscribe === undefined)
      throw new Error(
        `Nobody subscribed to ${event} of ${target}, only ${[...this.#subscribed.keys()].join(', ')}`,
      );
    this.#cseq += 1;
    this.#world.send(
      this.#world.request({
        method: 'NOTIFY',
        uri: /<([^>]*)>/.exec(row(subscribe, 'Contact'))?.[1] ?? '',
        from: `${row(subscribe, 'To')};tag=notifier`,
        to: row(subscribe, 'From'),
        callId: row(subscribe, 'Call-ID'),
        cseq: this.#cseq,
        contact: '<sip:notifier@10.0.0.9:80;transport=ws>',
        headers: [`Event: ${event}`, 'Subscription-State: active;expires=600'],
        type,
        body,
      }),
    );
    await this.#world.elapse(20);
  }
}

const dialogInfo = (version: number, dialogs: string): string =>
  `<?xml version="1.0"?>\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="full" entity="sip:bob@10.0.0.9">${dialogs}</dialog-info>`;

test('P14: the lamp of a contact follows its dialogs and its presence', () =>
  inPhoneWorld(async (world) => {
    const notifier = new Notifier(world);
    const { phone } = await world.open();
    phone.contacts.save({ name: 'Bob', addresses: ['bob'], watched: true });
    await world.elapse(50);
    const lamp = (): string | undefined => phone.lamps.value[0]?.state;
    expect(lamp()).toBe('unknown');
    const target = 'sip:bob@10.0.0.9';
    const dialogs = 'application/dialog-info+xml';
    await notifier.tell('dialog', target, dialogs, dialogInfo(0, ''));
    expect(lamp()).toBe('available');
    await notifier.tell(
      'dialog',
      target,
      dialogs,
      dialogInfo(1, '<dialog id="1" direction="recipient"><state>early</state></dialog>'),
    );
    expect(lamp()).toBe('ringing');
    await notifier.tell(
      'dialog',
      target,
      dialogs,
      dialogInfo(2, '<dialog id="1"><state>confirmed</state></dialog>'),
    );
    expect(lamp()).toBe('busy');
    await notifier.tell(
      'dialog',
      target,
      dialogs,
      dialogInfo(3, '<dialog id="1"><state>terminated</state></dialog>'),
    );
    await notifier.tell(
      'presence',
      target,
      'application/pidf+xml',
      '<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:bob@10.0.0.9"><tuple id="1"><status><basic>closed</basic></status><note>Back on Monday</note></tuple></presence>',
    );
    expect(phone.lamps.value[0]).toMatchObject({ state: 'away', note: 'Back on Monday' });
    const [contact] = phone.contacts.entries.value.filter(({ given }) => !given);
    phone.contacts.watch(contact?.id ?? '', false);
    await world.elapse(50);
    expect(phone.lamps.value).toEqual([]);
  }));

test('P15: the voicemail light counts, and a press calls where the messages are heard', () =>
  inPhoneWorld(async (world) => {
    const notifier = new Notifier(world);
    const { phone } = await world.open();
    await world.elapse(50);
    await notifier.tell(
      'message-summary',
      'sip:alice@10.0.0.9',
      'application/simple-message-summary',
      'Messages-Waiting: yes\nMessage-Account: sip:voicemail@10.0.0.9\nVoice-Message: 2/8 (0/2)\n',
    );
    const { waiting, fresh, old } = phone.voicemail;
    expect([waiting.value, fresh.value, old.value]).toEqual([true, 2, 8]);
    phone.voicemail.call();
    await world.elapse(50);
    world.server.take('INVITE sip:voicemail@10.0.0.9');
  }));
