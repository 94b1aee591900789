// The phone: everything of it put together over the ports of a page.
import type { IncomingCall, IncomingMessage, TransferRequest, UserAgent } from '@offhook/sip';
import { SipError } from '@offhook/sip';
import { computed, effect, signal } from '@preact/signals-core';
import type { ReadonlySignal, Signal } from '@preact/signals-core';
import { wordsFor } from '../words/languages.ts';
import { trouble } from '../words/trouble.ts';
import type { Trouble } from '../words/trouble.ts';
import type { Words } from '../words/words.ts';
import type { Party, PhoneCall } from './call.ts';
import { Desk } from './call/desk.ts';
import { Explaining } from './call/explaining.ts';
import { KeptCalls } from './call/kept-calls.ts';
import { LiveCall } from './call/live-call.ts';
import { Reports } from './call/reports.ts';
import { Story } from './call/story.ts';
import type { CallSurroundings } from './call/surroundings.ts';
import { Line } from './line/line.ts';
import { LiveDevices } from './page/live-devices.ts';
import { LiveNetworkCheck } from './page/live-network-check.ts';
import { LivePush } from './page/live-push.ts';
import { LiveSettings } from './page/live-settings.ts';
import { LiveTabs } from './page/live-tabs.ts';
import { Ringing } from './page/ringing.ts';
import { LiveChats } from './people/live-chats.ts';
import { LiveContacts } from './people/live-contacts.ts';
import { LiveDial } from './people/live-dial.ts';
import { LiveHistory } from './people/live-history.ts';
import { LiveLamps } from './people/live-lamps.ts';
import { LiveVoicemail } from './people/live-voicemail.ts';
import { Names } from './people/names.ts';
import { act } from './mend.ts';
import type { Banner, Lamp, LineState, Me, Phone, Place } from './phone.ts';
import type { Page, PhoneConfiguration, PhoneMedia } from './ports.ts';
import type { ToldCall } from './trace/ask.ts';

/** How long after its end a call is looked at for what went wrong, in milliseconds. */
const settling = 1_500;

/** What a phone is opened with besides its page. */
export interface OpenOptions {
  /** `urn:uuid:…` of this browser, the same each time (RFC 5626 §4.1). */
  readonly instance: string;
  /** The token of a provisioning link, once. */
  readonly join?: string | undefined;
}

/** The phone. */
export class LivePhone implements Phone {
  readonly me: ReadonlySignal<Me | undefined>;
  readonly line: ReadonlySignal<LineState>;
  readonly banner: ReadonlySignal<Banner | undefined>;
  readonly dial: LiveDial;
  readonly calls: ReadonlySignal<readonly LiveCall[]>;
  readonly current: ReadonlySignal<LiveCall | undefined>;
  readonly waiting: ReadonlySignal<LiveCall | undefined>;
  readonly silenced: ReadonlySignal<boolean>;
  readonly history: LiveHistory;
  readonly contacts: LiveContacts;
  readonly chats: LiveChats;
  readonly lamps: ReadonlySignal<readonly Lamp[]>;
  readonly voicemail: LiveVoicemail;
  readonly devices: LiveDevices;
  readonly network: LiveNetworkCheck;
  readonly settings: LiveSettings;
  readonly tabs: LiveTabs;
  readonly push: LivePush;
  readonly words: ReadonlySignal<Words>;
  readonly place: Signal<Place> = signal({ is: 'dial' });
  readonly #page: Page;
  readonly #line: Line;
  readonly #desk: Desk;
  readonly #names: Names;
  readonly #lamps: LiveLamps;
  readonly #ringing: Ringing;
  readonly #kept: KeptCalls;
  readonly #reports: Reports;
  readonly #story: Story;
  readonly #explaining: Explaining;
  readonly #storage: Signal<Trouble | undefined> = signal(undefined);
  readonly #offs: (() => void)[] = [];
  #closing: Promise<void> | undefined;

  constructor(page: Page, { instance, join }: OpenOptions) {
    const full = (): void => {
      this.#storage.value = trouble('storage full');
    };
    const { tables, clock, random } = page;
    this.#page = page;
    this.#reports = new Reports(clock, (lines) => page.server.report(lines), page.tap);
    this.#story = new Story(this.#reports);
    this.#explaining = new Explaining({
      explainer: page.explainer,
      atServer: (callId) => page.server.trace(callId),
      ownRecords: (callId) => this.#story.of(callId),
    });
    this.settings = new LiveSettings(tables, full);
    this.words = computed(() => {
      const { language } = this.settings.values.value;
      return wordsFor(language === undefined ? page.languages : [language, ...page.languages]);
    });
    this.history = new LiveHistory(tables, full);
    this.contacts = new LiveContacts(tables, random, full);
    this.#names = new Names({
      contacts: () => this.contacts.entries.value,
      domain: () => this.#line.configuration.value?.domain ?? 'invalid',
    });
    this.#line = new Line({
      page,
      tap: this.#story,
      instance,
      join,
      listener: {
        opened: (agent, configuration) => this.#opened(agent, configuration),
        ready: () => this.#ready(),
        lost: () => this.#lamps.darken(),
        referred: (transfer) => this.#referred(transfer),
        busy: () => this.#desk.calls.peek().some(({ state }) => state !== 'Over'),
      },
    });
    const around: Omit<CallSurroundings, 'desk'> = {
      page,
      names: this.#names,
      invite: (address) => this.#line.invite(address),
      cameraId: () => this.settings.values.peek().camera,
      undisturbed: () => this.settings.values.peek().doNotDisturb,
    };
    this.#desk = new Desk(around, {
      changed: () => this.#changed(),
      over: (call) => this.#over(call),
      turnedAway: (incoming) => this.#turnedAway(incoming),
    });
    this.#kept = new KeptCalls(page.tabMemory, () => clock.wall());
    this.#ringing = new Ringing({
      page,
      settings: this.settings,
      words: () => this.words.peek(),
      calls: () => this.#desk.calls.peek(),
    });
    this.calls = this.#desk.calls;
    this.current = this.#desk.current;
    this.waiting = this.#desk.waiting;
    this.silenced = this.#ringing.silenced;
    this.line = this.#line.state;
    this.banner = computed(() => {
      const full = this.#storage.value;
      return this.#line.banner.value ?? (full && { trouble: full, retryAt: undefined });
    });
    this.me = computed(() => meOf(this.#line.configuration.value));
    this.dial = new LiveDial({
      names: this.#names,
      recent: () =>
        this.history.entries
          .peek()
          .filter(({ direction }) => direction === 'outgoing')
          .map((entry) => entry.with),
      call: (address) => this.#desk.call(address),
    });
    this.chats = new LiveChats({
      ...{ tables, clock, random, names: this.#names, failed: full },
      send: (address, text) => this.#send(address, text),
      ready: () => this.#line.ready,
      came: (message, address) => this.#ringing.message(message, this.#names.partyAt(address)),
    });
    this.#lamps = new LiveLamps(clock);
    this.lamps = this.#lamps.lamps;
    this.voicemail = new LiveVoicemail(clock, (address) => this.call(address));
    this.devices = new LiveDevices({
      port: page.devices,
      settings: this.settings,
      microphoneChosen: (deviceId) => {
        for (const { call } of this.#desk.calls.peek())
          call?.media.setMicrophone(deviceId).catch(() => undefined);
      },
    });
    this.network = new LiveNetworkCheck(
      page.network,
      () => this.#line.configuration.peek()?.iceServers ?? [],
    );
    this.push = new LivePush({
      port: page.push,
      server: page.server,
      key: () => this.#line.configuration.peek()?.pushKey,
      woken: () => this.#line.woken(),
      changed: () => this.#line.refresh(),
    });
    this.#offs.push(
      effect(() => {
        const watched = this.contacts.entries.value.filter((one) => one.watched);
        this.#lamps.watch(
          watched.flatMap(({ addresses: [first = ''] }) => {
            const address = this.#names.addressOf(first);
            return address === undefined ? [] : [this.#names.partyAt(address)];
          }),
        );
      }),
    );
    this.tabs = new LiveTabs(page.tabs, {
      owned: () => this.#line.own(),
      lost: () => this.#line.lose(),
      calls: () => this.#kept.of(this.#desk.calls.peek()),
      given: (kept) => this.#given(kept),
    });
  }

  call(target: string): PhoneCall | undefined {
    const address = this.#names.addressOf(target);
    if (address !== undefined) return this.#desk.call(address);
    this.dial.text.value = target;
    return this.dial.call();
  }

  switchTo(call: PhoneCall): void {
    const own = this.#desk.calls.value.find((one) => one === call);
    if (own !== undefined) this.#desk.switchTo(own);
  }

  mend(what: Trouble, about?: PhoneCall | Party): void {
    act(what, about, { phone: this, line: this.#line, reload: () => this.#page.reload() });
    if (what.name === 'storage full') this.#storage.value = undefined;
  }

  unsilence(): void {
    this.#ringing.unsilence();
  }

  explain(callId: string): Promise<ToldCall | undefined> {
    return this.#explaining.tell(callId);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const off of this.#offs) off();
    this.#desk.close();
    this.#lamps.watch([]);
    this.voicemail.close();
    this.devices.close();
    this.push.close();
    this.tabs.close();
    this.#ringing.close();
    await this.#line.close();
    await this.#reports.close();
    this.#kept.forget();
  }

  #opened(agent: UserAgent<PhoneMedia>, { directory }: PhoneConfiguration): void {
    this.contacts.give(directory);
    void this.#readCalls(agent);
    void this.#readMessages(agent);
  }

  #ready(): void {
    const { agent } = this.#line;
    const configuration = this.#line.configuration.peek();
    if (agent === undefined || configuration === undefined) return;
    this.#takeBack();
    this.chats.flush();
    this.#lamps.open(agent);
    if (configuration.voicemail !== undefined) this.voicemail.open(agent, configuration.voicemail);
  }

  async #readCalls(agent: UserAgent<PhoneMedia>): Promise<void> {
    for await (const incoming of agent.incoming) this.#desk.ring(incoming);
  }

  async #readMessages(agent: UserAgent<PhoneMedia>): Promise<void> {
    for await (const message of agent.messages) this.#message(message);
  }

  #message(message: IncomingMessage): void {
    this.chats.take(message);
  }

  async #send(address: string, text: string): ReturnType<UserAgent['message']> {
    const { agent } = this.#line;
    if (agent === undefined) throw new SipError('SIP_TRANSPORT', { status: 503 });
    return await agent.message(address, text);
  }

  #given(kept: string): void {
    this.#kept.receive(kept);
    if (this.#line.ready) this.#takeBack();
  }

  // RFC 3891: what the page before talked in goes on with us, when the other end still waits.
  #takeBack(): void {
    for (const kept of this.#kept.take()) {
      const call = new LiveCall({
        around: this.#desk.around,
        direction: kept.direction,
        party: kept.party,
        since: kept.since,
      });
      this.#desk.add(call);
      call.mute(kept.muted);
      try {
        call.place(this.#line.invite(kept.party.address, kept.dialog));
        if (kept.held) call.holdOnceUp();
      } catch (error) {
        call.failed(error);
      }
    }
  }

  // Who talks to us may hand us over; the call that comes of it is shown, and takes the place of the one before.
  #referred(transfer: TransferRequest<PhoneMedia>): void {
    const { dialog } = transfer;
    const before = this.#desk.calls.peek().find(({ call }) => {
      const id = call?.dialog.id;
      return id !== undefined && id.callId === dialog?.callId && id.localTag === dialog.localTag;
    });
    if (before === undefined) transfer.reject(403);
    else this.#desk.follow(transfer, before);
  }

  #changed(): void {
    this.#ringing.refresh();
    if (this.#closing === undefined) this.#kept.keep(this.#desk.calls.peek());
  }

  #over(call: LiveCall): void {
    const phase = call.phase.peek();
    if (phase.is !== 'over') return;
    this.history.add({
      id: call.id,
      with: call.with.peek(),
      direction: call.direction,
      how: phase.how,
      at: call.startedAt,
      seconds: phase.seconds,
      trouble: call.trouble.peek(),
      callId: call.callId.peek(),
    });
    this.#line.callEnded();
    const callId = call.callId.peek();
    if (callId === '' || this.#closing !== undefined) return;
    // Once its last message has come.
    this.#page.clock.after(settling, () => void this.#note(call.id, callId));
  }

  /** Puts into the history why a call went as it did. */
  async #note(id: string, callId: string): Promise<void> {
    const fault = await this.#explaining.faultOf(callId);
    if (fault !== undefined) this.history.explained(id, fault);
  }

  #turnedAway({ from, callId }: IncomingCall<PhoneMedia>): void {
    this.history.add({
      id: this.#page.random.token(80),
      with: this.#names.party(from),
      direction: 'incoming',
      how: 'missed',
      at: this.#page.clock.wall(),
      seconds: 0,
      trouble: undefined,
      callId,
    });
  }
}

function meOf(configuration: PhoneConfiguration | undefined): Me | undefined {
  if (configuration === undefined) return undefined;
  const { aor, displayName, product, guided } = configuration;
  return { address: aor, name: displayName, product, isGuided: guided === true };
}
