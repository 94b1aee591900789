// The viewer in the person's browser, served until Ctrl+C; what it shows never leaves this machine.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { serveOpened } from '../server/web/opened.ts';
import { webFolders } from '../server/web-service.ts';
import { misuse } from './failure.ts';
import type { Output } from './output.ts';
import { stopped } from './signal.ts';

/** Opens the viewer with the captures at `paths`; `place` is the part of its address after the page. Ends with Ctrl+C. */
export async function openViewer(
  paths: readonly string[],
  place: string,
  out: Output,
): Promise<void> {
  for (const path of paths)
    if (!statSync(path).isFile())
      throw misuse(`${path} is no file`, 'Name capture files to open them');
  const files = paths.map((path) => ({ name: basename(path), path: resolve(path) }));
  const viewer = await serveOpened({ files, folders: webFolders });
  const url = `${viewer.url}trace${place}`;
  const isOpening = await openBrowser(url);
  out.event(
    'viewer',
    { url },
    `The viewer is at ${url}\n${isOpening ? 'Your browser opens it.' : 'Open it in your browser.'} Ctrl+C ends it.`,
  );
  await stopped();
  await viewer.close();
}

const openers: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
  linux: ['xdg-open'],
};

/** Asks the desktop to open the address; false where there is no desktop. */
async function openBrowser(url: string): Promise<boolean> {
  const { platform, env, stdout } = process;
  const opener = openers[platform];
  const hasDesktop =
    platform !== 'linux' || (env['DISPLAY'] ?? env['WAYLAND_DISPLAY'] ?? '') !== '';
  if (opener === undefined || !hasDesktop || !stdout.isTTY) return false;
  const [command, ...before] = opener;
  const child = spawn(command, [...before, url], { stdio: 'ignore', detached: true });
  child.unref();
  try {
    await once(child, 'spawn');
    return true;
  } catch {
    return false;
  }
}
