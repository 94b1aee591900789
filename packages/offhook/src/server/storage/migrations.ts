// The steps that make the tables, in order; a step that was once released is never changed.
import { sql } from 'kysely';
import type { Kysely, Migration } from 'kysely';

/** Each step under a name that sorts in the order of steps. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-users-and-bindings': {
    async up(database: Kysely<unknown>): Promise<void> {
      await database.schema
        .createTable('user')
        .addColumn('realm', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('ha1_md5', 'text', (column) => column.notNull())
        .addColumn('ha1_sha256', 'text', (column) => column.notNull())
        .addColumn('created', 'bigint', (column) => column.notNull())
        .addColumn('changed', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('user_key', ['realm', 'name'])
        .execute();
      await database.schema
        .createTable('binding')
        .addColumn('aor', 'text', (column) => column.notNull())
        .addColumn('contact', 'text', (column) => column.notNull())
        .addColumn('q', 'real')
        .addColumn('expires', 'bigint', (column) => column.notNull())
        .addColumn('call_id', 'text', (column) => column.notNull())
        .addColumn('cseq', 'bigint', (column) => column.notNull())
        .addColumn('flow', 'text', (column) => column.notNull())
        .addColumn('connection', 'integer', (column) => column.notNull())
        .addColumn('protocol', 'text', (column) => column.notNull())
        .addColumn('source_host', 'text', (column) => column.notNull())
        .addColumn('source_port', 'integer', (column) => column.notNull())
        .addColumn('user_agent', 'text')
        .addColumn('path', 'text', (column) => column.notNull())
        .addColumn('instance', 'text')
        .addColumn('reg_id', 'bigint')
        .addColumn('revision', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('binding_key', ['aor', 'contact'])
        .execute();
    },
  },
  '0002-flows-and-gruus': {
    async up(database: Kysely<unknown>): Promise<void> {
      // A primary key cannot be changed in place: two flows of one instance may have the same contact.
      await database.schema
        .createTable('binding_new')
        .addColumn('aor', 'text', (column) => column.notNull())
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('contact', 'text', (column) => column.notNull())
        .addColumn('q', 'real')
        .addColumn('expires', 'bigint', (column) => column.notNull())
        .addColumn('call_id', 'text', (column) => column.notNull())
        .addColumn('cseq', 'bigint', (column) => column.notNull())
        .addColumn('flow', 'text', (column) => column.notNull())
        .addColumn('connection', 'integer', (column) => column.notNull())
        .addColumn('protocol', 'text', (column) => column.notNull())
        .addColumn('source_host', 'text', (column) => column.notNull())
        .addColumn('source_port', 'integer', (column) => column.notNull())
        .addColumn('user_agent', 'text')
        .addColumn('path', 'text', (column) => column.notNull())
        .addColumn('instance', 'text')
        .addColumn('reg_id', 'bigint')
        .addColumn('gruu_series', 'text')
        .addColumn('revision', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('binding_flow_key', ['aor', 'key'])
        .execute();
      // What was stored before had its contact as key, so that is what it keeps; reg-id meant nothing yet.
      await sql`
        insert into binding_new
        select aor, contact, contact, q, expires, call_id, cseq, flow, connection, protocol, source_host, source_port,
          user_agent, path, instance, null, null, revision
        from binding
      `.execute(database);
      await database.schema.dropTable('binding').execute();
      await database.schema.alterTable('binding_new').renameTo('binding').execute();
    },
  },
  '0003-messages': {
    async up(database: Kysely<unknown>): Promise<void> {
      await database.schema
        .createTable('message')
        .addColumn('id', 'bigint', (column) => column.notNull().primaryKey())
        .addColumn('aor', 'text', (column) => column.notNull())
        .addColumn('call_id', 'text', (column) => column.notNull())
        .addColumn('from_tag', 'text', (column) => column.notNull())
        .addColumn('cseq', 'bigint', (column) => column.notNull())
        .addColumn('received', 'bigint', (column) => column.notNull())
        .addColumn('due', 'bigint', (column) => column.notNull())
        .addColumn('request', 'blob', (column) => column.notNull())
        .addUniqueConstraint('message_once', ['aor', 'call_id', 'from_tag', 'cseq'])
        .execute();
    },
  },
  '0004-sha-512-256': {
    async up(database: Kysely<unknown>): Promise<void> {
      await database.schema.alterTable('user').addColumn('ha1_sha512_256', 'text').execute();
    },
  },
  '0005-pages': {
    async up(database: Kysely<unknown>): Promise<void> {
      await database.schema
        .createTable('page_link')
        .addColumn('hash', 'text', (column) => column.notNull().primaryKey())
        .addColumn('realm', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('expires', 'bigint', (column) => column.notNull())
        .execute();
      await database.schema
        .createTable('page_session')
        .addColumn('hash', 'text', (column) => column.notNull().primaryKey())
        .addColumn('realm', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('created', 'bigint', (column) => column.notNull())
        .addColumn('expires', 'bigint', (column) => column.notNull())
        .execute();
    },
  },
  '0006-push': {
    async up(database: Kysely<unknown>): Promise<void> {
      await database.schema
        .createTable('push')
        .addColumn('realm', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('p256dh', 'text')
        .addColumn('auth', 'text')
        .addColumn('session', 'text', (column) => column.notNull())
        .addColumn('created', 'bigint', (column) => column.notNull())
        .addColumn('expires', 'bigint')
        .addPrimaryKeyConstraint('push_key', ['realm', 'name', 'endpoint'])
        .execute();
    },
  },
  '0007-bridged-calls': {
    async up(database: Kysely<unknown>): Promise<void> {
      await database.schema
        .createTable('bridged_call')
        .addColumn('id', 'text', (column) => column.notNull().primaryKey())
        .addColumn('legs', 'text', (column) => column.notNull())
        .execute();
    },
  },
};
