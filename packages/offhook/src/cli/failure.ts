// How a command fails: what happened, why, what to do next, and the exit status.
import { SipError } from '@offhook/sip';
import type { Response } from '@offhook/sip/message';
import { UnplayableFile } from '../media/audio/wav.ts';
import { jsonLine, shown } from './output.ts';
import { StorageError } from '../server/storage/errors.ts';
import { UserError } from '../server/users/user-error.ts';

/** 0 done; 1 refused, or a message that is not valid; 2 wrong use; 3 network or time-out. */
export const exitStatus = { done: 0, refused: 1, usage: 2, network: 3 } as const;

/** The number that the command ends with. */
export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

/** A failure as a person reads it. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: string;
  readonly status: ExitStatus;
  readonly next: string | undefined;
  /** The SIP status, when a peer gave one. */
  readonly sipStatus: number | undefined;

  constructor(
    message: string,
    options: {
      code: string;
      status: ExitStatus;
      next?: string | undefined;
      sipStatus?: number | undefined;
      cause?: unknown;
    },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.status = options.status;
    this.next = options.next;
    this.sipStatus = options.sipStatus;
  }

  /** Any error as a failure. */
  static of(error: unknown): Failure {
    if (error instanceof Failure) return error;
    if (error instanceof SipError) return sipFailure(error);
    if (error instanceof UserError) {
      return new Failure(error.message, {
        code: error.code,
        status: exitStatus.refused,
        next: userSteps[error.code],
      });
    }
    if (error instanceof StorageError) return storageFailure(error);
    if (error instanceof UnplayableFile) {
      return new Failure(error.message, {
        code: 'OFFHOOK_FILE',
        status: exitStatus.usage,
        next: 'Give a WAV file of 16-bit PCM or G.711',
      });
    }
    const cause = error instanceof Error ? error : new Error(String(error));
    return systemFailure(cause);
  }
}

/** Prints a failure: a JSON object on standard output, or words on standard error. */
export function tellFailure(failure: Failure, json: boolean): void {
  const { code, message, next, sipStatus } = failure;
  if (json) {
    process.stdout.write(
      `${jsonLine({ event: 'failed', code, message, status: sipStatus, next })}\n`,
    );
    return;
  }
  process.stderr.write(`offhook: ${shown(message)}\n`);
  if (next !== undefined) process.stderr.write(`Next step: ${next}\n`);
}

/** Wrong use of a command, with what to do instead. */
export function misuse(message: string, next: string): Failure {
  return new Failure(message, { code: 'OFFHOOK_USAGE', status: exitStatus.usage, next });
}

const userSteps: Readonly<Record<UserError['code'], string>> = {
  USER_EXISTS: 'offhook user passwd gives a user another password',
  USER_UNKNOWN: 'offhook user list shows who there is; --data and --domain say of which system',
  USER_NAME: 'Choose another name',
  USER_KEY: 'Put the file offhook.key back into the data folder, or start with an empty one',
};

function storageFailure(error: StorageError): Failure {
  const cause = error.cause instanceof Error ? error.cause : undefined;
  const because = cause === undefined ? '' : `: ${cause.message}`;
  return new Failure(`${storageWords[error.code]} (${error.message}${because})`, {
    code: error.code,
    status: exitStatus.refused,
    next: storageSteps[error.code],
    cause: error,
  });
}

const storageWords: Readonly<Record<StorageError['code'], string>> = {
  STORAGE_BUSY: 'Another program holds the database',
  STORAGE_FULL: 'The disk of the data folder is full',
  STORAGE_IO: 'The data folder cannot be used',
  STORAGE_CORRUPT: 'The database is damaged',
  STORAGE_IN_USE: 'The system cannot start twice',
  STORAGE_SQL: 'The database refused a change',
  STORAGE_CLOSED: 'The database was closed',
};

const storageSteps: Readonly<Record<StorageError['code'], string>> = {
  STORAGE_BUSY: 'Close the program that has offhook.sqlite open, and try again',
  STORAGE_FULL: 'Make room on that disk, or name another folder with --data',
  STORAGE_IO: 'See that the folder exists and is yours to write, or name another with --data',
  STORAGE_IN_USE: 'Stop the other one first, or give this one a folder of its own with --data',
  STORAGE_CORRUPT: 'offhook serve sets it aside and starts with the last backup',
  STORAGE_SQL: 'Please report it: this is a fault of Offhook',
  STORAGE_CLOSED: 'Try again',
};

const nextSteps: Readonly<Partial<Record<SipError['code'], string>>> = {
  SIP_TIMEOUT:
    'Check that the address and port are right and that the peer is running; --transport tcp tells a dead peer sooner',
  SIP_TRANSPORT:
    'Check that the peer is running and that the transport is the one it speaks (--transport udp|tcp|tls|ws|wss)',
  SIP_UNRESOLVED: 'Check the spelling of the host name, or give its address',
  SIP_AUTH: 'Check --user and --password; offhook user passwd sets a new one',
  SIP_CERTIFICATE: 'Check the files of --tls-cert and --tls-key',
  SIP_TOO_LARGE: 'Send it with --transport tcp',
  SIP_PARSE_URI: 'An address looks like sip:bob@example.com',
  SIP_NO_COMMON_CODEC: 'Offhook speaks PCMU and PCMA; allow one of them at the peer',
};

const networkCodes: ReadonlySet<string> = new Set([
  'SIP_TIMEOUT',
  'SIP_TRANSPORT',
  'SIP_UNRESOLVED',
]);

function sipFailure(error: SipError): Failure {
  const { code, response } = error;
  const status = networkCodes.has(code)
    ? exitStatus.network
    : code === 'SIP_PARSE_URI' || code === 'SIP_CERTIFICATE'
      ? exitStatus.usage
      : exitStatus.refused;
  const next = certificateStep(error.cause) ?? nextSteps[code] ?? stepFor(response);
  const message = `${error.message}${reasonOf(error)}`;
  return new Failure(message, { code, status, next, sipStatus: error.status, cause: error });
}

// Why the network would not: in words for what happens most.
function reasonOf({ cause }: SipError): string {
  if (!(cause instanceof Error)) return '';
  switch ('code' in cause ? cause.code : undefined) {
    case 'ECONNREFUSED':
      return ': nobody listens at that address and port';
    case 'ECONNRESET':
      return ': the peer closed the connection';
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
      return ': there is no way to that host';
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
      return ': the peer does not speak TLS at that port';
    default:
      return certificateWords(cause) ?? (cause.message === '' ? '' : `: ${cause.message}`);
  }
}

// What OpenSSL says of a certificate that it does not take, in words.
function certificateWords(cause: Error): string | undefined {
  switch ('code' in cause ? cause.code : undefined) {
    case 'CERT_HAS_EXPIRED':
      return ': the certificate of the peer has expired';
    case 'CERT_NOT_YET_VALID':
      return ': the certificate of the peer is not valid yet';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return ': the certificate of the peer is signed by itself, and is not one that you trust';
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return ': the certificate of the peer comes from an authority that you do not trust';
    case 'CERT_REVOKED':
      return ': the certificate of the peer was revoked';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `: ${cause.message}`;
    default:
      return undefined;
  }
}

function certificateStep(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || certificateWords(cause) === undefined) return undefined;
  switch ('code' in cause ? cause.code : undefined) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'Call the peer by a name that its certificate has';
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
    case 'CERT_REVOKED':
      return 'Its owner has to renew it; check the clock of this machine, too';
    default:
      return 'Give the authority, or the self-signed certificate itself, with --ca FILE (that of offhook serve is tls-cert.pem in its data folder)';
  }
}

function stepFor(response: Response | undefined): string | undefined {
  const warnings = response?.rows('Warning').join() ?? '';
  // RFC 5630 §5.3: the phone is there, but not for this kind of address.
  if (/\b380 /.test(warnings))
    return 'The user’s phone cannot be called by a sips address; call sip:';
  if (/\b381 /.test(warnings)) return 'The user’s phone takes sips addresses only; call sips:';
  switch (response?.status) {
    case 401:
    case 407:
      return 'Give --user and --password, and --server where that is not in the domain of the user';
    case 403:
      return 'Ask the server’s owner whether this call is allowed';
    case 404:
      return 'Check the user’s name; offhook user list shows those of this system';
    case 480:
      return 'The user has no phone registered now; try later';
    case 486:
    case 600:
      return 'The user is busy; try later';
    case 488:
      return nextSteps.SIP_NO_COMMON_CODEC;
    case undefined:
    default:
      return undefined;
  }
}

function systemFailure(error: Error): Failure {
  const { code } = error as { readonly code?: unknown };
  const made = (message: string, status: ExitStatus, next: string): Failure =>
    new Failure(message, {
      code: typeof code === 'string' ? code : 'OFFHOOK_FAULT',
      status,
      next,
      cause: error,
    });
  switch (code) {
    case 'EADDRINUSE':
      return made(
        'The port is in use, and so are those after it',
        exitStatus.network,
        'Choose others with --sip-port, --tls-port, --http-port, --https-port and --stun-port',
      );
    case 'EADDRNOTAVAIL':
      return made(
        'That address is not one of this machine',
        exitStatus.usage,
        'Leave --host out to use 127.0.0.1',
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return made(
        `Not allowed: ${error.message}`,
        exitStatus.refused,
        'Ports below 1024 and folders of others need more rights',
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return made('The disk is full', exitStatus.refused, 'Make room, or write to another disk');
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
    case 'ENOTFOUND':
      return made(
        `The host cannot be reached: ${error.message}`,
        exitStatus.network,
        'Check the host and the network',
      );
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EISDIR':
      return made(`No such file: ${error.message}`, exitStatus.usage, 'Check the path');
    default:
      return made(
        error.message,
        exitStatus.refused,
        'Please report it: this is a fault of Offhook',
      );
  }
}
