// Before tests in real time: what they serve is built when it is stale, also when a single file of tests is run.
import { buildWeb } from './setup.mjs';

/** Called by vitest once, before its first test. */
export async function setup() {
  await buildWeb();
}
