// The screen of devices in English.
import type { DeviceWords } from './device-words.ts';

/** English. */
export const deviceEnglish: DeviceWords = {
  title: 'Devices',
  search: 'Search: user, device, address',
  nothingYet: 'No device has registered yet. The next one shows here at once.',
  nothingFound: 'No device fits.',
  asking: 'Just a moment …',
  columns: {
    state: 'State',
    user: 'User',
    device: 'Device',
    address: 'Address',
    transport: 'Transport',
    latency: 'Latency',
    heard: 'Last heard',
  },
  events: {
    registered: 'Registered',
    refreshed: 'Refreshed',
    expired: 'Expired: it did not refresh in time',
    removed: 'Signed off',
    closed: 'Gone: its connection closed',
  },
  standings: {
    registered: 'Registered',
    expired: 'Expired',
    removed: 'Signed off',
    closed: 'Gone',
  },
  faults: {
    'not reached': 'The server cannot be reached just now; it is tried again.',
    'not allowed': 'The server does not show its devices to this page.',
    'not there': 'The server keeps no log of devices.',
  },
  facts: {
    aor: 'Address of record',
    contact: 'Contact',
    instance: 'Instance',
    address: 'Registers from',
    transport: 'Transport',
    'good until': 'Good until',
  },
  log: 'What happened',
  latency: 'Latency',
  notMeasured: 'Nothing has been measured yet: it was not asked anything that it answers at once.',
  figures: { last: 'now', least: 'least', mean: 'mean', most: 'most' },
  gone: 'Nothing is known of this device any more.',
  close: 'Close',
  unnamed: 'Unnamed device',
  count: (shown, all) =>
    shown === all ? (all === 1 ? '1 device' : `${all} devices`) : `${shown} of ${all} devices`,
  callsOf: (user) => `Calls of ${user}`,
  times: (count) => `${count} times`,
  until: (time) => `until ${time}`,
  graph: (least, most, count) =>
    `Latency: from ${least} to ${most}, ${count === 1 ? 'measured once' : `measured ${count} times`}`,
};
