// Opens the phone of a page: what was kept is read first, then the line is taken.
import { LivePhone } from './live-phone.ts';
import { rowOf } from './people/rows.ts';
import type { Phone } from './phone.ts';
import type { Page } from './ports.ts';

/** Opens the phone; `join` is the token of a provisioning link. The phone is there at once, and reads what was kept meanwhile. */
export async function openPhone(page: Page, join?: string): Promise<Phone> {
  const phone = new LivePhone(page, { instance: await instanceOf(page), join });
  await Promise.all([
    phone.settings.load(),
    phone.history.load(),
    phone.contacts.load(),
    phone.chats.load(),
    phone.devices.refresh(),
  ]);
  return phone;
}

// RFC 5626 §4.1: the same each time, so that a new page takes the place of the one before; all tabs of a browser are one.
async function instanceOf({ tables, random }: Page): Promise<string> {
  const rows = await tables.all('settings').catch(() => []);
  const kept = rows
    .map(rowOf)
    .find((row) => row?.text('id') === 'instance')
    ?.text('urn');
  if (kept !== undefined) return kept;
  const urn = newUuid(random.bytes(16));
  await tables.put('settings', 'instance', { id: 'instance', urn }).catch(() => undefined);
  return urn;
}

// RFC 9562 §5.4.
function newUuid(bytes: Uint8Array): string {
  const hex = [...bytes]
    .map((byte, at) => (at === 6 ? (byte & 15) | 64 : at === 8 ? (byte & 63) | 128 : byte))
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  const parts = [0, 8, 12, 16, 20].map((from, at, all) => hex.slice(from, all[at + 1]));
  return `urn:uuid:${parts.join('-')}`;
}
