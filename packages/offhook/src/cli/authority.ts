// The file of `--ca`: the authorities whose certificates are trusted, in place of the system's.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { misuse } from './failure.ts';

/** The text of the file, once it is sure that there is a certificate in it; undefined when no file was given. */
export function readAuthority(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  const text = readFileSync(file, 'utf8');
  try {
    // Its first certificate is read; what else is wrong would show at the first connection.
    void new X509Certificate(text);
    return text;
  } catch {
    throw misuse(
      `--ca ${file} holds no certificate in PEM form`,
      'Give the certificate of the authority, or the server’s own when it is self-signed: -----BEGIN CERTIFICATE-----',
    );
  }
}
