// The page of the viewer: `trace.html`, beside the phone. Captures that are dropped on it are read here and go nowhere.
import { systemClock } from '@offhook/sip';
import { effect } from '@preact/signals';
import { h, render } from 'preact';
import { openViewer } from '../model/trace/open-viewer.ts';
import { keyPressed } from '../view/trace/keyboard.ts';
import { TraceView } from '../view/trace/trace-view.tsx';
import type { TraceWorld } from '../view/trace/trace-world.ts';
import '../view/style/phone.css';
import '../view/trace/style/trace.css';
import '../view/trace/draw/style/draw.css';
import { articleWordsIn } from '../words/article/languages.ts';
import { deviceWordsIn } from '../words/device/languages.ts';
import { faultWordsIn } from '../words/fault/languages.ts';
import { traceWordsFor } from '../words/trace/languages.ts';
import { LiveSettings } from '../model/page/live-settings.ts';
import { articleServerAt } from './browser/article-server.ts';
import { browserTables } from './browser/tables.ts';
import { chosenFiles } from './browser/capture-files.ts';
import { captureSound } from './browser/capture-sound.ts';
import { startReader } from './browser/trace-reader.ts';
import { traceServerAt } from './browser/trace-server.ts';
import { browserViewPorts, saveFile } from './browser/view-ports.ts';
import './page.css';

const place = document.getElementById('trace');
if (place !== null) void open(place);

async function open(place: HTMLElement): Promise<void> {
  // Appearance and language are those of the phone in this browser.
  const settings = new LiveSettings(browserTables(), () => undefined);
  await settings.load();
  const { language, theme } = settings.values.peek();
  const words = traceWordsFor([
    ...(language === undefined ? [] : [language]),
    ...navigator.languages,
  ]);
  const base = new URL('./', location.href);
  const { viewer, lab, devices, article, captures } = openViewer({
    reader: startReader(),
    server: traceServerAt(base),
    articleServer: articleServerAt(base),
    clock: systemClock,
  });
  if (location.hash === '#article') article.open();
  const { ports } = browserViewPorts();
  const world: TraceWorld = {
    viewer,
    lab,
    captures,
    devices,
    deviceWords: deviceWordsIn(words.language),
    words,
    faultWords: faultWordsIn(words.language),
    article,
    articleWords: articleWordsIn(words.language),
    ports: {
      now: ports.now,
      copy: ports.copy,
      sound: captureSound,
      openFiles: (files) => void chosenFiles(files).then((chosen) => captures.open(chosen)),
      save: (name, type, content) => saveFile(name, new Blob([content], { type })),
      address: () => location.href,
    },
  };
  document.documentElement.lang = words.language;
  viewer.follow(location.hash);
  addEventListener('hashchange', () => viewer.follow(location.hash));
  effect(() => {
    const link = viewer.link.value;
    // While a call is waited for, its address stands.
    if (viewer.awaited.value === undefined && location.hash !== `#${link}`)
      history.replaceState(null, '', link === '' ? location.pathname : `#${link}`);
  });
  render(h(TraceView, { world, theme }), place);
  addEventListener('keydown', (event) => keyPressed(world, event));
}
