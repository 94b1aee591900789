// Calls that survive in the page: a dropped WebSocket, a page that is loaded anew, another tab that takes over.
import { expect, test } from 'vitest';
import { hasChromium } from '../peers/chromium.ts';
import { pause, World } from '../peers/world.ts';
import { PagePhone, pageHertz } from '../peers/page-phone.ts';

test.runIf(hasChromium)(
  'P16: ten seconds without the server are said at once; back within five, the call stays, and is held and heard after (S2, X09)',
  async () => {
    await using world = new World(150_000);
    // The page reaches the server through a door that the test can shut.
    const door = { open: true, shut: (): void => undefined };
    const phone = await PagePhone.speaking(world, {
      before: async (context) => {
        await context.routeWebSocket(/^ws:/, (socket) => {
          if (!door.open) {
            void socket.close({ code: 1013 });
            return;
          }
          const server = socket.connectToServer();
          door.shut = () => {
            void socket.close({ code: 1012 });
            void server.close({ code: 1001 });
          };
        });
      },
    });
    await phone.dial('echo');
    await phone.says('In a call with Echo');
    await phone.hearsTone(pageHertz);
    // A flow that has lasted for a while is made anew at once.
    await pause(2_000);
    door.open = false;
    door.shut();
    await phone.says('The connection to the telephone server was lost.', phone.trouble);
    await pause(10_000);
    await phone.says('In a call with Echo');
    door.open = true;
    const openAt = performance.now();
    await phone.isReady();
    // Five seconds where nothing else runs; the figure itself is held on virtual time.
    expect(performance.now() - openAt).toBeLessThan(15_000);
    await phone.hearsTone(pageHertz);
    await phone.button('Hold').click();
    await phone.says('On hold');
    await phone.button('Resume').click();
    await phone.says('In a call with Echo');
    await phone.hearsTone(pageHertz);
    await phone.button('Hang up').click();
    await phone.says('Call ended');
    expect(phone.tab.errors).toEqual([]);
  },
  150_000,
);

test.runIf(hasChromium)(
  'S2: a page that is loaded anew takes its call back, and is heard again',
  async () => {
    await using world = new World(150_000);
    const phone = await PagePhone.speaking(world);
    await phone.dial('echo');
    await phone.says('In a call with Echo');
    await phone.hearsTone(pageHertz);
    await phone.page.reload();
    await phone.isReady();
    await phone.says('In a call with Echo');
    await phone.hearsTone(pageHertz);
    await phone.button('Hang up').click();
    await phone.says('Call ended');
    expect(phone.tab.errors).toEqual([]);
  },
  150_000,
);

test.runIf(hasChromium)(
  'P23: a second tab shows that the first has the phone, takes it over with its call, and rings alone',
  async () => {
    await using world = new World(150_000);
    const one = await PagePhone.speaking(world);
    await one.dial('echo');
    await one.says('In a call with Echo');
    const two = await one.another('this profile');
    await two.says('The phone is open in another tab', two.trouble);
    await two.button('Use it here').click();
    await two.isReady();
    await two.says('In a call with Echo');
    await two.hearsTone(pageHertz);
    await one.says('The phone is open in another tab', one.trouble);
    await two.button('Hang up').click();
    await two.says('Call ended');
    expect([...one.tab.errors, ...two.tab.errors]).toEqual([]);
  },
  150_000,
);
