import type { Origins } from '../csp.ts'
import { headersOf, pageHeaders, redirectPairs } from './hosting.ts'

/** Headers that some addresses get besides, by the name of the header. */
const byName = (name: string): [path: string, value: string][] =>
  Object.entries(headersOf).flatMap(([path, headers]) =>
    headers[name] === undefined ? [] : [[path, headers[name]] as [string, string]],
  )

/** An address with a star at its end as a regular expression. */
const pattern = (path: string) => `~^${path.replaceAll('.', '\\.').replace(/\*$/, '')}`

/**
 * The site as one nginx server: what `_headers` and `_redirects` say to other hosts. Maps instead of locations,
 * because nginx forgets the headers of a server in a location that has headers of its own.
 */
export function nginxConfig(origins: Origins, redirects: Record<string, string>): string {
  const moved = redirectPairs(redirects).map(([from, to]) =>
    from.endsWith('*') ? `  ${pattern(from)} "${to}";` : `  ${from} "${to}";`,
  )
  const cached = byName('Cache-Control').map(([path, value]) => `  ${pattern(path)} "${value}";`)
  const types = byName('Content-Type').map(
    ([path, value]) => `  location = ${path} { types { } default_type "${value}"; }`,
  )
  const headers = Object.entries(pageHeaders(origins)).map(
    ([name, value]) => `  add_header ${name} "${value}" always;`,
  )
  return `map $uri $commons_moved {
  default "";
${moved.join('\n')}
}
map $uri $commons_cache {
  default "no-cache";
${cached.join('\n')}
}
server {
  listen 443 ssl;
  server_name www.example.org;
  root /var/www/commons;
  error_page 404 /404.html;
  gzip on;
  gzip_types text/css text/javascript image/svg+xml application/xml text/calendar;
  add_header Cache-Control $commons_cache always;
${headers.join('\n')}
  if ($commons_moved) { return 301 $commons_moved; }
${types.join('\n')}
  location / { try_files $uri $uri/index.html =404; }
}
`
}

/** The same for Caddy. */
export function caddyConfig(origins: Origins, redirects: Record<string, string>): string {
  const headers = Object.entries(pageHeaders(origins)).map(
    ([name, value]) => `    ${name} "${value}"`,
  )
  const more = Object.entries(headersOf).flatMap(([path, named]) =>
    Object.entries(named).map(([name, value]) => `  header ${path} ${name} "${value}"`),
  )
  const moved = redirectPairs(redirects).map(([from, to]) => `  redir ${from} ${to} permanent`)
  return `www.example.org {
  root * /var/www/commons
  encode zstd gzip
  header {
${headers.join('\n')}
  }
${more.join('\n')}
${moved.join('\n')}
  file_server
  handle_errors {
    rewrite * /404.html
    file_server
  }
}
`
}
