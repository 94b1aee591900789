// The version of this package, for --version and for User-Agent.
import { readFileSync } from 'node:fs';

const manifest: unknown = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

/** As in package.json. */
export const version: string =
  typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '0.0.0';

/** What goes into User-Agent and Server. */
export const product: string = `Offhook/${version}`;
