// The tap as text: one observation a line, as JSON in plain ASCII; and back, with nothing taken on trust.
import type { RunningTimer } from '../../base/machine.ts';
import { fail, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type {
  Observation,
  ObservedAddress,
  ObservedStream,
  TransactionKind,
} from '../../base/tap.ts';
import { redactObservation } from './redact.ts';

/** How observations are written. */
export interface TapLineOptions {
  /** Masks secrets; true unless said. */
  readonly redact?: boolean;
}

/** Why a line was not taken. */
export interface TapLineProblem {
  /** In plain words. */
  readonly text: string;
}

/** Characters of the longest line that is read: a whole message with every byte escaped, and room for the rest. */
const longestLine = 1_000_000;

/** One observation as a line without its end. Control characters, C1 and everything beyond ASCII are escaped. */
export function formatTapLine(observation: Observation, options: TapLineOptions = {}): string {
  const told = (options.redact ?? true) ? redactObservation(observation) : observation;
  return JSON.stringify(told).replace(/[\u007f-\uffff]/g, escapeOf);
}

/** Reads one line; unknown fields are dropped, wrong ones make it a problem. */
export function parseTapLine(line: string): Result<Observation, TapLineProblem> {
  if (line.length > longestLine) return fail({ text: `Longer than ${longestLine} characters` });
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return fail({ text: 'Not JSON' });
  }
  const reader = new Fields(value, '');
  const observation = readObservation(reader);
  const [wrong] = reader.wrong;
  if (wrong !== undefined) return fail({ text: wrong });
  return observation === undefined
    ? fail({ text: `No observation of kind ${reader.text('kind')}` })
    : ok(observation);
}

function readObservation(fields: Fields): Observation | undefined {
  if (fields.number('v') !== 1) {
    fields.wrong.push('Not version 1');
    return undefined;
  }
  const head = {
    ...{ v: 1 as const, at: fields.number('at'), endpoint: fields.text('endpoint') },
    ...optional('moved', fields.maybeNumber('moved')),
  };
  const kind = fields.text('kind');
  switch (kind) {
    case 'message':
      return {
        ...head,
        kind,
        direction: fields.oneOf('direction', ['in', 'out'] as const),
        protocol: fields.text('protocol'),
        flow: fields.text('flow'),
        local: address(fields.fields('local')),
        remote: address(fields.fields('remote')),
        text: fields.text('text'),
        ...optional('transaction', fields.maybeText('transaction')),
        ...optional('repeat', fields.maybeFlag('repeat')),
      };
    case 'dropped':
      return {
        ...head,
        kind,
        flow: fields.text('flow'),
        remote: address(fields.fields('remote')),
        reason: fields.text('reason'),
        text: fields.text('text'),
      };
    case 'flow':
      return {
        ...head,
        kind,
        flow: fields.text('flow'),
        event: fields.oneOf('event', ['opened', 'closed', 'failed'] as const),
        protocol: fields.text('protocol'),
        local: address(fields.fields('local')),
        remote: address(fields.fields('remote')),
        ...optional('reason', fields.maybeText('reason')),
      };
    case 'transaction':
      return {
        ...head,
        ...step(fields),
        kind,
        figure: fields.oneOf('figure', transactionKinds),
        method: fields.text('method'),
        branch: fields.text('branch'),
        callId: fields.text('callId'),
      };
    case 'dialog':
      return {
        ...head,
        ...step(fields),
        kind,
        callId: fields.text('callId'),
        localTag: fields.text('localTag'),
        remoteTag: fields.text('remoteTag'),
        ...optional('transaction', fields.maybeText('transaction')),
      };
    case 'session':
      return {
        ...head,
        ...step(fields),
        kind,
        callId: fields.text('callId'),
        ...optional('dialog', fields.maybeText('dialog')),
        ...(fields.maybeText('part') === undefined
          ? {}
          : { part: fields.oneOf('part', ['1xx', 'timer'] as const) }),
      };
    case 'subscription':
      return {
        ...head,
        ...step(fields),
        kind,
        role: fields.oneOf('role', ['subscriber', 'notifier', 'publisher'] as const),
        package: fields.text('package'),
        callId: fields.text('callId'),
        ...optional('dialog', fields.maybeText('dialog')),
      };
    case 'offer-answer':
      return {
        ...head,
        ...step(fields),
        kind,
        session: fields.text('session'),
        streams: fields.list('streams').map(stream),
      };
    case 'registration':
      return { ...head, ...step(fields), kind, aor: fields.text('aor') };
    case 'media':
      return {
        ...head,
        kind,
        session: fields.text('session'),
        line: fields.number('line'),
        sentPackets: fields.number('sentPackets'),
        receivedPackets: fields.number('receivedPackets'),
        lostPackets: fields.number('lostPackets'),
        jitterMilliseconds: fields.number('jitterMilliseconds'),
        codec: fields.maybeText('codec'),
        ...optional('roundTripMilliseconds', fields.maybeNumber('roundTripMilliseconds')),
        ...optional('concealedShare', fields.maybeNumber('concealedShare')),
        ...optional('level', fields.maybeNumber('level')),
        ...(fields.maybeFlag('interim') === true ? { interim: true } : {}),
      };
    default:
      return undefined;
  }
}

const transactionKinds: readonly TransactionKind[] = [
  'invite-client',
  'non-invite-client',
  'invite-server',
  'non-invite-server',
];

interface StepFields {
  readonly id: string;
  readonly event: string;
  readonly before?: string;
  readonly after: string;
  readonly actions: readonly string[];
  readonly timers: readonly RunningTimer[];
  readonly stray?: boolean;
}

function step(fields: Fields): StepFields {
  return {
    id: fields.text('id'),
    event: fields.text('event'),
    ...optional('before', fields.maybeText('before')),
    after: fields.text('after'),
    actions: fields.texts('actions'),
    timers: fields
      .list('timers')
      .map((timer) => ({ name: timer.text('name'), due: timer.number('due') })),
    ...optional('stray', fields.maybeFlag('stray')),
  };
}

function address(fields: Fields): ObservedAddress {
  return { host: fields.text('host'), port: fields.number('port') };
}

function stream(fields: Fields): ObservedStream {
  return {
    media: fields.text('media'),
    codec: fields.maybeText('codec'),
    direction: fields.text('direction'),
    local: fields.has('local') ? address(fields.fields('local')) : undefined,
    remote: fields.has('remote') ? address(fields.fields('remote')) : undefined,
  };
}

function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [N in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [N in Name]?: Value });
}

function escapeOf(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The fields of one JSON object; what is wrong is noted, and a harmless value stands in until the reader looks. */
class Fields {
  readonly wrong: string[];
  readonly #path: string;
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(value: unknown, path: string, wrong: string[] = []) {
    this.#path = path;
    this.wrong = wrong;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isObject) wrong.push(`${path === '' ? 'The line' : path} is no object`);
    this.#values = new Map(isObject ? Object.entries(value) : []);
  }

  has(name: string): boolean {
    const value = this.#values.get(name);
    return value !== undefined && value !== null;
  }

  text(name: string): string {
    const value = this.#values.get(name);
    return typeof value === 'string' ? value : this.#fault(name, 'text', '');
  }

  number(name: string): number {
    const value = this.#values.get(name);
    return typeof value === 'number' && Number.isFinite(value)
      ? value
      : this.#fault(name, 'a number', 0);
  }

  maybeText(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }

  maybeNumber(name: string): number | undefined {
    return this.has(name) ? this.number(name) : undefined;
  }

  maybeFlag(name: string): boolean | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#values.get(name);
    return typeof value === 'boolean' ? value : this.#fault(name, 'true or false', undefined);
  }

  oneOf<Word extends string>(
    name: string,
    words: readonly [Word, ...Word[]] | readonly Word[],
  ): Word {
    const value = this.text(name);
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    const [first] = words;
    if (first === undefined) throw new TypeError('No words to choose from');
    return this.#fault(name, `one of ${words.join(', ')}`, first);
  }

  fields(name: string): Fields {
    return new Fields(this.#values.get(name), this.#where(name), this.wrong);
  }

  texts(name: string): readonly string[] {
    return this.#array(name).map((value) =>
      typeof value === 'string' ? value : this.#fault(name, 'a list of texts', ''),
    );
  }

  list(name: string): readonly Fields[] {
    return this.#array(name).map(
      (value, index) => new Fields(value, `${this.#where(name)}[${index}]`, this.wrong),
    );
  }

  #array(name: string): readonly unknown[] {
    const value = this.#values.get(name);
    return Array.isArray(value) && value.length <= 1000 ? value : this.#fault(name, 'a list', []);
  }

  #fault<Value>(name: string, expected: string, instead: Value): Value {
    this.wrong.push(`${this.#where(name)} is not ${expected}`);
    return instead;
  }

  #where(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }
}
