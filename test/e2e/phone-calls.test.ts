// A person phones with the page: ready at once, dialled by keys, heard both ways, muted, held, called by a desk phone.
import { expect, test } from 'vitest';
import { listen } from '../peers/audio.ts';
import type { Heard, Sound } from '../peers/audio.ts';
import { Baresip } from '../peers/baresip.ts';
import { hasChromium } from '../peers/chromium.ts';
import { Linphone } from '../peers/linphone.ts';
import { installed } from '../peers/program.ts';
import { World } from '../peers/world.ts';
import { PagePhone, pageHertz } from '../peers/page-phone.ts';

const withDesk = hasChromium && installed('baresip');

test.runIf(hasChromium)(
  'P1, P6: ready within ten seconds; echo is heard; muted, held and resumed, it is silent and heard again',
  async () => {
    await using world = new World(150_000);
    const phone = await PagePhone.speaking(world);
    expect(await phone.page.evaluate<number>('performance.now()')).toBeLessThan(10_000);
    await phone.dial('echo');
    await phone.says('In a call with Echo');
    await phone.hearsTone(pageHertz);
    await phone.button('Mute').click();
    await phone.hearsTone(0);
    await phone.button('Unmute').click();
    await phone.hearsTone(pageHertz);
    await phone.button('Hold').click();
    await phone.says('On hold');
    await phone.hearsTone(0);
    await phone.button('Resume').click();
    await phone.says('In a call with Echo');
    await phone.hearsTone(pageHertz);
    await phone.button('Hang up').click();
    await phone.says('Call ended');
    expect(phone.tab.errors).toEqual([]);
  },
  150_000,
);

test.runIf(withDesk)(
  'P5, P7: a desk phone rings the page, is answered and heard; held by it and holding it, each is shown once it is so',
  async () => {
    await using world = new World(150_000);
    const phone = await PagePhone.speaking(world);
    const { server } = phone;
    const desk = await Baresip.desk(world, phone.server, { user: 'desk', hertz: 440 });
    await desk.tell('dial', server.aor('phone'));
    await phone.says('desk is calling');
    expect(await phone.page.title()).toMatch(/desk/);
    await phone.button('Answer').click();
    await phone.says('In a call with desk');
    await phone.hearsTone(440);
    await desk.tell('hold');
    await phone.says('desk has put you on hold');
    await desk.tell('resume');
    await phone.says('In a call with desk');
    await phone.hearsTone(440);
    await phone.button('Hold').click();
    await phone.says('On hold');
    await phone.hearsTone(0);
    await phone.button('Resume').click();
    await phone.says('In a call with desk');
    await phone.hearsTone(440);
    await desk.tell('hangup');
    await phone.says('Call ended');
    const heard = await desk.heard();
    expect(listen(heard).hertz).toBeCloseTo(pageHertz, -1);
    await phone.open('Calls');
    await phone.says(/desk/, phone.page.getByRole('main'));
    expect(phone.tab.errors).toEqual([]);
  },
  150_000,
);

test.runIf(withDesk && installed('linphonec'))(
  'P7, P8: who is held hears music; a second call waits, is answered with one click, and no sound gets from one into the other',
  async () => {
    await using world = new World(150_000);
    const phone = await PagePhone.speaking(world);
    const { server } = phone;
    const soft = await Linphone.start(world, {
      user: 'soft',
      server: server.address,
      password: await server.user('soft'),
      hertz: 440,
    });
    await soft.registered();
    const second = await Baresip.desk(world, phone.server, { user: 'second', hertz: 700 });
    await phone.dial('soft');
    await phone.says('In a call with soft');
    await phone.hearsTone(440);
    await second.tell('dial', server.aor('phone'));
    await phone.says('second is calling too', phone.trouble);
    await phone.button('Hold and answer').click();
    await phone.says('In a call with second');
    await phone.hearsTone(700);
    await phone.button('Swap').click();
    await phone.says('In a call with soft');
    await phone.hearsTone(440);
    await second.tell('hangup');
    await second.sees('CALL_CLOSED');
    await phone.button('Hang up').click();
    await phone.says('Call ended');
    // The one that was held first heard us, then music, then us again; never the other desk phone.
    soft.tell('quit');
    await soft.program.finished(10_000);
    const tones = piecesOf(soft.heard()).map(({ hertz, level }) => (level < 0.003 ? 0 : hertz));
    expect(tones.some((hertz) => Math.abs(hertz - pageHertz) < 25)).toBe(true);
    expect(tones.some((hertz) => hertz > 100 && hertz < 600)).toBe(true);
    expect(tones.filter((hertz) => Math.abs(hertz - 700) < 5)).toEqual([]);
    expect(phone.tab.errors).toEqual([]);
  },
  150_000,
);

test.runIf(hasChromium)(
  'P3, P4: a pasted number loses its brackets, nobody there is told in words, and an INVITE leaves at once although STUN is dead',
  async () => {
    await using world = new World(150_000);
    const dead = await world.ports.take();
    const phone = await PagePhone.open(world, {
      before: async (context) => {
        await context.route('**/api/phone', async (route) => {
          const response = await route.fetch();
          const told = (await response.json()) as Readonly<Record<string, unknown>>;
          const iceServers = [{ urls: `stun:127.0.0.1:${dead}` }, { urls: 'stun:192.0.2.1' }];
          await route.fulfill({ response, json: { ...told, iceServers } });
        });
      },
    });
    const { page } = phone;
    await page.evaluate(watchInvites);
    await page.evaluate(paste('+1 (415) 555-0100'));
    expect(await phone.field.inputValue()).toBe('+14155550100');
    const waits: number[] = [];
    for (let calls = 0; calls < 5; calls += 1) {
      await phone.dial('+1 (415) 555-0100');
      await phone.says('does not exist', page.getByRole('main'));
      waits.push(await page.evaluate<number>('globalThis.inviteAt - globalThis.pressedAt'));
      await phone.button('Close').click();
    }
    // The fastest of five: a busy machine may be late, a dead server would be late each time.
    expect(Math.min(...waits)).toBeLessThan(300);
    await phone.field.press('Enter');
    expect(await phone.field.inputValue()).toBe('+14155550100');
    expect(phone.tab.errors).toEqual([]);
  },
  150_000,
);

/** Notes when Enter was pressed, and when the first INVITE after it left. */
const watchInvites = `(() => {
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    const text = typeof data === 'string' ? data : new TextDecoder().decode(data);
    if (text.startsWith('INVITE')) globalThis.inviteAt ??= performance.now();
    return send.call(this, data);
  };
  addEventListener('keydown', ({ key }) => {
    if (key !== 'Enter') return;
    globalThis.pressedAt = performance.now();
    globalThis.inviteAt = undefined;
  }, true);
})()`;

function paste(text: string): string {
  return `(() => {
    const data = new DataTransfer();
    data.setData('text', ${JSON.stringify(text)});
    const field = document.querySelector('input.address');
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  })()`;
}

/** What was heard, piece by piece of 0.4 seconds. */
function piecesOf(sound: Sound): readonly Heard[] {
  const seconds = 0.4;
  const whole = Math.floor(sound.samples.length / (sound.rate * seconds));
  return Array.from({ length: whole }, (_none, piece) => listen(sound, piece * seconds, seconds));
}
