// Users and addresses out of texts: where the grammar of SIP and SDP says that one stands, and wherever a known one stands.
import { redactMessage } from '../capture/redact.ts';
import { isAddress4, isAddress6 } from './pseudonym.ts';
import type { Pseudonyms } from './pseudonym.ts';

/** What is taken out. Secrets always are. */
export interface Redaction {
  /** Users, numbers and names of people. */
  readonly numbers: boolean;
  /** Addresses and domains. */
  readonly addresses: boolean;
}

/** Headers whose value is grammar, in which a number or a word that is also a user's means something else. */
const grammatical = new Set(
  'cseq content-length l content-type c max-forwards expires rseq rack min-expires retry-after min-se session-expires x require supported k allow accept accept-encoding allow-events u event o subscription-state priority mime-version'.split(
    ' ',
  ),
);

/** An IPv6 address with dashes for its colons. */
const dashed = /^[\da-f]{1,4}(?:-[\da-f]{0,4}){2,8}$/i;

/** Takes users and addresses out of texts. First each text is read, then each is written. */
export class TextRedactor {
  readonly #names: Pseudonyms;
  readonly #what: Redaction;
  #users: RegExp | undefined;
  #hosts: RegExp | undefined;

  constructor(names: Pseudonyms, what: Redaction) {
    this.#names = names;
    this.#what = what;
  }

  /** A whole message; its Content-Length is true again. */
  message(text: string): string {
    const secretless = redactMessage(text);
    const end = /\r?\n\r?\n/.exec(secretless);
    const cut = end === null ? secretless.length : end.index;
    const separator = end?.[0] ?? '';
    const head = secretless.slice(0, cut);
    const body = secretless.slice(cut + separator.length);
    const written = /^[a-z]=/m.test(body) ? this.#description(body) : this.#free(body);
    const grown = written.length - body.length;
    const lines = head.split('\n').map((line, index) => this.#headerLine(line, index, grown));
    return `${lines.join('\n')}${separator}${written}`;
  }

  /** Any other text: a sentence, a URI, a name. */
  text(text: string): string {
    const names = this.#names.users.find(([name]) => name === text);
    return this.#what.numbers && names !== undefined ? names[1] : this.#free(text);
  }

  /** An address or a domain by itself. */
  host(host: string): string {
    return this.#what.addresses ? this.#names.host(host) : host;
  }

  #headerLine(line: string, index: number, grown: number): string {
    const colon = line.indexOf(':');
    const name = index === 0 || colon < 0 ? '' : line.slice(0, colon).trim().toLowerCase();
    if (name === 'content-length' || name === 'l') {
      return line.replace(/(:[ \t]*)(\d{1,9})/, (_, lead: string, length: string) => {
        return `${lead}${Math.max(0, Number(length) + grown)}`;
      });
    }
    if (index > 0 && grammatical.has(name)) return line;
    const start = index === 0 ? 0 : colon + 1;
    const lead = line.slice(0, start);
    // The start line has a status, or a method, which are nobody's.
    if (index === 0) return this.#places(line);
    let value = line.slice(start);
    if (name === 'via' || name === 'v') return lead + this.#places(this.#vias(value));
    if (name === 'call-id' || name === 'i') return lead + this.callId(value);
    value = this.#people(value);
    return lead + this.#free(value);
  }

  #vias(value: string): string {
    return value.replaceAll(
      /(SIP\s*\/\s*2\.0\s*\/\s*[\w-]{1,20}\s+)(\[[^\]\s]{1,64}\]|[^\s:;,]{1,256})/gi,
      (_, lead: string, host: string) => lead + this.host(host),
    );
  }

  /** A Call-ID: what stands after `@` is a host, whatever it looks like. */
  callId(value: string): string {
    const at = value.lastIndexOf('@');
    if (at < 0) return this.#free(value);
    const host = /^[^\s]*/.exec(value.slice(at + 1))?.[0] ?? '';
    const rest = value.slice(at + 1 + host.length);
    const isDashed = dashed.test(host);
    const other = host === '' || isDashed ? this.#dashed(host) : this.host(host);
    return `${this.#free(value.slice(0, at))}@${other}${rest}`;
  }

  // An IPv6 address without the colons that a Call-ID may not have.
  #dashed(host: string): string {
    const address = host.replaceAll('-', ':');
    return isAddress6(address) ? this.host(address).replaceAll(':', '-') : host;
  }

  // Names beside URIs, names in credentials.
  #people(value: string): string {
    if (!this.#what.numbers && !this.#what.addresses) return value;
    let text = value;
    if (this.#what.numbers) {
      text = text
        .replaceAll(
          /"((?:[^"\\]|\\.){0,256})"(?=\s{0,8}<)/g,
          (_, name: string) => `"${this.#person(name)}"`,
        )
        .replace(
          /^([ \t]*)([^\s"<>:;,=@][^"<>:;,=@]{0,128}?)(?=[ \t]*<(?:sips?|tel):)/i,
          (_, lead: string, name: string) => {
            return lead + this.#person(name);
          },
        )
        .replaceAll(
          /(\busername[ \t]*=[ \t]*")([^"]{1,256})(")/gi,
          (_, lead: string, name: string, end: string) => {
            const at = name.indexOf('@');
            const user = at < 0 ? name : name.slice(0, at);
            const host = at < 0 ? '' : `@${this.host(name.slice(at + 1))}`;
            return lead + this.#names.user(user) + host + end;
          },
        );
    }
    return text.replaceAll(
      /(\brealm[ \t]*=[ \t]*")([\w.-]{1,256})(")/gi,
      (_, lead: string, realm: string, end: string) => {
        return lead + this.host(realm) + end;
      },
    );
  }

  #person(name: string): string {
    return name.trim() === '' ? name : this.#names.user(name.trim());
  }

  #description(body: string): string {
    return body
      .split('\n')
      .map((line) => this.#descriptionLine(line))
      .join('\n');
  }

  #descriptionLine(line: string): string {
    const end = line.endsWith('\r') ? '\r' : '';
    const bare = end === '' ? line : line.slice(0, -1);
    if (bare.startsWith('o=')) {
      const [user = '-', ...rest] = bare.slice(2).split(' ');
      const host = rest.pop() ?? '';
      const name = user === '-' || !this.#what.numbers ? user : this.#names.user(user);
      return `o=${[name, ...rest, host === '' ? '' : this.host(host)].join(' ')}${end}`;
    }
    if (this.#what.numbers && /^[sieup]=/.test(bare)) return `${bare.slice(0, 2)}-${end}`;
    const place = /^(c=IN IP[46] )([^\s/]{1,256})(.*)$/.exec(bare);
    if (place !== null)
      return `${place[1] ?? ''}${this.host(place[2] ?? '')}${place[3] ?? ''}${end}`;
    return this.#places(bare) + end;
  }

  /** URIs, addresses, and whatever else is known by now. */
  #free(text: string): string {
    return this.#known(this.#places(text));
  }

  #places(text: string): string {
    let out = text.replaceAll(
      /\b(sips?|pres|im|xmpp|mailto):([^\s<>"@]{1,256}@)?(\[[^\]\s]{1,64}\]|[\w.~-]{1,256})/gi,
      (_, scheme: string, user: string | undefined, host: string) =>
        `${scheme}:${user === undefined ? '' : `${this.#userPart(user.slice(0, -1))}@`}${this.host(host)}`,
    );
    if (this.#what.numbers)
      out = out.replaceAll(/\btel:([+\d][\d().*#-]{0,64})/gi, (_, number: string) => {
        return `tel:${this.#names.user(number)}`;
      });
    // RFC 5626 §4.1: it is the same device for ever.
    if (this.#what.numbers)
      out = out.replaceAll(/\burn:uuid:([\da-f-]{32,36})/gi, (_, device: string) => {
        return `urn:uuid:${this.#names.device(device)}`;
      });
    if (!this.#what.addresses) return out;
    return out
      .replaceAll(/(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)/g, (address) => {
        return isAddress4(address) ? this.#names.host(address) : address;
      })
      .replaceAll(/(?<![\w:.])[\da-f]{0,4}(?::[\da-f]{0,4}){2,8}(?![\w:])/gi, (address) => {
        return isAddress6(address) ? this.#names.host(address) : address;
      })
      .replaceAll(/(?<=@)[\da-f]{1,4}(?:-[\da-f]{0,4}){2,8}(?![\w-])/gi, (host) =>
        this.#dashed(host),
      );
  }

  // `alice;phone-context=x` and `alice:password` too.
  #userPart(part: string): string {
    if (!this.#what.numbers) return part;
    const end = part.search(/[;:]/);
    return end < 0
      ? this.#names.user(part)
      : this.#names.user(part.slice(0, end)) + part.slice(end);
  }

  // What was read elsewhere as a user or a domain is one here too. Words of one or two letters could be anything.
  #known(text: string): string {
    let out = text;
    if (this.#what.numbers) {
      this.#users ??= wordsOf(this.#names.users.filter(([name]) => name.length > 2));
      const users = new Map(this.#names.users);
      out = out.replaceAll(this.#users, (name) => users.get(name) ?? name);
    }
    if (this.#what.addresses) {
      this.#hosts ??= wordsOf(
        this.#names.hosts.filter(([name]) => name.includes('.') && !isAddress4(name)),
      );
      const hosts = new Map(this.#names.hosts);
      out = out.replaceAll(this.#hosts, (name) => hosts.get(name.toLowerCase()) ?? name);
    }
    return out;
  }

  /** After everything was read once: now it is known what is somebody's name. */
  learned(): void {
    this.#users = undefined;
    this.#hosts = undefined;
  }
}

/** How many names are looked for in free text. */
const mostWords = 500;

function wordsOf(names: readonly (readonly [string, string])[]): RegExp {
  const words = names
    .slice(0, mostWords)
    .map(([name]) => name.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, (char) => `\\${char}`));
  return words.length === 0
    ? /(?!)/g
    : new RegExp(`(?<![\\w.+-])(?:${words.join('|')})(?![\\w]|[.-]\\w)`, 'gi');
}
