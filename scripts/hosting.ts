/**
 * Prints the site's headers and redirects for a web server that does not read `_headers` and `_redirects`:
 * `npm run -s hosting nginx` or `npm run -s hosting caddy`, with the same PUBLIC_* variables as the build.
 */
import { community } from '../site/community.config.ts'
import { originsOf } from '../site/csp.ts'
import { caddyConfig, nginxConfig } from '../site/integrations/servers.ts'

const write = { nginx: nginxConfig, caddy: caddyConfig }[process.argv[2] ?? '']
if (!write) {
  console.error('Say for which server: npm run -s hosting nginx, or npm run -s hosting caddy.')
  process.exit(1)
}
process.stdout.write(write(originsOf(process.env), community.redirects))
