// Vitest as far as the tests of the portable library need it, in a page: its own runner and matchers without its process.
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  customMatchers,
  getState,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from '@vitest/expect';
import type { ExpectStatic } from '@vitest/expect';

export { afterAll, afterEach, beforeAll, beforeEach, describe, it, test } from '@vitest/runner';

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

/** As Vitest's, but for snapshots. */
export const expect: ExpectStatic = made();

// As Vitest makes its own: chai's, with what Jest's matchers add to the global one.
function made(): ExpectStatic {
  const begun = (value: unknown, message?: string): unknown => chai.expect(value, message);
  const whole = Object.assign(
    begun,
    chai.expect,
    Reflect.get(globalThis, ASYMMETRIC_MATCHERS_OBJECT),
  ) as unknown as ExpectStatic;
  const global = chai.expect as unknown as { extend(on: object, matchers: object): void };
  whole.extend = (matchers) => global.extend(whole, matchers);
  whole.getState = () => getState(whole);
  whole.setState = (state) => setState(state, whole);
  setState({ assertionCalls: 0 }, whole);
  whole.extend(customMatchers);
  return whole;
}
