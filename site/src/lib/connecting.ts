/** What one pastes to connect: calls for a shell, and configurations for clients of MCP. */

const key = '$COMMONS_KEY'
/** What a client puts in where this stands. */
const variable = (name: string) => `\${${name}}`
const json = (value: unknown) => JSON.stringify(value, null, 2)

/** A text inside single quotes of a shell. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

export interface Call {
  doorsUrl: string
  method: string
  path: string
  isWrite: boolean
  input: Record<string, unknown>
}

/** The call as one types it into a shell. */
export function curlOf({ doorsUrl, method, path, isWrite, input }: Call): string {
  const rest = { ...input }
  const place = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = rest[name]
    delete rest[name]
    return encodeURIComponent(String(value))
  })
  const address = doorsUrl + place
  const lines = [`  -H "Authorization: Bearer ${key}"`]
  if (isWrite) {
    lines.push('  -H "Idempotency-Key: $(uuidgen)"')
    if (Object.keys(rest).length > 0) {
      lines.push("  -H 'Content-Type: application/json'", `  -d ${quoted(json(rest))}`)
    }
    return [`curl -X ${method} ${address}`, ...lines].join(' \\\n')
  }
  const asked = Object.entries(rest).map(
    ([name, value]) => `  --data-urlencode ${quoted(`${name}=${String(value)}`)}`,
  )
  return [`curl ${asked.length > 0 ? '-G ' : ''}${address}`, ...lines, ...asked].join(' \\\n')
}

/** A key exchanged for a token, and a call of the Data API with it, for a shell. */
export const exchangeOf = (doorsUrl: string) => `TOKEN=$(curl -s -X POST ${doorsUrl}/token \\
  -H "Authorization: Bearer ${key}" | jq -r .access_token)

curl ${doorsUrl.replace('/functions/v1/agents', '')}/rest/v1/rpc/call_operation \\
  -H "apikey: $PUBLISHABLE_KEY" -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d '{"operation": "events.list", "arguments": {"limit": 3}}'`

export interface Client {
  id: string
  title: string
  where: string
  text: string
  note?: string
}

/** What clients of MCP want to be told. */
export function clientsOf(doorsUrl: string): Client[] {
  const url = `${doorsUrl}/mcp`
  return [
    {
      id: 'claude-code',
      title: 'Claude Code',
      where: 'In a terminal',
      text: `claude mcp add --transport http commons ${url} \\\n  --header "Authorization: Bearer ${key}"`,
    },
    {
      id: 'claude-desktop',
      title: 'Claude Desktop',
      where: 'claude_desktop_config.json',
      text: json({
        mcpServers: {
          commons: {
            command: 'npx',
            args: [
              '-y',
              'mcp-remote',
              url,
              '--header',
              `Authorization:${variable('COMMONS_AUTH')}`,
            ],
            env: { COMMONS_AUTH: 'Bearer cak_live_…' },
          },
        },
      }),
      note: 'Its own connectors sign in as a person; a key comes through mcp-remote.',
    },
    {
      id: 'cursor',
      title: 'Cursor',
      where: '.cursor/mcp.json',
      text: json({
        mcpServers: {
          commons: { url, headers: { Authorization: `Bearer ${variable('env:COMMONS_KEY')}` } },
        },
      }),
    },
    {
      id: 'vs-code',
      title: 'VS Code',
      where: '.vscode/mcp.json',
      text: json({
        inputs: [
          {
            id: 'commons-key',
            type: 'promptString',
            description: 'Key for Commons',
            password: true,
          },
        ],
        servers: {
          commons: {
            type: 'http',
            url,
            headers: { Authorization: `Bearer ${variable('input:commons-key')}` },
          },
        },
      }),
    },
    {
      id: 'any-client',
      title: 'Any other, or to look around',
      where: 'Streamable HTTP, with one header',
      text: `npx @modelcontextprotocol/inspector --cli ${url} --transport http \\\n  --header "Authorization: Bearer ${key}" --method tools/list`,
    },
  ]
}
