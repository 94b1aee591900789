// The tables of traces: a line for each call, its legs, and their lines in packed pieces.

/** Rises with each change of the tables; traces of another version are forgotten, as they would be in a week. */
export const tablesVersion = 2;

/** Makes the tables anew. */
export const tables: string = `
  DROP TABLE IF EXISTS call; DROP TABLE IF EXISTS call_user; DROP TABLE IF EXISTS leg; DROP TABLE IF EXISTS piece;
  DROP TABLE IF EXISTS device_entry; DROP TABLE IF EXISTS gap;
  CREATE TABLE call (
    id INTEGER PRIMARY KEY,
    -- Milliseconds since 1970.
    started REAL NOT NULL,
    ended REAL NOT NULL,
    status INTEGER,
    -- 1 for what is no call, such as a registration.
    exchange INTEGER NOT NULL,
    -- What a search looks through, in lower case.
    search TEXT NOT NULL,
    -- Rules and numbers of its faults, with a blank before and after each.
    faults TEXT NOT NULL,
    -- What is to be told of it, as JSON; 1 when that was made of all its lines.
    summary TEXT NOT NULL,
    told INTEGER NOT NULL
  );
  CREATE INDEX call_started ON call (started);
  CREATE INDEX call_untold ON call (started) WHERE told = 0;
  CREATE TABLE call_user (user TEXT NOT NULL, call INTEGER NOT NULL, PRIMARY KEY (user, call)) WITHOUT ROWID;
  CREATE INDEX call_user_call ON call_user (call);
  CREATE TABLE leg (id INTEGER PRIMARY KEY, call INTEGER NOT NULL, call_id TEXT NOT NULL UNIQUE);
  CREATE INDEX leg_call ON leg (call);
  CREATE TABLE piece (
    id INTEGER PRIMARY KEY,
    leg INTEGER NOT NULL,
    -- When its first line was observed.
    at REAL NOT NULL,
    -- Characters before they were packed, and octets on the disk.
    characters INTEGER NOT NULL,
    size INTEGER NOT NULL,
    -- 1 for what goes first when there is too much: what is no call, and what only agents tell of.
    exchange INTEGER NOT NULL,
    lines BLOB NOT NULL
  );
  CREATE INDEX piece_leg ON piece (leg, id);
  CREATE INDEX piece_age ON piece (exchange, at);
  CREATE TABLE device_entry (
    id INTEGER PRIMARY KEY,
    device TEXT NOT NULL,
    user TEXT NOT NULL,
    -- When it was so the last time.
    until REAL NOT NULL,
    -- All of it, as JSON.
    entry TEXT NOT NULL
  );
  CREATE INDEX device_entry_device ON device_entry (device, id);
  CREATE INDEX device_entry_user ON device_entry (user);
  CREATE INDEX device_entry_until ON device_entry (until);
  -- Times in which not all was kept, in milliseconds since 1970.
  CREATE TABLE gap (since REAL NOT NULL, until REAL NOT NULL, calls INTEGER NOT NULL, records INTEGER NOT NULL);
  CREATE INDEX gap_until ON gap (until);
  PRAGMA user_version = ${tablesVersion};
`;
