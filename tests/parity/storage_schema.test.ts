// What a migration, as the role `postgres`, may and may not do to the schema `storage`.
import postgres from 'postgres'
import { afterAll, expect, test } from 'vitest'
import { target } from './support.ts'

const sql = postgres(target.database, { max: 1, onnotice: () => {} })
afterAll(() => sql.end())

/** Runs statements of a migration and takes them back; the SQLSTATE of what refused them. */
async function tryOut(statements: string): Promise<string | undefined> {
  const undo = new Error('undo')
  try {
    await sql.begin(async (tx) => {
      await tx.unsafe(statements)
      throw undo
    })
  } catch (error) {
    return error === undo ? undefined : (error as postgres.PostgresError).code
  }
  return undefined
}

const bucket = `insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
  values ('tried', 'tried', false, 1024, array['image/png']) on conflict (id) do update set public = excluded.public;`

test.each([
  ['a bucket', bucket],
  ['a policy', 'create policy tried on storage.objects for select to authenticated using (false);'],
  [
    'a trigger',
    `create function public.tried() returns trigger language plpgsql as 'begin return new; end';
     create trigger tried after insert on storage.objects for each row execute function public.tried();`,
  ],
])('A migration may make %s', async (_what, statements) => {
  expect(await tryOut(statements)).toBeUndefined()
})

test.each([
  ['change the shape of a table', 'alter table storage.objects add column tried text;'],
  ['switch row-level security', 'alter table storage.objects enable row level security;'],
  ['add an index', 'create index tried on storage.objects (owner_id);'],
  ['add a function', "create function storage.tried() returns int language sql as 'select 1';"],
  ['delete rows, whose bytes would stay', `${bucket} delete from storage.objects;`],
])('A migration may not %s', async (_what, statements) => {
  expect(await tryOut(statements)).toBe('42501')
})

test('Both tables are closed unless a policy opens them', async () => {
  const rows = await sql`
    select relname, relrowsecurity from pg_class where oid in ('storage.objects'::regclass, 'storage.buckets'::regclass) order by 1`
  expect([...rows]).toEqual([
    { relname: 'buckets', relrowsecurity: true },
    { relname: 'objects', relrowsecurity: true },
  ])
})

test('Parts of a path are told as hosted tells them', async () => {
  const [row] = await sql`
    select storage.foldername('a/b/c.d.png') as folder, storage.filename('a/b/c.d.png') as file,
           storage.extension('a/b/c.d.png') as extension, storage.foldername('c.png') as none`
  expect(row).toEqual({ folder: ['a', 'b'], file: 'c.d.png', extension: 'png', none: [] })
})
