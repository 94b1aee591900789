// The viewer of a running system: a call of the browser's phone is seen live with what both sides tell, is kept, and is explained in the phone.
import { expect, test } from 'vitest';
import { hasChromium } from '../peers/chromium.ts';
import { World } from '../peers/world.ts';
import { PagePhone } from '../peers/page-phone.ts';

test.runIf(hasChromium)(
  'A call of the page is shown live from inside both sides, is kept with the media that the browser counted, and its address leads back (P24, M11)',
  async () => {
    await using world = new World(140_000);
    const phone = await PagePhone.open(world, { viewport: { width: 1280, height: 800 } });
    const origin = `http://127.0.0.1:${phone.server.httpPort}`;
    const viewer = await phone.page.context().newPage();
    viewer.setDefaultTimeout(30_000);
    await viewer.goto(`${origin}/trace`);
    await viewer.getByText('The next one shows here at once.').waitFor();
    await phone.call('Echo');
    const row = viewer.locator('.call-row', { hasText: 'echo' }).first();
    await row.waitFor();
    await row.click();
    await viewer.keyboard.press('Enter');
    await viewer.locator('.drawn').waitFor();
    // From inside, not by matching, which a tilde would say: the page told of its own machines.
    await viewer.getByText('T1', { exact: true }).first().waitFor({ state: 'attached' });
    await viewer.getByText('live', { exact: true }).first().waitFor();
    const address = viewer.url();
    expect(address).toContain('#source=live&call=');
    const callId = decodeURIComponent(/call=([^&]+)/.exec(address)?.[1] ?? '');

    const kept = await world.until(
      'the counters of the page to be kept',
      async () => {
        const answer = await fetch(`${origin}/api/trace/calls/${encodeURIComponent(callId)}`);
        const lines = answer.ok ? await answer.text() : '';
        return /"kind":"media"[^\n]*"concealedShare"/.test(lines) ? lines : undefined;
      },
      30_000,
    );
    // Nothing that would let others in.
    expect(kept).not.toMatch(/a=ice-pwd:[^*\\]|Bearer [^*]/);

    await phone.button('Explain this call').first().click();
    const story = phone.page.getByRole('region', { name: 'Explain this call' });
    await phone.says(/live/, story);
    await phone.says(/What happened, step by step/, story);
    const link = story.getByRole('link', { name: 'Open in the viewer' });
    expect(await link.getAttribute('href')).toContain(`#call=${callId}`);
    await phone.open('Phone');
    await phone.button('Hang up').click();
    await phone.says('Call ended');

    const later = await phone.page.context().newPage();
    later.setDefaultTimeout(30_000);
    await later.goto(address.replace('source=live', 'source=stored'));
    await later.locator('.drawn').waitFor();
    await later.getByText('BYE 200').first().waitFor({ state: 'attached' });
    expect(later.url()).toContain(`call=${callId}`);

    await later.keyboard.press('D');
    const devices = later.getByRole('grid', { name: 'Devices' });
    await devices.getByRole('row', { name: /Registered.*phone.*WS/ }).click();
    await later.getByRole('img', { name: /^Latency: from/ }).waitFor();
    await later.getByRole('button', { name: 'Calls of phone' }).click();
    await later.locator('.call-row', { hasText: 'echo' }).first().waitFor();
    expect(new URL(later.url()).hash).toBe('#source=stored');
    expect(phone.tab.errors).toEqual([]);
  },
  150_000,
);
