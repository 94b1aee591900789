// A registration as promises: its beginning, its end, and whom it is sent to.
import type { SipError } from '../message/errors.ts';
import { noParameters } from '../message/parameters.ts';
import type { SipUri } from '../message/uri.ts';
import type { Registration } from '../registration/registration.ts';

/** Registers; resolves on the next 2xx, rejects when it is refused or lost before. */
export function registered(
  registration: Registration,
): Promise<{ readonly expiresSeconds: number }> {
  return new Promise((resolve, reject: (error: SipError) => void) => {
    const offs = [
      registration.events.on('registered', (granted) => settle(() => resolve(granted))),
      registration.events.on('refused', (error) => settle(() => reject(error))),
      registration.events.on('lost', (error) => settle(() => reject(error))),
    ];
    const settle = (act: () => void): void => {
      for (const off of offs) off();
      act();
    };
    registration.register();
  });
}

/** Takes the binding away; resolves when the registrar knows, or cannot be told. */
export async function unregistered(registration: Registration | undefined): Promise<void> {
  if (registration === undefined || registration.state === 'Unregistered') return;
  await new Promise<void>((resolve) => {
    const off = registration.events.on('ended', () => {
      off();
      resolve();
    });
    registration.unregister();
  });
}

/** RFC 3261 §10.2: the domain of an address of record, without a user. */
export function registrarOf({ scheme, host, port }: SipUri): SipUri {
  return { scheme, host, parameters: noParameters, ...(port === undefined ? {} : { port }) };
}
