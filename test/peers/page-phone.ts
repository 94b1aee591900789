// The phone of the system itself, in Chromium, as a party of a call: the page that `offhook serve` gives out, used by its buttons.
import path from 'node:path';
import { tone, writeWav } from './audio.ts';
import type { Sound } from './audio.ts';
import { Chromium, TestPage } from './chromium.ts';
import type { Offhook } from './offhook.ts';
import { bundle } from './page-server.ts';
import type { World } from './world.ts';

/** How the phone is opened. */
export interface PagePhoneOptions {
  /** Whose phone it becomes, by a link; the phone of the first run unless said. The user must exist. */
  readonly user?: string;
  /** The tone that its microphone hears. */
  readonly hertz: number;
}

/** An open phone. */
export class PagePhone {
  readonly tab: TestPage;

  /** Opens it and waits until it is ready. */
  static async start(
    world: World,
    server: Offhook,
    { user, hertz }: PagePhoneOptions,
  ): Promise<PagePhone> {
    const microphone = path.join(world.folder, `microphone-${hertz}.wav`);
    writeWav(microphone, tone(hertz, 4, 48_000));
    const chromium = await Chromium.start(world, { microphone });
    const context = await chromium.context({ locale: 'en-GB' });
    await context.addInitScript({ content: await bundle('ears.ts') });
    const url =
      user === undefined ? `http://127.0.0.1:${server.httpPort}/` : await server.link(user);
    const phone = new PagePhone(await TestPage.open(context, url));
    await phone.tab.page
      .getByRole('status')
      .filter({ hasText: 'Ready' })
      .waitFor({ timeout: 30_000 });
    return phone;
  }

  private constructor(tab: TestPage) {
    this.tab = tab;
  }

  /** Types an address into the dial field and presses Enter. */
  async dial(address: string): Promise<void> {
    const field = this.tab.page.getByRole('textbox', { name: 'Number, name or address' });
    await field.fill(address);
    await field.press('Enter');
  }

  /** Presses the button of this name once it is there. */
  async press(name: string): Promise<void> {
    await this.tab.page
      .getByRole('button', { name, exact: true })
      .first()
      .click({ timeout: 20_000 });
  }

  /** Waits until the call is up: its time runs. */
  async isUp(): Promise<void> {
    await this.tab.page.getByRole('timer').first().waitFor({ timeout: 20_000 });
  }

  /** Waits until no time runs any more. */
  async isOver(): Promise<void> {
    await this.tab.page.getByRole('timer').first().waitFor({ state: 'detached', timeout: 20_000 });
  }

  /** Opens the chat with somebody of the directory, and sends a text. */
  async writeTo(name: string, text: string): Promise<void> {
    await this.press('Contacts');
    await this.tab.page
      .getByRole('button', { name: new RegExp(`^New message: ${name}$`, 'i') })
      .first()
      .click({ timeout: 20_000 });
    const field = this.tab.page.getByRole('textbox', { name: 'Write a message' });
    await field.fill(text);
    await field.press('Enter');
  }

  /** Waits until a text stands on the page. */
  async says(text: string): Promise<void> {
    await this.tab.page.getByText(text).last().waitFor({ timeout: 20_000 });
  }

  /** What it heard, from the first packet on. */
  async heard(): Promise<Sound> {
    const [rate, text] = await this.tab.run<readonly [number, string]>('heardUntilNow');
    const bytes = Buffer.from(text, 'base64');
    return {
      rate,
      samples: new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2).slice(),
    };
  }

  /** Packets that came and packets that were lost, of the latest count of each call. */
  async packets(): Promise<{ readonly received: number; readonly lost: number }> {
    return await this.tab.run('packetsUntilNow');
  }
}
