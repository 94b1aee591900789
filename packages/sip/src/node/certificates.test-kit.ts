// A throw-away authority for tests, made by openssl: certificates good and bad, gone when the process ends.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** True when there is an openssl to make certificates with. */
export const hasOpenssl: boolean = spawnSync('openssl', ['version']).status === 0;

/** What a certificate says. */
export interface CertificateWish {
  /** As openssl's configuration has it: `DNS:example.com,URI:sip:example.com`, or `DER:…`; none unless said. */
  readonly san?: string;
  readonly cn?: string;
  /** Until when; in the past with a negative number. */
  readonly days?: number;
  /** Signed by itself, not by the authority. */
  readonly selfSigned?: boolean;
  /** With an RSA key, as older servers have. */
  readonly rsa?: boolean;
}

/** A certificate with its key, as text and as files. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** An authority and what it signs. */
export class TestAuthority {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'offhook-ca-'));
  /** Its own certificate, for those who are to trust it. */
  readonly ca: string;
  readonly caFile: string;
  #made = 0;

  constructor() {
    process.once('exit', () => rmSync(this.folder, { recursive: true, force: true }));
    this.caFile = join(this.folder, 'ca.pem');
    this.#openssl(
      ...['req', '-x509', ...newKey, '-days', '30', '-subj', '/CN=A test authority'],
      ...['-keyout', 'ca.key', '-out', 'ca.pem'],
    );
    this.ca = readFileSync(this.caFile, 'utf8');
  }

  /** Makes a certificate. */
  issue({
    san,
    cn = 'test',
    days = 30,
    selfSigned = false,
    rsa = false,
  }: CertificateWish): TestCertificate {
    this.#made += 1;
    const name = `c${this.#made}`;
    const extensions = san === undefined ? 'basicConstraints=CA:FALSE' : `subjectAltName=${san}`;
    writeFileSync(join(this.folder, `${name}.cnf`), `${extensions}\n`);
    this.#openssl(
      ...['req', '-new', ...(rsa ? newRsaKey : newKey), '-subj', `/CN=${cn}`],
      ...['-keyout', `${name}.key`, '-out', `${name}.csr`],
    );
    const signer = selfSigned
      ? ['-signkey', `${name}.key`]
      : ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-set_serial', String(this.#made + 1000)];
    this.#openssl(
      ...['x509', '-req', '-in', `${name}.csr`, ...signer, '-days', String(days)],
      ...['-extfile', `${name}.cnf`, '-out', `${name}.pem`],
    );
    const [certFile, keyFile] = [
      join(this.folder, `${name}.pem`),
      join(this.folder, `${name}.key`),
    ];
    return {
      cert: readFileSync(certFile, 'utf8'),
      key: readFileSync(keyFile, 'utf8'),
      certFile,
      keyFile,
    };
  }

  #openssl(...words: readonly string[]): void {
    execFileSync('openssl', words, { cwd: this.folder, stdio: 'pipe' });
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'] as const;
const newRsaKey = ['-newkey', 'rsa:2048', '-nodes'] as const;
