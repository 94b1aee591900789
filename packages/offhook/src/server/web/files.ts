// The built page as it is served: every file of its folder by name, in memory, so that no path of a request reaches the disk.
import { createHash } from 'node:crypto';
import { readFile, readdir, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Clock } from '@offhook/sip';

/** One file, ready to be sent. */
export interface PageFile {
  readonly type: string;
  /** A strong validator, with its quotes. */
  readonly etag: string;
  /** Its name holds a hash of what is in it: it never changes. */
  readonly isImmutable: boolean;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same bytes packed, made when first asked for; undefined for what is packed already. */
  packed(encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> | undefined;
}

/** How a file may be packed on its way. */
export type Encoding = 'br' | 'gzip';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.gz': 'application/gzip',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.wav': 'audio/wav',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

const packable = new Set(['.css', '.html', '.js', '.json', '.map', '.svg', '.webmanifest']);
const hashed = /^\/assets\/.*-[\w-]{8,}\.\w+$/;
/** How long what was found in the folder stands, in milliseconds; octets of a file; files. */
const fresh = 2_000;
const largest = 16 * 1024 * 1024;
const most = 1_000;

/** The files of one folder; it may be built, or built anew, while they are served. */
export class PageFiles {
  readonly #folder: string;
  readonly #clock: Clock;
  #known = new Map<string, Known>();
  #freshUntil = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** The file of a path such as `/assets/a.js`; undefined when there is none. */
  async get(path: string): Promise<PageFile | undefined> {
    if (this.#clock.now() >= this.#freshUntil) await (this.#looking ??= this.#look());
    return this.#known.get(path)?.file;
  }

  async #look(): Promise<void> {
    try {
      const found = new Map<string, Known>();
      for (const name of (await namesIn(this.#folder)).slice(0, most)) {
        const path = `/${relative(this.#folder, name).split(sep).join('/')}`;
        const known = await readKnown(name, path, this.#known.get(path));
        if (known !== undefined) found.set(path, known);
      }
      this.#known = found;
    } finally {
      this.#freshUntil = this.#clock.now() + fresh;
      this.#looking = undefined;
    }
  }
}

interface Known {
  /** Size and time of the last change. */
  readonly version: string;
  readonly file: PageFile;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    // Not built yet.
    return [];
  }
}

async function readKnown(
  name: string,
  path: string,
  known: Known | undefined,
): Promise<Known | undefined> {
  try {
    const { size, mtimeMs } = await stat(name);
    const version = `${size} ${mtimeMs}`;
    if (known?.version === version) return known;
    return size > largest ? undefined : { version, file: pageFile(path, await readFile(name)) };
  } catch {
    // Gone since the folder was read: it is being built.
    return undefined;
  }
}

function pageFile(path: string, read: Buffer): PageFile {
  const bytes = new Uint8Array(read);
  const extension = extname(path);
  const packs = new Map<Encoding, Promise<Uint8Array<ArrayBuffer>>>();
  return {
    type: types[extension] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    isImmutable: hashed.test(path),
    bytes,
    packed(encoding) {
      if (!packable.has(extension)) return undefined;
      const made = packs.get(encoding) ?? pack(bytes, encoding);
      packs.set(encoding, made);
      return made;
    },
  };
}

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

async function pack(bytes: Uint8Array, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  return new Uint8Array(await (encoding === 'br' ? brotli(bytes, { params }) : zip(bytes)));
}
