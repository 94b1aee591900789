// More calls than can be served, placed by SIPp: most of what can be served still is, and the rest is told so at once.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { installed } from '../peers/program.ts';
import type { Program } from '../peers/program.ts';
import { quietServer } from '../peers/quiet-server.ts';
import { Sipp } from '../peers/sipp.ts';
import { pause, World } from '../peers/world.ts';

/** Milliseconds after which the share that is taken has settled. */
const settling = 2_000;
/** Calls per second that are served easily, and that are more than one processor can serve. */
const [few, many] = [300, 2_000] as const;
/** How far beyond its capacity the system is brought: between these, after a first look at what the machine gives it. */
const [beyond, most] = [2, 3] as const;
/** Milliseconds in which served calls are counted; SIPp counts once a second. */
const window = 4_000;

test.runIf(installed('sipp'))(
  'with more calls than it can serve the system goes on serving more than 0.6 of what it does at its best (X20)',
  async () => {
    await using world = new World(60_000);
    const { program, address } = await quietServer(world, ['alice', 'dave']);
    const phone = await Sipp.start(world, { scenario: 'uas', calls: 1_000_000 });
    const contact = `sip:dave@127.0.0.1:${phone.port}`;
    await Sipp.register(world, address, { user: 'dave', password: 'pw-dave' }, contact);

    const load = async (rate: number): Promise<Load> => {
      const caller = await Sipp.start(world, {
        ...{ scenario: 'user-tries', target: address, calls: 1_000_000, rate },
        ...{ service: 'dave', user: 'alice', password: 'pw-alice', limit: 20_000 },
      });
      await pause(settling);
      const [before, cpu, at] = [phone.counts().succeeded, cpuSeconds(program), performance.now()];
      await pause(window);
      const seconds = (performance.now() - at) / 1_000;
      const served = (phone.counts().succeeded - before) / seconds;
      const share = (cpuSeconds(program) - cpu) / seconds;
      await caller.program.close();
      // What was under way comes to its end.
      await pause(1_000);
      return { served, share };
    };
    await load(few);
    const peak = perProcessor(await load(few));
    // The machine is shared: what counts is the work done in the processor time that there was.
    const capacity = ({ share }: Load): number => peak * share;
    let rate: number = many;
    let over = await load(rate);
    for (let look = 0; look < 3 && rate > most * capacity(over); look += 1) {
      rate = Math.ceil(((beyond + most) / 2) * capacity(over));
      over = await load(rate);
    }
    const times = rate / capacity(over);
    const goodput = perProcessor(over) / peak;
    expect(times, 'how far beyond its capacity it was').toBeGreaterThan(1);
    expect(goodput, `of its best, ${times.toFixed(1)} times beyond`).toBeGreaterThan(0.6);
  },
);

function perProcessor({ served, share }: Load): number {
  return served / share;
}

interface Load {
  /** Calls that were answered and ended, per second. */
  readonly served: number;
  /** How much of a processor the system had. */
  readonly share: number;
}

/** The processor time that the system's main thread has used. */
function cpuSeconds({ pid }: Program): number {
  const fields = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8').split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
