// A certificate that the system makes for itself, with openssl, so that TLS works before anybody has bought one.
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CertificateFiles } from '@offhook/sip/node';

/** Where a made certificate is kept. */
export function selfSignedFiles(folder: string): CertificateFiles {
  return { cert: join(folder, 'tls-cert.pem'), key: join(folder, 'tls-key.pem') };
}

/** Makes one that names `names`, domains and addresses; rejects with what openssl said, or ENOENT where there is none. */
export async function makeSelfSigned(folder: string, names: readonly string[]): Promise<void> {
  const files = selfSignedFiles(folder);
  const workshop = mkdtempSync(join(folder, 'tls-new-'));
  try {
    writeFileSync(join(workshop, 'wish.cnf'), configuration(names));
    await promisify(execFile)(
      'openssl',
      [
        ...['req', '-x509', '-config', 'wish.cnf', '-days', String(daysValid), '-nodes'],
        ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
        ...['-keyout', 'key.pem', '-out', 'cert.pem'],
      ],
      { cwd: workshop, timeout: 20_000 },
    );
    // The key first: a certificate in its place then always has its key beside it.
    for (const [made, kept] of [
      ['key.pem', files.key],
      ['cert.pem', files.cert],
    ] as const) {
      chmodSync(join(workshop, made), 0o600);
      renameSync(join(workshop, made), kept);
    }
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

// As long as browsers put up with.
const daysValid = 397;

// DNS names, not URIs: with a URI in it, every name of this machine besides the domain would count no more (RFC 5922 §7.1).
function configuration(names: readonly string[]): string {
  const values = [...new Set(names)].map((name) =>
    isIP(name) === 0 ? `DNS:${name}` : `IP:${name}`,
  );
  return [
    '[req]',
    'distinguished_name = name',
    'x509_extensions = uses',
    'prompt = no',
    '[name]',
    'CN = Offhook self-signed',
    '[uses]',
    'basicConstraints = critical, CA:FALSE',
    'keyUsage = critical, digitalSignature',
    'extendedKeyUsage = serverAuth, clientAuth',
    `subjectAltName = ${values.join(', ')}`,
    '',
  ].join('\n');
}
