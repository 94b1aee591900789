// The phone put together for a browser: the model over the browser's own ports, and the world of its views.
import { systemClock, systemRandom } from '@offhook/sip';
import { webRtc, webSocket } from '@offhook/sip/browser';
import { effect, signal } from '@preact/signals';
import { openPhone } from '../model/open-phone.ts';
import type { Page, PhoneConfiguration, ServerPort } from '../model/ports.ts';
import type { Phone } from '../model/phone.ts';
import { browserHoldMusic } from '../sound/hold-music.ts';
import { browserMixer } from '../sound/mixer.ts';
import { browserRecorder } from '../sound/recorder.ts';
import { browserRinger } from '../sound/ringer.ts';
import type { World } from '../view/world.ts';
import { browserDevices } from './browser/devices.ts';
import { tabMemory } from './browser/memory.ts';
import { iceServer } from './browser/ice-server.ts';
import { browserNetwork } from './browser/network.ts';
import { browserNotes } from './browser/notes.ts';
import { browserPush } from './browser/push.ts';
import { serverAt } from './browser/server.ts';
import { browserTables } from './browser/tables.ts';
import { browserTabs } from './browser/tabs.ts';
import { browserViewPorts, saveFile } from './browser/view-ports.ts';
import { browserWakeLock } from './browser/wake-lock.ts';
import { serviceWorker } from './browser/worker.ts';
import { offerForLinks } from './links.ts';

/** How a phone is opened in a page. */
export interface OpenOptions {
  /** Where the telephone system is, such as `https://pbx.example.com/`. */
  readonly server: URL;
  /** Asked in place of the server's own `/api/phone`: for pages that log their users in themselves. */
  readonly configuration?: (() => Promise<PhoneConfiguration>) | undefined;
  /** The token of a provisioning link. */
  readonly join?: string | undefined;
  /** The page is the phone's own: it may have a service worker, and push. */
  readonly isOwnPage: boolean;
}

/** An open phone with its world. */
export interface Opened {
  readonly world: World;
  close(): Promise<void>;
}

/** Opens the phone. */
export async function openInBrowser(options: OpenOptions): Promise<Opened> {
  const { server, join, isOwnPage } = options;
  const worker = isOwnPage ? serviceWorker(server) : Promise.resolve(undefined);
  const page: Page = {
    clock: systemClock,
    random: systemRandom,
    server: serverOf(options),
    network: browserNetwork(),
    media: ({ iceServers }) =>
      webRtc({ iceServers: iceServers.map(iceServer), reportMilliseconds: 1_000 }),
    transport: ({ webSocket: url }) => webSocket(url),
    devices: browserDevices(),
    ringer: browserRinger(),
    notifications: browserNotes(worker),
    wakeLock: browserWakeLock(),
    tables: browserTables(),
    tabMemory: tabMemory(),
    tabs: browserTabs(),
    push: await browserPush(worker),
    recorder: browserRecorder(saveFile),
    mixer: browserMixer(),
    holdMusic: browserHoldMusic(),
    explainer: async () => (await import('./explaining.ts')).explainer,
    reload: () => location.reload(),
    languages: navigator.languages,
  };
  const phone = await openPhone(page, join);
  const views = browserViewPorts();
  const world: World = {
    phone,
    ports: {
      ...views.ports,
      explaining: async () => (await import('./explaining.ts')).views,
      faultWords: async (language) =>
        (await import('../words/fault/languages.ts')).faultWordsIn(language),
      viewerOf: isOwnPage
        ? (callId) => `./trace#call=${encodeURIComponent(callId)}&view=engineer`
        : undefined,
      offerForLinks: isOwnPage ? offerForLinks : undefined,
      guided: isOwnPage ? async () => (await import('./guided.ts')).openGuided(server) : undefined,
    },
    sheet: signal(undefined),
    adding: signal(false),
  };
  const offs = [views.close, closeWhenOver(world), unsilenceByClick(phone)];
  return {
    world,
    close: async () => {
      for (const off of offs) off();
      await phone.close();
    },
  };
}

function serverOf({ server, configuration }: OpenOptions): ServerPort {
  const port = serverAt(server);
  return configuration === undefined ? port : { ...port, configuration };
}

// What was open above a call goes with it.
function closeWhenOver({ phone, sheet, adding }: World): () => void {
  return effect(() => {
    if (phone.current.value !== undefined) return;
    sheet.value = undefined;
    adding.value = false;
  });
}

// Any click or key lets a browser play sounds.
function unsilenceByClick(phone: Phone): () => void {
  const ending = new AbortController();
  const { signal: until } = ending;
  const heard = (): void => {
    if (phone.silenced.peek()) phone.unsilence();
  };
  addEventListener('pointerdown', heard, { signal: until });
  addEventListener('keydown', heard, { signal: until });
  return () => ending.abort();
}
