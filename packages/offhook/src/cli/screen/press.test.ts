// The screen of `offhook trace` under the fingers: what each key does, and what is seen then.
import { describe, expect, test } from 'vitest';
import { keyOf } from './terminal.ts';
import { Person } from './screen.test-kit.ts';

describe('The list', () => {
  test('shows each call on a line with its columns, faults named, and nothing that a stranger wrote moves the cursor (A15)', () => {
    const { lines, screen } = new Person();
    expect(lines[1]).toMatch(/^ {3}Time\^ +Method +From +To +Msgs +Source +Destination +State/);
    expect(lines.slice(2, 6).map((line) => line.slice(16).trim().split(/ +/).slice(0, 2))).toEqual([
      ['INVITE', 'alice@example.com'],
      ['INVITE', 'carol@example.com'],
      ['REGISTER', 'alice@example.com'],
      ['INVITE', 'dave@example.com'],
    ]);
    expect(lines[2]).toContain('COMPLETED');
    expect(lines[3]).toMatch(/BUSY +refused/);
    expect(screen).not.toContain('\u001B');
  });

  test('the cursor goes up and down, to the ends and page by page, by arrows and by the keys of vi', () => {
    const person = new Person();
    for (const [keys, from] of [
      ['home', 'alice'],
      ['down', 'carol'],
      ['j', 'alice'],
      ['j j j', 'dave'],
      ['k', 'alice'],
      ['g', 'alice'],
      ['G', 'dave'],
      ['pageup', 'alice'],
      ['pagedown', 'dave'],
    ] as const) {
      person.press(keys);
      expect([keys, person.cursorLine]).toEqual([keys, expect.stringContaining(`${from}`)]);
    }
  });

  test('/ searches while it is typed, Escape ends the search, f takes an expression', () => {
    const person = new Person();
    person.press('/ c a r o l');
    expect(person.screen).toContain('1 of 4 ');
    expect(person.screen).toContain('Search: carol_');
    person.press('enter');
    expect(person.screen).toContain('filter: carol');
    person.press('escape');
    expect(person.screen).toContain('4 calls');
    person.press('f');
    person.enter('method:invite -from:carol status:2xx');
    expect(person.screen).toContain('1 of 4 ');
    person.press('f7 ctrl+u');
    person.enter('colour:red');
    expect(person.lines.at(-1)).toContain('Fields are method, from');
  });

  test('on 80 columns it still tells who calls whom and how it goes, and how to leave; the cursor and marks are signs, not colours alone', () => {
    const person = new Person();
    person.resize(24, 80);
    expect(person.lines[1]).toMatch(/^ {3}Time\^ +Method +From +To +Msgs +State/);
    expect(person.lines[0]).toMatch(/^ offhook trace {2}\| {2}4 calls {2}\| {2}test/);
    person.press('home space down');
    expect(person.lines[2]).toMatch(/^ \* .* alice@.* bob@.* COMPLETED/);
    expect(person.lines[3]).toMatch(/^> {2}.* BUSY/);
    expect(person.lines.at(-1)).toMatch(/^ Enter flow .*h help {2}q quit$/);
    expect(person.lines.every((line) => line.length <= 80)).toBe(true);
  });

  test('< and > choose the column to sort by, z turns it round', () => {
    const person = new Person();
    person.press('> >');
    expect(person.lines[1]).toContain('From^');
    person.press('z home');
    expect(person.lines[1]).toContain('Fromv');
    expect(person.cursorLine).toContain('dave');
    person.press('< < < <');
    expect(person.lines[1]).toContain('Timev');
  });

  test('F5 clears it, p pauses it, A lets the cursor stay at the newest', () => {
    const person = new Person();
    person.press('p');
    expect(person.screen).toContain('PAUSED');
    person.press('p A');
    expect([person.state.isPaused, person.state.follows]).toEqual([false, false]);
    person.press('f5');
    expect(person.screen).toContain('0 of 4 ');
  });

  test('s asks for a name and saves what is marked, or all that is shown', () => {
    const person = new Person();
    person.press('s ctrl+u');
    expect(person.enter('all.pcap').wish).toEqual({
      ...{ kind: 'save', path: 'all.pcap' },
      calls: ['one', 'two', 'reg', 'three'],
    });
    person.press('home space down down space f2 ctrl+u');
    expect(person.enter('a b.txt').wish).toMatchObject({ path: 'a b.txt', calls: ['one', 'reg'] });
    expect(person.press('s escape').wish).toBeUndefined();
  });

  test('q and Ctrl+C leave', () => {
    expect(new Person().press('q').wish).toEqual({ kind: 'quit' });
    expect(new Person().press('enter / ctrl+c').wish).toEqual({ kind: 'quit' });
  });
});

describe('The flow', () => {
  test('Enter draws the messages of the call between its parties, with their labels', () => {
    const person = new Person();
    person.press('home enter');
    const drawn = person.lines
      .slice(1, 9)
      .map((line) => line.slice(0, 96).replaceAll(/ +/g, ' ').trimEnd());
    expect(drawn[0]).toMatch(/alice/);
    expect(drawn[2]).toMatch(/^> \d\d:\d\d:\d\d\.\d{3} \|-* INVITE \(SDP\) -*>\| T1/);
    expect(drawn[3]).toMatch(/\|<-* 180 Ringing.* -*\| T1/);
    expect(drawn).toHaveLength(8);
  });

  test('d tells of session descriptions, the preview shows the message at the cursor, Enter shows it alone', () => {
    const person = new Person();
    person.press('home enter d');
    expect(person.screen).toContain('192.0.2.1:4000 PCMU');
    expect(person.screen).toContain('| INVITE sip:bob@example.com SIP/2.0');
    person.press('j enter');
    expect(person.lines[2]).toBe('SIP/2.0 180 Ringing');
    person.press('q q');
    expect(person.lines[1]).toContain('Method');
  });

  test('several marked calls are one flow; r shows all of it raw, and it scrolls', () => {
    const person = new Person();
    person.press('home space down space enter');
    expect(person.screen).toContain('486 Busy Here');
    person.press('r');
    const [, first] = person.lines;
    person.press('down down');
    expect(person.lines[1]).not.toBe(first);
    person.press('end');
    expect(person.screen).toContain('ACK sip:bob@example.com SIP/2.0');
    person.press('pagedown home');
    expect(person.lines[1]).toBe(first);
  });

  test('a call that the book has forgotten is said to be', () => {
    const person = new Person();
    person.press('home');
    person.state = { ...person.state, views: ['list', 'flow'], flow: ['gone'] };
    expect(person.screen).toContain('Nothing of this call is known any more');
  });
});

describe('Everywhere', () => {
  test('F1, h and ? tell the keys, i counts, c changes the colours, Escape goes back', () => {
    const person = new Person();
    person.press('h');
    expect(person.screen).toContain('Space: select calls');
    person.press('? i');
    expect(person.screen).toMatch(/INVITE +3/);
    expect(person.screen).toMatch(/refused +1/);
    person.press('escape c');
    expect(person.state.colours).toBe('call');
    person.press('f1 escape');
    expect(person.lines[1]).toContain('Method');
  });

  test.each([
    [5, 40],
    [24, 80],
    [50, 300],
  ])('a terminal of %d lines and %d columns has exactly that, in every view', (rows, columns) => {
    for (const keys of ['home', 'home enter', 'x', 'r', 'i', 'h', '/']) {
      const person = new Person();
      person.resize(rows, columns);
      person.press(keys);
      expect(person.lines).toHaveLength(rows);
      expect(Math.max(...person.lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    }
  });

  test('keys that mean nothing change nothing', () => {
    const person = new Person();
    const before = person.state;
    person.press('f11 W 7 ctrl+w insert');
    expect({ ...person.state, told: '' }).toEqual(before);
  });

  test('keys of the terminal have our names', () => {
    expect(keyOf('\r', { name: 'return' })).toEqual({ name: 'enter' });
    expect(keyOf(' ', { name: 'space' })).toEqual({ name: 'space', text: ' ' });
    expect(keyOf('A', { name: 'a' })).toEqual({ name: 'A', text: 'A' });
    expect(keyOf(undefined, { name: 'f3' })).toEqual({ name: 'f3' });
    expect(keyOf('\u0003', { name: 'c', ctrl: true })).toEqual({ name: 'ctrl+c' });
    expect(keyOf('\u001B[Z', {})).toBeUndefined();
  });
});
