import type postgres from 'postgres'

interface DemoFile {
  /** The last two digits of the resource's id. */
  number: string
  title: string
  summary: string
  topics: string[]
  name: string
  type: string
  days: number
  content: Buffer
}

/** A page of text as a PDF, with nothing but what the format asks for. */
export function pdf(lines: string[]): Buffer {
  const shown = lines
    .map((line) => `(${line.replace(/[\\()]/g, (sign) => `\\${sign}`)}) Tj T*`)
    .join('\n')
  const text = `BT /F1 13 Tf 72 760 Td 22 TL\n${shown}\nET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  let file = '%PDF-1.4\n'
  const starts = objects.map((object, index) => {
    const start = file.length
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
    return `${String(start).padStart(10, '0')} 00000 n \n`
  })
  const table = file.length
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${starts.join('')}`
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`
  return Buffer.from(file, 'latin1')
}

const files: DemoFile[] = [
  {
    number: '21',
    title: 'One page for your first pilot',
    summary:
      'What to agree on before anybody tries a new tool: for how long, with whose data, and who may stop it. Print it, fill it in together.',
    topics: ['getting-started', 'work'],
    name: 'First pilot.pdf',
    type: 'application/pdf',
    days: 8,
    content: pdf([
      'One page for your first pilot',
      '',
      '1. What shall be better afterwards, and how will we see it?',
      '2. Who tries it, for how long?',
      '3. Whose data goes in? Who has said yes?',
      '4. Who may stop it, at any time, without giving a reason?',
      '5. What do we keep when it ends, and what do we delete?',
    ]),
  },
  {
    number: '22',
    title: 'Croissants, Monday to Sunday',
    summary: 'The numbers behind the forecast, to play with in a spreadsheet of your own.',
    topics: ['data'],
    name: 'Croissants.csv',
    type: 'text/csv',
    days: 33,
    content: Buffer.from(
      'day,forecast,sold\nMon,120,118\nTue,110,113\nWed,115,109\nThu,118,121\nFri,140,142\nSat,210,204\nSun,190,197\n',
    ),
  },
]

/** Stores the demo's files, which SQL cannot do, and lets their resources name them. */
export async function storeDemoFiles(
  sql: postgres.Sql,
  { api, secret }: { api: string; secret: string },
): Promise<void> {
  for (const file of files) {
    const id = `00000000-0000-4000-a000-0000000000${file.number}`
    const end = file.name.split('.').at(-1)
    const path = `${id}/00000000-0000-4000-b000-0000000000${file.number}.${end}`
    const response = await fetch(`${api}/storage/v1/object/resources/${path}`, {
      method: 'POST',
      headers: { apikey: secret, authorization: `Bearer ${secret}`, 'content-type': file.type },
      body: new Uint8Array(file.content),
    })
    if (!response.ok) throw new Error(`${file.name} was not stored: ${await response.text()}`)
    await sql`
      insert into public.resources (id, kind, title, summary, topics, file_path, file_name, review_by, published_at, created_by, updated_by)
      select ${id}, 'file', ${file.title}, ${file.summary}, ${file.topics}, ${path}, ${file.name}, current_date + 180,
             now() - ${`${file.days} days`}::interval, m.id, m.id
        from public.members m where m.role = 'leader' order by m.created_at limit 1
      on conflict do nothing`
  }
}
