// Why a message is not stored although the database could.

/** Thrown where a message is to be stored that must not be; carries what its sender is told. */
export class NotKept extends Error {
  override readonly name = 'NotKept';
  readonly status: number;
  readonly reason: string | undefined;

  constructor(status: number, reason?: string) {
    super(reason ?? `The message is refused with ${status}`);
    this.status = status;
    this.reason = reason;
  }
}
