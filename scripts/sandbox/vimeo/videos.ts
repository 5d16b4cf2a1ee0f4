/** A video as Vimeo keeps it. */
export interface Video {
  id: string
  /** Of an unlisted video: nothing is found without it. */
  hash?: string | undefined
  title: string
  seconds: number
  /** `private`: as if it were not there. `not_embeddable`: it plays at Vimeo alone. */
  privacy: 'open' | 'private' | 'not_embeddable'
  /** Hosts of the sites that may show it, such as `example.org`; empty for all. */
  domains: string[]
}

/** What the account holds at the start: the videos of supabase/seed.sql, then one of each hard case. */
const firstVideos = (siteHost: string): Video[] => {
  const open = { privacy: 'open', domains: [] as string[] } as const
  return [
    {
      id: '900000001',
      hash: 'a1b2c3d4e5',
      title: 'Prompts that survive contact with colleagues',
      seconds: 2412,
      ...open,
    },
    {
      id: '900000002',
      hash: 'b1c2d3e4f5',
      title: 'Reading an audit without a law degree',
      seconds: 3127,
      ...open,
    },
    {
      id: '900000003',
      title: 'Your first agent, and what it must never do',
      seconds: 1866,
      ...open,
    },
    {
      id: '900000004',
      hash: 'c1d2e3f4a5',
      title: 'Forecasting croissants in a spreadsheet',
      seconds: 1204,
      ...open,
    },
    {
      id: '900000005',
      hash: 'd1e2f3a4b5',
      title: 'Writing dialogue with and against a machine',
      seconds: 2975,
      ...open,
    },
    {
      id: '900000006',
      hash: 'e1f2a3b4c5',
      title: 'How we welcome a newcomer',
      seconds: 744,
      ...open,
    },
    {
      id: '900000007',
      hash: 'f1a2b3c4d5',
      title: 'Small models on small chips',
      seconds: 3301,
      ...open,
    },
    { id: '900000404', title: 'Only for its maker', seconds: 60, privacy: 'private', domains: [] },
    { id: '900000403', title: 'At home only', seconds: 60, privacy: 'not_embeddable', domains: [] },
    {
      id: '900000201',
      title: 'On another site only',
      seconds: 60,
      privacy: 'open',
      domains: ['elsewhere.example'],
    },
    {
      id: '900000200',
      title: 'On this site only',
      seconds: 60,
      privacy: 'open',
      domains: [siteHost],
    },
  ]
}

export function createVideos(siteUrl: string) {
  const siteHost = new URL(siteUrl).host
  let all = new Map<string, Video>()
  const reset = () => {
    all = new Map(firstVideos(siteHost).map((video) => [video.id, video]))
  }
  reset()
  return {
    reset,
    list: () => [...all.values()],
    put(video: Video) {
      all.set(video.id, video)
    },
    remove: (id: string) => all.delete(id),
    /** The video of a number and hash; undefined when somebody with no account would see nothing. */
    find(id: string, hash: string | undefined): Video | undefined {
      const video = all.get(id)
      if (!video || video.privacy === 'private') return undefined
      return video.hash && video.hash !== hash ? undefined : video
    },
    /** Whether a page at this Referer may show it. */
    mayShow(video: Video, referer: string | null): boolean {
      if (video.domains.length === 0) return true
      if (!referer || !URL.canParse(referer)) return false
      const { host } = new URL(referer)
      return video.domains.some((domain) => host === domain || host.endsWith(`.${domain}`))
    },
  }
}

export type Videos = ReturnType<typeof createVideos>

const forms = [
  /^\/(?<id>\d+)(?:\/(?<hash>[0-9a-z]+))?\/?$/,
  /^\/video\/(?<id>\d+)\/?$/,
  /^\/(?:channels|groups|showcase)\/[\w-]+\/(?:videos?\/)?(?<id>\d+)\/?$/,
  /^\/manage\/videos\/(?<id>\d+)(?:\/(?<hash>[0-9a-z]+))?\/?$/,
]

/** Number and hash in an address of a video; undefined for one that Vimeo does not know. */
export function parseAddress(
  address: string,
): { id: string; hash: string | undefined } | undefined {
  if (!URL.canParse(address)) return undefined
  const url = new URL(address)
  if (!/^(www\.|player\.)?vimeo\.com$/.test(url.hostname)) return undefined
  for (const form of forms) {
    const { id, hash } = form.exec(url.pathname)?.groups ?? {}
    if (id) return { id, hash: hash ?? url.searchParams.get('h') ?? undefined }
  }
  return undefined
}
