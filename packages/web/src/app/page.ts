// The page that the server gives out: the phone fills it.
import { h, render } from 'preact';
import { keyPressed } from '../view/keyboard.ts';
import { PhoneView } from '../view/phone-view.tsx';
import '../view/style/phone.css';
import './page.css';
import { drawAttention } from './attention.ts';
import { askedByAddress } from './links.ts';
import { openInBrowser } from './open.ts';
import { answerWhatWasPressed } from './woken.ts';

const place = document.getElementById('phone');
if (place !== null) void open(place);

async function open(place: HTMLElement): Promise<void> {
  const { join, call } = askedByAddress();
  const server = new URL('./', location.href);
  const { world } = await openInBrowser({ server, join, isOwnPage: true });
  drawAttention(world.phone);
  answerWhatWasPressed(world.phone);
  // Only dialled, never called: a link of another page must not make a call.
  if (call !== undefined) world.phone.dial.paste(call);
  render(h(PhoneView, { world }), place);
  addEventListener('keydown', (event) => keyPressed(world, event));
}
