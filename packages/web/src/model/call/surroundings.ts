// What a call of the phone needs of the rest of the phone.
import type { OutgoingCall } from '@offhook/sip';
import type { Names } from '../people/names.ts';
import type { Page, PhoneMedia } from '../ports.ts';
import type { Desk } from './desk.ts';

/** The rest of the phone, as its calls see it. */
export interface CallSurroundings {
  readonly page: Page;
  readonly names: Names;
  readonly desk: Desk;
  /** Calls an address; throws a SipError when it is none, or when there is no line. */
  invite(address: string): OutgoingCall<PhoneMedia>;
  /** The camera that our user chose. */
  cameraId(): string | undefined;
  /** Nobody is to ring us. */
  undisturbed(): boolean;
}
