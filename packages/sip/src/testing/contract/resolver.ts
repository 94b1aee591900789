// What every Resolver must do, ours and anyone's: a suite for any test framework with `describe` and `test` (RFC 3263).
import type { Resolver } from '../../transport/resolver.ts';
import { equal } from './framework.ts';
import type { TestFunctions } from './framework.ts';

/** A resolver over the records of `contractRecords`, made anew for each test. */
export interface ResolverWorld {
  readonly resolver: Resolver;
  /** Makes every question from now on fail, as if no name server answered; undefined when this cannot be had. */
  readonly silence: (() => void) | undefined;
  /** Called at the end of each test. */
  close(): Promise<void>;
}

/** The records that the world of a resolver must know, and no others. */
export const contractRecords = {
  a: { 'one.example': ['192.0.2.1', '192.0.2.2'] },
  aaaa: { 'one.example': ['2001:db8::1'] },
  srv: {
    '_sip._udp.example': [
      { priority: 1, weight: 10, port: 5060, target: 'one.example' },
      { priority: 2, weight: 0, port: 5080, target: 'two.example' },
    ],
  },
  naptr: {
    example: [
      {
        order: 50,
        preference: 10,
        flags: 's',
        service: 'SIP+D2U',
        regexp: '',
        replacement: '_sip._udp.example',
      },
    ],
  },
} as const;

/** Declares the suite. `open` makes a fresh world. */
export function resolverContract(
  name: string,
  open: () => Promise<ResolverWorld>,
  { describe, test }: TestFunctions,
): void {
  const check = (title: string, body: (world: ResolverWorld) => Promise<void>): void => {
    test(title, async () => {
      const world = await open();
      try {
        await body(world);
      } finally {
        await world.close();
      }
    });
  };
  describe(`${name} keeps the contract of a resolver`, () => {
    check('Addresses of both families come as they stand', givesAddresses);
    check('RFC 2782: SRV records come with all four parts', givesServices);
    check('RFC 3403: NAPTR records come with all six parts', givesPointers);
    check('A name without such a record gives nothing, and is no failure', givesNothing);
    check('The letter case of a name does not matter', ignoresCase);
    check('Nonsense is a rejection or nothing, and never an exception', refusesNonsense);
    check('What cannot be found out is rejected', rejects);
  });
}

async function givesAddresses({ resolver }: ResolverWorld): Promise<void> {
  equal(
    (await resolver.a('one.example')).toSorted().join(),
    contractRecords.a['one.example'].join(),
    'A',
  );
  equal((await resolver.aaaa('one.example')).join(), '2001:db8::1', 'AAAA');
}

async function givesServices({ resolver }: ResolverWorld): Promise<void> {
  const found = (await resolver.srv('_sip._udp.example')).toSorted(
    (a, b) => a.priority - b.priority,
  );
  equal(
    found.map((one) => [one.priority, one.weight, one.port, one.target].join(' ')).join(),
    '1 10 5060 one.example,2 0 5080 two.example',
    'SRV',
  );
}

async function givesPointers({ resolver }: ResolverWorld): Promise<void> {
  const found = await resolver.naptr('example');
  equal(
    found
      .map((one) =>
        [one.order, one.preference, one.flags, one.service, one.regexp, one.replacement].join('|'),
      )
      .join(),
    '50|10|s|SIP+D2U||_sip._udp.example',
    'NAPTR',
  );
}

async function givesNothing({ resolver }: ResolverWorld): Promise<void> {
  for (const found of await Promise.all([
    resolver.a('none.example'),
    resolver.aaaa('none.example'),
    resolver.srv('_sip._udp.none.example'),
    resolver.naptr('none.example'),
    // The name exists with records of another type.
    resolver.aaaa('_sip._udp.example'),
  ]))
    equal(found.length, 0, 'Records');
}

async function ignoresCase({ resolver }: ResolverWorld): Promise<void> {
  equal((await resolver.aaaa('ONE.Example')).join(), '2001:db8::1', 'AAAA');
}

async function refusesNonsense({ resolver }: ResolverWorld): Promise<void> {
  for (const name of ['', '.', '..', 'a'.repeat(64), `${'a.'.repeat(200)}b`, 'a b', '\0', 'é']) {
    const asked: readonly Promise<readonly unknown[]>[] = [
      resolver.a(name),
      resolver.aaaa(name),
      resolver.srv(name),
      resolver.naptr(name),
    ];
    for (const one of await Promise.allSettled(asked)) {
      const records = one.status === 'fulfilled' ? one.value.length : 0;
      equal(records, 0, `Records of ${JSON.stringify(name)}`);
    }
  }
}

async function rejects({ resolver, silence }: ResolverWorld): Promise<void> {
  if (silence === undefined) return;
  silence();
  const outcome = await resolver.a('unasked.example').then(
    () => 'an answer',
    () => 'a rejection',
  );
  equal(outcome, 'a rejection', 'A question to nobody');
}
