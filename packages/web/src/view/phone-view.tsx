// The whole phone: one box that lays itself out by its own size.
import type { ComponentChild } from 'preact';

/** The phone. */
export function PhoneView(): ComponentChild {
  return (
    <main class="phone">
      <h1>Offhook</h1>
    </main>
  );
}
