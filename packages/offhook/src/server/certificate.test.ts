// The certificate of the system: made once, kept while it fits, renewed without a restart.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Logger } from '@offhook/sip';
import type { TlsCertificate } from '@offhook/sip/node';
import { VirtualClock } from '@offhook/sip/testing';
import { CertificateWatch, findCertificate } from './certificate.ts';
import type { CertificateWish } from './certificate.ts';
import { makeSelfSigned, selfSignedFiles } from './self-signed.ts';
import { until } from './until.test-kit.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'offhook-cert-'));
  folders.push(folder);
  return folder;
}

function recorder(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const write =
    (level: string) =>
    (text: string): void => {
      lines.push(`${level} ${text}`);
    };
  return {
    lines,
    log: {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
    },
  };
}

function wish(folder: string, more: Partial<CertificateWish> = {}): CertificateWish {
  return {
    files: undefined,
    folder,
    names: ['example.com', '127.0.0.1'],
    // The machine's own date: openssl has no other.
    clock: new VirtualClock({ wall: Date.now() }),
    log: recorder().log,
    ...more,
  };
}

describe.runIf(hasOpenssl)('A certificate of our own making', () => {
  test('It names what we are called, its key is for us alone, and it is kept while it fits', async () => {
    const folder = newFolder();
    const found = await findCertificate(wish(folder));
    if (found.kind === 'none') throw new Error(found.reason);
    expect(found.kind).toBe('self-signed');
    expect(['example.com', '127.0.0.1'].every(found.certificate.covers)).toBe(true);
    expect(found.certificate.covers('other.com')).toBe(false);
    expect(statSync(found.files.key).mode & 0o777).toBe(0o600);
    const again = await findCertificate(wish(folder));
    expect(again).toMatchObject({ certificate: { cert: found.certificate.cert } });
    const renamed = await findCertificate(wish(folder, { names: ['other.com'] }));
    expect(renamed.kind === 'none' || renamed.certificate.covers('other.com')).toBe(true);
  });

  test('It is made anew 30 days before it expires', async () => {
    const folder = newFolder();
    const first = await findCertificate(wish(folder));
    const later = new VirtualClock({ wall: Date.now() + 368 * 86_400_000 });
    const second = await findCertificate(wish(folder, { clock: later }));
    expect(first.kind !== 'none' && second.kind !== 'none').toBe(true);
    if (first.kind === 'none' || second.kind === 'none') return;
    expect(second.certificate.cert).not.toBe(first.certificate.cert);
  });

  test('Without openssl there is none, and the reason is told', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = '/nowhere';
    try {
      expect(await findCertificate(wish(newFolder()))).toEqual({
        kind: 'none',
        reason: 'openssl is not installed',
      });
    } finally {
      process.env['PATH'] = path;
    }
  });
});

describe.runIf(hasOpenssl)('A certificate that was given', () => {
  test('One that cannot be used stops the start', async () => {
    const folder = newFolder();
    const files = { cert: join(folder, 'a.pem'), key: join(folder, 'a.key') };
    await expect(findCertificate(wish(folder, { files }))).rejects.toMatchObject({
      code: 'ENOENT',
    });
    writeFileSync(files.cert, 'nonsense');
    writeFileSync(files.key, 'nonsense');
    await expect(findCertificate(wish(folder, { files }))).rejects.toMatchObject({
      code: 'SIP_CERTIFICATE',
    });
  });

  test('One that expires within 14 days is told of', async () => {
    const folder = newFolder();
    await makeSelfSigned(folder, ['example.com']);
    const { log, lines } = recorder();
    const clock = new VirtualClock({ wall: Date.now() + 390 * 86_400_000 });
    await findCertificate(wish(folder, { files: selfSignedFiles(folder), clock, log }));
    expect(lines).toEqual(['warn The TLS certificate expires soon']);
  });
});

describe.runIf(hasOpenssl)('The watch (S6)', () => {
  test('New files are used within 5 s, and half a change is waited out', async () => {
    const [folder, other] = [newFolder(), newFolder()];
    await makeSelfSigned(folder, ['old.test']);
    await makeSelfSigned(other, ['new.test']);
    const [files, fresh] = [selfSignedFiles(folder), selfSignedFiles(other)];
    const clock = new VirtualClock({ wall: Date.now() });
    const { log, lines } = recorder();
    const renewed: TlsCertificate[] = [];
    const given = wish(folder, { files, clock, log });
    const serving = await findCertificate(given);
    if (serving.kind === 'none') throw new Error(serving.reason);
    const watch = new CertificateWatch({
      ...{ wish: given, serving },
      renewed: (one) => renewed.push(one),
    });
    clock.advance(5_000);
    await until(() => clock.pending === 2);
    expect(renewed).toEqual([]);
    copyFileSync(fresh.cert, files.cert);
    clock.advance(5_000);
    await until(() => lines.length === 1 && clock.pending === 2);
    expect(lines).toEqual(['error The new TLS certificate cannot be used; the old one stays']);
    copyFileSync(fresh.key, files.key);
    clock.advance(5_000);
    await until(() => renewed.length === 1 && clock.pending === 2);
    expect(renewed[0]?.cert).toBe(readFileSync(fresh.cert, 'utf8'));
    await watch.renew();
    expect(renewed).toHaveLength(2);
    watch.close();
    expect(clock.pending).toBe(0);
  });
});

describe.runIf(hasOpenssl)('A system that runs for a year', () => {
  /** Lets `count` days pass, `step` at a time. Each of `watches` has two timers: when all run, all have looked. */
  async function days(
    clock: VirtualClock,
    count: number,
    { step = 1, watches = 2 } = {},
  ): Promise<void> {
    for (let day = 0; day < count; day += step) {
      clock.advance(step * 86_400_000);
      await until(() => clock.pending === 2 * watches);
    }
  }

  test('It makes its own certificate anew a month before the end, and warns of one that was given each day of the last two weeks', async () => {
    const [folder, other] = [newFolder(), newFolder()];
    const clock = new VirtualClock({ wall: Date.now() });
    const own = wish(folder, { clock });
    const serving = await findCertificate(own);
    await makeSelfSigned(other, ['given.test']);
    const gift = recorder();
    const given = wish(other, { files: selfSignedFiles(other), clock, log: gift.log });
    const gifted = await findCertificate(given);
    if (serving.kind === 'none' || gifted.kind === 'none') throw new Error('There is none');
    const renewed: TlsCertificate[] = [];
    const tell = (one: TlsCertificate): void => void renewed.push(one);
    const watch = new CertificateWatch({ wish: own, serving, renewed: tell });
    const giftWatch = new CertificateWatch({ wish: given, serving: gifted, renewed: tell });
    await days(clock, 366, { step: 6 });
    expect(renewed).toEqual([]);
    await days(clock, 2);
    await until(() => renewed.length > 0);
    expect(renewed[0]?.cert).not.toBe(serving.certificate.cert);
    expect(gift.lines).toEqual([]);
    // What openssl makes has the date of today, and would be made anew each day.
    watch.close();
    await days(clock, 28, { watches: 1 });
    expect(new Set(gift.lines)).toEqual(new Set(['warn The TLS certificate expires soon']));
    expect(gift.lines.length).toBeGreaterThanOrEqual(10);
    giftWatch.close();
    expect(clock.pending).toBe(0);
  });
});

test.runIf(hasOpenssl)('openssl itself reads what we made', async () => {
  const folder = newFolder();
  await makeSelfSigned(folder, ['example.com', '::1']);
  const text = execFileSync('openssl', [
    ...['x509', '-noout', '-ext', 'subjectAltName,extendedKeyUsage', '-in'],
    selfSignedFiles(folder).cert,
  ]).toString();
  expect(text).toContain('DNS:example.com, IP Address:0:0:0:0:0:0:0:1');
  expect(text).toContain('TLS Web Server Authentication');
});
