// `<offhook-phone>`: the phone as an element of other people's pages, with its styles to itself.
import { effect } from '@preact/signals';
import { h, render } from 'preact';
import type { PhoneCall } from '../model/call.ts';
import { keyPressed } from '../view/keyboard.ts';
import { PhoneView } from '../view/phone-view.tsx';
import styles from '../view/style/phone.css?inline';
import { openInBrowser } from './open.ts';
import type { Opened } from './open.ts';
import type {
  OffhookConfiguration,
  OffhookPhoneElement,
  OffhookPhoneEvents,
} from './element-types.ts';
import own from './element.css?inline';

/**
 * The phone as an element. `server` is where the telephone system is; without it, the server that the script came from.
 *
 * @example
 * <script type="module" src="https://pbx.example.com/phone.js"></script>
 * <offhook-phone></offhook-phone>
 */
export class OffhookPhone extends HTMLElement implements OffhookPhoneElement {
  // Only declared: a value that was set before the class was known must not be overwritten by an empty field.
  declare configuration: (() => Promise<OffhookConfiguration>) | undefined;
  #opened: Promise<Opened> | undefined;
  #offs: (() => void)[] = [];

  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [styles, own].map(sheetOf);
    const server = new URL(this.getAttribute('server') ?? './', import.meta.url);
    const { configuration } = this;
    const opened = openInBrowser({ server, configuration, isOwnPage: false });
    this.#opened = opened;
    void opened.then((phone) => this.#show(root, phone, opened));
  }

  disconnectedCallback(): void {
    for (const off of this.#offs.splice(0)) off();
    void this.#opened?.then((phone) => phone.close());
    this.#opened = undefined;
    if (this.shadowRoot !== null) render(null, this.shadowRoot);
  }

  /** Calls a number, an address or a name; resolves with the call's id, or undefined when that can't be called. */
  async call(target: string): Promise<string | undefined> {
    return (await this.#phone()).call(target)?.id;
  }

  /** Answers the call that rings here, the one that rings longest unless an id is given. */
  async answer(id?: string): Promise<void> {
    const calls = (await this.#phone()).calls.peek();
    calls
      .find(
        (call) => (id === undefined || call.id === id) && call.phase.peek().is === 'ringing here',
      )
      ?.answer();
  }

  /** Ends a call, or refuses it while it rings here; the current one unless an id is given. */
  async hangUp(id?: string): Promise<void> {
    const phone = await this.#phone();
    const found =
      id === undefined ? phone.current.peek() : phone.calls.peek().find((call) => call.id === id);
    if (found?.phase.peek().is === 'ringing here') found.decline();
    else found?.hangUp();
  }

  async #phone(): Promise<Opened['world']['phone']> {
    if (this.#opened === undefined) throw new TypeError('<offhook-phone> is in no page');
    return (await this.#opened).world.phone;
  }

  #show(root: ShadowRoot, { world }: Opened, opened: Promise<Opened>): void {
    // Taken out of the page meanwhile.
    if (this.#opened !== opened) return;
    const { phone } = world;
    const typing = new AbortController();
    // Inside the element only: the page around it has keys of its own.
    root.addEventListener(
      'keydown',
      (event) => {
        if (event instanceof KeyboardEvent) keyPressed(world, event);
      },
      { signal: typing.signal },
    );
    render(h(PhoneView, { world }), root);
    this.#offs.push(
      () => typing.abort(),
      effect(() => {
        const line = phone.line.value;
        this.#tell('offhook-registered', { registered: line === 'ready' });
      }),
      effect(() => {
        for (const call of phone.calls.value) this.#follow(call);
      }),
    );
    this.#tell('offhook-ready', undefined);
  }

  readonly #followed = new WeakSet<PhoneCall>();

  #follow(call: PhoneCall): void {
    if (this.#followed.has(call)) return;
    this.#followed.add(call);
    let last: string | undefined;
    this.#offs.push(
      call.phase.subscribe((phase) => {
        if (phase.is === last) return;
        last = phase.is;
        const { address, name } = call.with.peek();
        const how = phase.is === 'over' ? phase.how : undefined;
        const { id, direction } = call;
        this.#tell('offhook-call', { id, direction, address, name, phase: phase.is, how });
      }),
    );
  }

  #tell<Name extends keyof OffhookPhoneEvents>(
    name: Name,
    detail: OffhookPhoneEvents[Name]['detail'],
  ): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

// Sheets that a script makes are outside of style-src; a style element would be refused.
function sheetOf(text: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
}

customElements.define('offhook-phone', OffhookPhone);
