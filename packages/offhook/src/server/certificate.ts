// The certificate that the system serves TLS and WSS with: the given one, or one that it made itself; and its renewal.
import { statSync } from 'node:fs';
import type { Clock, Logger, Timer } from '@offhook/sip';
import { readCertificate } from '@offhook/sip/node';
import type { CertificateFiles, TlsCertificate } from '@offhook/sip/node';
import { makeSelfSigned, selfSignedFiles } from './self-signed.ts';

/** Where a certificate may come from. */
export interface CertificateWish {
  /** Given by the operator; without them one is made, and kept in the folder. */
  readonly files: CertificateFiles | undefined;
  readonly folder: string;
  /** Under which domains and addresses the system is called. */
  readonly names: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** The certificate in use, or why there is none. */
export type ServingCertificate =
  | {
      readonly kind: 'given' | 'self-signed';
      readonly certificate: TlsCertificate;
      readonly files: CertificateFiles;
    }
  | { readonly kind: 'none'; readonly reason: string };

/** Finds the certificate. Rejects only when given files cannot be used; a wish that nobody spoke is not worth a refusal to start. */
export async function findCertificate(wish: CertificateWish): Promise<ServingCertificate> {
  const { files } = wish;
  if (files === undefined) return ownCertificate(wish);
  const certificate = await readCertificate(files);
  warnOfExpiry(certificate, wish);
  return { kind: 'given', certificate, files };
}

async function ownCertificate(wish: CertificateWish): Promise<ServingCertificate> {
  const files = selfSignedFiles(wish.folder);
  const kept = await readCertificate(files).catch(() => undefined);
  if (kept !== undefined && fits(kept, wish))
    return { kind: 'self-signed', certificate: kept, files };
  try {
    await makeSelfSigned(wish.folder, wish.names);
    return { kind: 'self-signed', certificate: await readCertificate(files), files };
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const reason = missing
      ? 'openssl is not installed'
      : `openssl made no certificate: ${String(error)}`;
    wish.log.warn('There is no TLS', { reason });
    return { kind: 'none', reason };
  }
}

const day = 86_400_000;

function fits(certificate: TlsCertificate, { names, clock }: CertificateWish): boolean {
  return certificate.expires - clock.wall() > 30 * day && names.every(certificate.covers);
}

function daysLeft({ expires }: TlsCertificate, clock: Clock): number {
  return Math.floor((expires - clock.wall()) / day);
}

function warnOfExpiry(
  certificate: TlsCertificate,
  { clock, log }: Pick<CertificateWish, 'clock' | 'log'>,
): void {
  const days = daysLeft(certificate, clock);
  if (days >= 14) return;
  log.warn(days < 0 ? 'The TLS certificate has expired' : 'The TLS certificate expires soon', {
    days,
  });
}

/** What a watch needs. */
export interface WatchOptions {
  readonly wish: CertificateWish;
  readonly serving: Exclude<ServingCertificate, { readonly kind: 'none' }>;
  readonly renewed: (certificate: TlsCertificate) => void;
}

/** How often the files are looked at, in milliseconds. */
const lookEvery = 5_000;

/**
 * Looks whether the files of a certificate changed, and hands over the new one once it is whole. Once a day it looks at the
 * date: one of our own making is made anew in time, one that was given is warned of.
 */
export class CertificateWatch {
  readonly #options: WatchOptions;
  #current: TlsCertificate;
  #seen: string;
  readonly #timers = new Map<number, Timer>();
  #closed = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#current = options.serving.certificate;
    this.#seen = lookAt(options.serving.files);
    const { clock } = options.wish;
    const repeat = (milliseconds: number, act: () => Promise<void>): void => {
      if (this.#closed) return;
      const timer = clock.after(milliseconds, () => {
        void act().then(() => repeat(milliseconds, act));
      });
      this.#timers.set(milliseconds, timer);
    };
    repeat(lookEvery, () => this.#look());
    repeat(day, () => this.#lookAtDate());
  }

  /** Reads the files again now, changed or not. What cannot be used is logged, and the old one stays. */
  async renew(): Promise<void> {
    const { serving, wish, renewed } = this.#options;
    const { clock, log } = wish;
    this.#seen = lookAt(serving.files);
    try {
      const certificate = await readCertificate(serving.files);
      if (this.#closed) return;
      this.#current = certificate;
      renewed(certificate);
      log.info('The TLS certificate was renewed', { days: daysLeft(certificate, clock) });
      warnOfExpiry(certificate, wish);
    } catch (error) {
      log.error('The new TLS certificate cannot be used; the old one stays', {
        error: String(error),
      });
    }
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) timer.cancel();
  }

  async #look(): Promise<void> {
    if (lookAt(this.#options.serving.files) !== this.#seen) await this.renew();
  }

  async #lookAtDate(): Promise<void> {
    const { serving, wish } = this.#options;
    if (serving.kind === 'given' || fits(this.#current, wish)) warnOfExpiry(this.#current, wish);
    else if ((await ownCertificate(wish)).kind !== 'none') await this.renew();
  }
}

// By name, not by inode: certificates are renewed by moving links.
function lookAt({ cert, key }: CertificateFiles): string {
  return [cert, key]
    .map((file) => {
      try {
        const { ino, mtimeMs, size } = statSync(file);
        return `${ino} ${mtimeMs} ${size}`;
      } catch {
        // Gone for the moment, or not ours to see any more: reading it says which.
        return 'none';
      }
    })
    .join(' ');
}
