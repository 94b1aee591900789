// Opens the viewer of a page: what it was opened with comes first, then what the server has, and always what is dropped on it.
import type { Clock } from '@offhook/sip';
import { ArticleCall } from './article.ts';
import type { ArticleServer } from './article.ts';
import type { CaptureFile, ReaderPort } from './ask.ts';
import { Captures } from './captures.ts';
import { DeviceLog } from './device/device-log.ts';
import { FaultLab } from './fault-lab.ts';
import { parseLink } from './link.ts';
import type { TraceServer } from './server.ts';
import { FileSource } from './source/file-source.ts';
import { MissingSource } from './source/missing-source.ts';
import { heard, LiveSource } from './source/live-source.ts';
import { StoredSource } from './source/stored-source.ts';
import { TraceViewer } from './viewer.ts';

/** What the viewer needs of its page. */
export interface ViewerPorts {
  readonly reader: ReaderPort;
  readonly server: TraceServer;
  readonly articleServer: ArticleServer;
  readonly clock: Clock;
}

/** The viewer, and what it can be given. */
export interface OpenedViewer {
  readonly viewer: TraceViewer;
  readonly lab: FaultLab;
  readonly devices: DeviceLog;
  /** The guided call; it says itself whether there is one here. */
  readonly article: ArticleCall;
  /** The files that are opened, and the question where more of them go. */
  readonly captures: Captures;
  /** Settles when the server has said what it has. */
  readonly ready: Promise<void>;
}

/** Opens it. */
export function openViewer(ports: ViewerPorts): OpenedViewer {
  const { reader, server, articleServer, clock } = ports;
  const viewer = new TraceViewer();
  const article = new ArticleCall(articleServer, clock, (callId) => {
    const live = viewer.sources.peek().find(({ kind }) => kind === 'live');
    if (live === undefined) return;
    viewer.show(live);
    viewer.open({ source: live, id: callId });
  });
  const lab = new FaultLab(reader, server, viewer);
  const devices = new DeviceLog(server, clock, viewer);
  const captures = new Captures(reader, viewer);
  const ready = begin(viewer, lab, article, ports);
  return { viewer, lab, devices, article, captures, ready };
}

async function begin(
  viewer: TraceViewer,
  lab: FaultLab,
  article: ArticleCall,
  { reader, server, clock }: ViewerPorts,
): Promise<void> {
  const opened = await server.opened().catch(() => []);
  const files: CaptureFile[] = [];
  for (const [index, { name }] of opened.entries()) {
    const file = await server.openedFile(index, name).catch(() => undefined);
    if (file === undefined) viewer.add(new MissingSource(name, 'opened'));
    else files.push(file);
  }
  if (files.length > 0) viewer.add(new FileSource(reader, files, 'opened'));
  await lab.load();
  // Who was asked to open captures shows these alone.
  if (opened.length === 0 && (await keepsCalls(server))) {
    const live = new LiveSource(reader, server);
    viewer.add(live);
    viewer.add(new StoredSource(reader, server, clock));
    // Its buttons come once all is heard: what was said before would be missing in the drawing.
    void heard(live).then(() => article.look());
  }
  const { source, name } = viewer.awaited.peek() ?? parseLink('');
  if (source === 'lab' && name !== undefined) await lab.open({ file: name });
}

async function keepsCalls(server: TraceServer): Promise<boolean> {
  return await server.calls({ limit: 1 }).then(
    () => true,
    () => false,
  );
}
