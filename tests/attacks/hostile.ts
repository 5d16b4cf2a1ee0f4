import type { Sql } from 'postgres'
import { readManifest } from '../../scripts/grants.ts'

/** What a text calls when it has become a script. The browser tests listen for it. */
export const tripwire = 'tripped'

const call = (mark: string) => `${tripwire}('${mark}')`
/** An address that no page has a reason to ask. */
export const elsewhere = 'https://hostile.invalid'

/** Texts that would do harm where somebody forgets that they are texts. */
export const hostile: Record<string, string> = {
  script: `<script>${call('script')}</script>`,
  handler: `<img src=x onerror=${call('handler')}>`,
  svg: `<svg/onload=${call('svg')}>`,
  'out of an attribute': `" autofocus onfocus=${call('attribute')} x="`,
  'out of a single-quoted attribute': `' onmouseover='${call('single')}' style='position:fixed;inset:0`,
  'out of a script': `</script><script>${call('closing')}</script>`,
  'out of a style': `</style><style>body{display:none}</style><img src=x onerror=${call('style')}>`,
  'out of a comment': `--><script>${call('comment')}</script><!--`,
  'out of a textarea': `</textarea></title><script>${call('textarea')}</script>`,
  'a pixel': `<img src="${elsewhere}/pixel.png">`,
  'a frame': `<iframe srcdoc="<script>parent.${call('frame')}</script>">`,
  'a form': `<form action="${elsewhere}"><button>Sign in</button></form>`,
  'a new base': `<base href="${elsewhere}/">`,
  'a refresh': `<meta http-equiv=refresh content="0;url=${elsewhere}">`,
  'a style': `}</style>*{background:url(${elsewhere}/css)}`,
  template: `\${${call('template')}}{{constructor.constructor("${call('template')}")()}}<%= 7*7 %>#{7*7}`,
  json: `"},{"__proto__":{"admin":true}}`,
  sql: `'; drop table public.members; --`,
  link: `javascript:${call('link')}`,
  'link in capitals': `JaVaScRiPt:${call('capitals')}`,
  'link behind a tab': `java\tscript:${call('tab')}`,
  data: `data:text/html,<script>parent.${call('data')}</script>`,
  'two links': `https://example.org/ javascript:${call('two')}`,
  'embed code': `<iframe src="https://player.vimeo.com/video/76979871" onload="${call('embed')}"></iframe>`,
  'right to left': 'Ada \u202egpj.exe\u202c \u2066bidi\u2069 עברית',
  invisible: '\u200b\u200d\ufeff\u00ad\u2060',
  'control signs': 'a\u0001b\u0008c\u001bd\u007f\u0085e\u2028f\u2029g',
  accents: `z${'\u0335\u0489\u0300\u0301'.repeat(12)}`,
  emoji: '👩🏽‍🚀👨‍👩‍👧‍👦🏳️‍🌈'.repeat(4),
  'half a letter': 'a\\ud800b',
  'one long word': 'W'.repeat(110),
  'a longer word': 'Donaudampfschifffahrt'.repeat(45),
  'the longest word': 'x'.repeat(3990),
  'many lines': '\n'.repeat(60),
}

export interface TextColumn {
  table: string
  column: string
  /** Names one row of the table. */
  key: string
  isArray: boolean
}

/** Every text that a signed-in person may write, asked of the manifest: a new column joins by itself. */
export async function textColumns(sql: Sql): Promise<TextColumn[]> {
  const found: TextColumn[] = []
  for (const [table, roles] of Object.entries(readManifest().relations)) {
    const granted = `${roles.authenticated?.update ?? ''}, ${roles.authenticated?.insert ?? ''}`
    const names = new Set(granted.split(', ').filter((name) => name !== ''))
    if (names.size === 0) continue
    found.push(
      ...(await sql<TextColumn[]>`
        select ${table} as table, a.attname as column, k.attname as key, a.atttypid = 'text[]'::regtype as "isArray"
          from pg_attribute a
          join pg_index i on i.indrelid = a.attrelid and i.indisprimary
          join pg_attribute k on k.attrelid = a.attrelid and k.attnum = i.indkey[0]
         where a.attrelid = ${table}::regclass and a.attnum > 0
           and a.atttypid = any (array['text', 'text[]', 'varchar']::regtype[])
           and (${names.has('*')} or a.attname = any (${[...names]}))
         order by a.attnum`),
    )
  }
  return found
}

export interface ServedFunction {
  name: string
  /** Its arguments that are text. */
  texts: string[]
}

/** Every served function that takes a text, with the names of those arguments. */
export function textFunctions(sql: Sql) {
  return sql<ServedFunction[]>`
    select p.proname as name, array_agg(a.name order by a.place) as texts
      from pg_proc p
      cross join lateral unnest(p.proargnames, p.proargtypes::oid[]) with ordinality as a (name, type, place)
     where p.pronamespace = 'public'::regnamespace and a.type = 'text'::regtype
       and has_function_privilege('authenticated', p.oid, 'execute')
     group by p.oid order by 1`
}
