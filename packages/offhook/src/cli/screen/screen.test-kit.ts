// A scene with calls of the samples for the tests of the screen.
import { TraceBook } from '@offhook/sip/trace';
import { call, seen, start } from '../../server/trace/trace.test-kit.ts';
import { draw } from './draw.ts';
import { press } from './press.ts';
import type { Pressed } from './press.ts';
import { firstState } from './state.ts';
import type { Scene, ScreenState } from './state.ts';

/** Three calls and a registration. */
export function sampleBook(): TraceBook {
  const book = new TraceBook();
  const offer =
    'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n';
  for (const one of [
    ...call({ callId: 'one', at: start, headers: ['Content-Type: application/sdp'], body: offer }),
    ...call({ callId: 'two', from: 'carol', at: start + 60_000 }, '486 Busy Here'),
    seen('REGISTER', { callId: 'reg', to: 'alice', at: start + 120_000 }),
    seen('INVITE', { callId: 'three', from: 'dave', to: '%1B%5B31mevil', at: start + 180_000 }),
  ])
    book.observe(one);
  return book;
}

/** A person before the screen. */
export class Person {
  readonly book: TraceBook = sampleBook();
  state: ScreenState;
  #size = { rows: 24, columns: 160 };

  constructor(filter = '') {
    this.state = firstState(filter);
  }

  get scene(): Scene {
    const { book } = this;
    return {
      calls: book.calls,
      document: (id) => book.document(id),
      source: 'test',
      ...this.#size,
    };
  }

  /** Makes the terminal this large. */
  resize(rows: number, columns: number): void {
    this.#size = { rows, columns };
  }

  /** Presses keys: names with blanks between them. */
  press(keys: string): Pressed {
    let pressed: Pressed = { state: this.state };
    for (const name of keys.split(' ')) {
      const text = name.length === 1 ? name : undefined;
      pressed = press(this.state, { name, text }, this.scene);
      this.state = pressed.state;
    }
    return pressed;
  }

  /** Types a text and Enter. */
  enter(text: string): Pressed {
    for (const char of text)
      this.state = press(
        this.state,
        { name: char === ' ' ? 'space' : char, text: char },
        this.scene,
      ).state;
    return this.press('enter');
  }

  /** The lines of the screen, without their tones. */
  get lines(): readonly string[] {
    return draw(this.state, this.scene).map((line) =>
      line
        .map(({ text }) => text)
        .join('')
        .trimEnd(),
    );
  }

  /** The whole screen. */
  get screen(): string {
    return this.lines.join('\n');
  }

  /** The line of the list that the cursor is at. */
  get cursorLine(): string {
    const line = draw(this.state, this.scene).find((spans) =>
      spans.some(({ tone }) => tone === 'cursor'),
    );
    return (line ?? []).map(({ text }) => text).join('');
  }
}
