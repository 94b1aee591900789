// The screen of devices in German.
import type { DeviceWords } from './device-words.ts';

/** German. */
export const deviceGerman: DeviceWords = {
  title: 'Geräte',
  search: 'Suche: Benutzer, Gerät, Adresse',
  nothingYet: 'Noch hat sich kein Gerät angemeldet. Das nächste erscheint hier sofort.',
  nothingFound: 'Kein Gerät passt.',
  asking: 'Einen Augenblick …',
  columns: {
    state: 'Zustand',
    user: 'Benutzer',
    device: 'Gerät',
    address: 'Adresse',
    transport: 'Transport',
    latency: 'Laufzeit',
    heard: 'Zuletzt gehört',
  },
  events: {
    registered: 'Angemeldet',
    refreshed: 'Erneuert',
    expired: 'Abgelaufen: nicht rechtzeitig erneuert',
    removed: 'Abgemeldet',
    closed: 'Weg: seine Verbindung ist geschlossen',
  },
  standings: {
    registered: 'Angemeldet',
    expired: 'Abgelaufen',
    removed: 'Abgemeldet',
    closed: 'Weg',
  },
  faults: {
    'not reached': 'Der Server ist gerade nicht erreichbar; es wird weiter versucht.',
    'not allowed': 'Der Server zeigt dieser Seite seine Geräte nicht.',
    'not there': 'Der Server führt kein Protokoll der Geräte.',
  },
  facts: {
    aor: 'SIP-Adresse',
    contact: 'Contact',
    instance: 'Instanz',
    address: 'Meldet sich von',
    transport: 'Transport',
    'good until': 'Gültig bis',
  },
  log: 'Was geschehen ist',
  latency: 'Laufzeit',
  notMeasured: 'Noch nichts gemessen: Es wurde nichts gefragt, was es sofort beantwortet.',
  figures: { last: 'jetzt', least: 'kürzeste', mean: 'mittlere', most: 'längste' },
  gone: 'Von diesem Gerät ist nichts mehr bekannt.',
  close: 'Schließen',
  unnamed: 'Gerät ohne Namen',
  count: (shown, all) =>
    shown === all ? (all === 1 ? '1 Gerät' : `${all} Geräte`) : `${shown} von ${all} Geräten`,
  callsOf: (user) => `Anrufe von ${user}`,
  times: (count) => `${count}-mal`,
  until: (time) => `bis ${time}`,
  graph: (least, most, count) => `Laufzeit: von ${least} bis ${most}, ${count}-mal gemessen`,
};
