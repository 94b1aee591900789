// How a command fails: what happened, why, what to do next, and the exit status.
import { SipError } from '@offhook/sip';
import { StorageError } from '../server/storage/errors.ts';
import { UserError } from '../server/users/users.ts';

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
    options: { code: string; status: ExitStatus; next?: string | undefined; sipStatus?: number | undefined; cause?: unknown },
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
      const next = error.code === 'USER_EXISTS' ? 'offhook user passwd changes the password of a user' : undefined;
      return new Failure(error.message, { code: error.code, status: exitStatus.refused, next });
    }
    if (error instanceof StorageError) {
      return new Failure(error.message, {
        code: error.code,
        status: exitStatus.refused,
        next: 'Check the data folder: its space, its rights, and whether another program holds it',
        cause: error,
      });
    }
    const cause = error instanceof Error ? error : new Error(String(error));
    return systemFailure(cause);
  }
}

/** Prints a failure: a JSON object on standard output, or words on standard error. */
export function tellFailure(failure: Failure, json: boolean): void {
  if (json) {
    const { code, message, next, sipStatus } = failure;
    process.stdout.write(`${JSON.stringify({ event: 'failed', code, message, status: sipStatus, next })}\n`);
    return;
  }
  process.stderr.write(`offhook: ${failure.message}\n`);
  if (failure.next !== undefined) process.stderr.write(`Next step: ${failure.next}\n`);
}

const nextSteps: Readonly<Partial<Record<SipError['code'], string>>> = {
  SIP_TIMEOUT: 'Check that the address and port are right and that the peer is running; --transport tcp tells a dead peer sooner',
  SIP_TRANSPORT: 'Check that the peer is running and that the transport is the one it speaks (--transport udp|tcp|ws)',
  SIP_UNRESOLVED: 'Check the spelling of the host name, or give its address',
  SIP_AUTH: 'Check --user and --password; offhook user passwd sets a new one',
  SIP_PARSE_URI: 'An address looks like sip:bob@example.com',
  SIP_NO_COMMON_CODEC: 'Offhook speaks PCMU and PCMA; allow one of them at the peer',
};

const networkCodes: ReadonlySet<string> = new Set(['SIP_TIMEOUT', 'SIP_TRANSPORT', 'SIP_UNRESOLVED']);

function sipFailure(error: SipError): Failure {
  const status = networkCodes.has(error.code)
    ? exitStatus.network
    : error.code === 'SIP_PARSE_URI'
      ? exitStatus.usage
      : exitStatus.refused;
  const next = nextSteps[error.code] ?? nextForStatus(error.status);
  return new Failure(error.message, { code: error.code, status, next, sipStatus: error.status, cause: error });
}

function nextForStatus(status: number | undefined): string | undefined {
  switch (status) {
    case 401:
    case 407:
      return 'Give --user and --password';
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
    default:
      return undefined;
  }
}

function systemFailure(error: Error): Failure {
  const { code } = error as { readonly code?: unknown };
  switch (code) {
    case 'EADDRINUSE':
      return new Failure('The port is in use', { code, status: exitStatus.network, next: 'Choose another with --sip-port and --http-port', cause: error });
    case 'EACCES':
    case 'EPERM':
      return new Failure(`Not allowed: ${error.message}`, { code, status: exitStatus.refused, next: 'Ports below 1024 and foreign folders need more rights', cause: error });
    case 'EADDRNOTAVAIL':
      return new Failure('That address is not one of this machine', { code, status: exitStatus.usage, next: 'Leave --host out to use 127.0.0.1', cause: error });
    case 'ENOENT':
      return new Failure(`Not found: ${error.message}`, { code, status: exitStatus.usage, cause: error });
    default:
      return new Failure(error.message, { code: typeof code === 'string' ? code : 'OFFHOOK_FAULT', status: exitStatus.refused, cause: error });
  }
}
