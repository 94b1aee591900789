// Messages to and from others (RFC 3428): what is typed while there is no line waits, honestly, and goes out when there is.
import type { Clock, IncomingMessage, Random } from '@offhook/sip';
import type { Response } from '@offhook/sip/message';
import { computed } from '@preact/signals-core';
import type { ReadonlySignal } from '@preact/signals-core';
import { trouble } from '../../words/trouble.ts';
import type { Trouble } from '../../words/trouble.ts';
import { troubleOf } from '../call/troubles.ts';
import type { Chat, ChatMessage, Chats, MessageState } from '../phone.ts';
import type { TablesPort } from '../ports.ts';
import { keptTrouble } from './live-history.ts';
import type { Names } from './names.ts';
import type { Row } from './rows.ts';
import { Stored } from './stored.ts';

/** A message as it is kept: with whom it was exchanged, and whether it was read. */
interface KeptMessage extends ChatMessage {
  readonly address: string;
  /** Undefined for ours. */
  readonly claims: string | undefined;
  readonly read: boolean;
}

/** What the chats work with. */
export interface ChatsOptions {
  readonly tables: TablesPort;
  readonly clock: Clock;
  readonly random: Random;
  readonly names: Names;
  /** Sends one; rejects with a SipError. */
  readonly send: (address: string, text: string) => Promise<Response>;
  readonly ready: () => boolean;
  readonly failed: () => void;
  /** A message came. */
  readonly came: (message: ChatMessage, address: string) => void;
}

const states: readonly MessageState[] = ['waiting', 'sending', 'delivered', 'kept', 'failed'];
/** A longer message is cut, in characters. */
const longest = 20_000;

/** The chats. */
export class LiveChats implements Chats {
  readonly entries: ReadonlySignal<readonly Chat[]>;
  readonly unread: ReadonlySignal<number>;
  readonly #options: ChatsOptions;
  readonly #stored: Stored<KeptMessage>;

  constructor(options: ChatsOptions) {
    const { tables, failed } = options;
    this.#options = options;
    this.#stored = new Stored({
      tables,
      table: 'chats',
      read: messageOf,
      key: ({ id }) => id,
      order: (a, b) => b.at - a.at,
      most: 5000,
      failed,
    });
    this.entries = computed(() => this.#chats(this.#stored.items.value));
    this.unread = computed(() => this.entries.value.reduce((sum, chat) => sum + chat.unread, 0));
  }

  /** Reads what was kept; what was under way when the page went is sent again by hand only, since nobody knows. */
  async load(): Promise<void> {
    await this.#stored.load();
    const lost = this.#stored.items.value.filter(({ state }) => state === 'sending');
    for (const message of lost) this.#change(message.id, 'failed', trouble('message not sent'));
  }

  send(address: string, text: string): void {
    const { clock, random, names } = this.#options;
    const to = names.addressOf(address);
    const said = text.trim().slice(0, longest);
    if (said === '' || to === undefined) return;
    const message: KeptMessage = {
      id: random.token(80),
      address: to,
      claims: undefined,
      from: 'me',
      text: said,
      at: clock.wall(),
      state: 'waiting',
      trouble: undefined,
      read: true,
    };
    this.#stored.put(message);
    this.#flushOne(message);
  }

  retry(_address: string, id: string): void {
    const message = this.#stored.find(id);
    if (message?.state !== 'failed') return;
    this.#change(id, 'waiting');
    this.#flushOne(message);
  }

  read(address: string): void {
    const unread = this.#stored.items.value.filter((one) => one.address === address && !one.read);
    if (unread.length > 0) this.#stored.put(...unread.map((one) => ({ ...one, read: true })));
  }

  remove(address: string): void {
    const gone = this.#stored.items.value.filter((one) => one.address === address);
    this.#stored.remove(...gone.map(({ id }) => id));
  }

  /** There is a line: what waits goes out, in order. */
  flush(): void {
    const waiting = this.#stored.items.value.filter(({ state }) => state === 'waiting');
    for (const message of waiting.toReversed()) this.#flushOne(message);
  }

  /** A message to us. */
  take({ from, text, contentType }: IncomingMessage): void {
    const { clock, random, names, came } = this.#options;
    if (contentType !== 'text/plain' || text === '') return;
    const { address, name, claims } = names.party(from);
    const message: KeptMessage = {
      id: random.token(80),
      address,
      claims: claims ?? name,
      from: 'them',
      text: text.slice(0, longest),
      at: clock.wall(),
      state: 'delivered',
      trouble: undefined,
      read: false,
    };
    this.#stored.put(message);
    came(message, address);
  }

  #flushOne({ id, address, text }: KeptMessage): void {
    const { send, ready, names } = this.#options;
    if (!ready()) return;
    this.#change(id, 'sending');
    send(address, text).then(
      // RFC 3428 §7: 202 means that it is kept for later.
      ({ status }) => this.#change(id, status === 202 ? 'kept' : 'delivered'),
      (error: unknown) => this.#failed(id, error, names.partyAt(address).name),
    );
  }

  #failed(id: string, error: unknown, who: string): void {
    const why = troubleOf(error, who);
    // Without a line nothing is lost: it waits for the next one.
    const noLine = why?.name === 'server unreachable' || why?.name === 'connection lost';
    if (noLine || why === undefined) this.#change(id, 'waiting');
    else if (why.status === 405) this.#change(id, 'failed', trouble('messages not taken', { who }));
    else
      this.#change(
        id,
        'failed',
        trouble('message not sent', { who, because: why.name, status: why.status }),
      );
  }

  #change(id: string, state: MessageState, why?: Trouble): void {
    const message = this.#stored.find(id);
    if (message !== undefined) this.#stored.put({ ...message, state, trouble: why });
  }

  #chats(messages: readonly KeptMessage[]): readonly Chat[] {
    const chats = new Map<string, KeptMessage[]>();
    for (const message of messages) {
      const chat = chats.get(message.address);
      if (chat === undefined) chats.set(message.address, [message]);
      else chat.push(message);
    }
    return [...chats].map(([address, newestFirst]) => ({
      with: this.#options.names.partyAt(
        address,
        newestFirst.find(({ claims }) => claims !== undefined)?.claims,
      ),
      messages: newestFirst.toReversed(),
      unread: newestFirst.filter(({ read }) => !read).length,
    }));
  }
}

function messageOf(row: Row): KeptMessage | undefined {
  const id = row.text('id');
  const address = row.text('address');
  const text = row.text('text');
  const at = row.number('at');
  const from = row.oneOf('from', ['me', 'them']);
  const state = row.oneOf('state', states);
  if (id === undefined || address === undefined || text === undefined) return undefined;
  if (at === undefined || from === undefined || state === undefined) return undefined;
  return {
    id,
    address,
    claims: row.text('claims'),
    text,
    at,
    from,
    state,
    trouble: keptTrouble(row.row('trouble')),
    read: row.flag('read'),
  };
}
