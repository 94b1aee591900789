// What the tests unpack, in a page.

/** As of node:zlib. */
export { gunzipSync } from 'fflate';
