// What can be wrong with users and the key that seals their secrets, as stable codes.

/** Why a change of users was refused, or why they cannot be read (`USER_KEY`). */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: 'USER_EXISTS' | 'USER_UNKNOWN' | 'USER_NAME' | 'USER_KEY';

  constructor(code: UserError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
