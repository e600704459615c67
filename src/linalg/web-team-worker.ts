// A thread of a team in a browser: joins on the first message, and works for the team until it is terminated.

import { joinTeam, leaveTeam, type TeamMember } from './team-member.js'

globalThis.addEventListener(
  'message',
  ({ data: member }: MessageEvent<TeamMember>) => {
    const work = joinTeam(member)
    globalThis.postMessage('joined')
    try {
      work()
    } finally {
      leaveTeam(member)
    }
  },
  { once: true },
)
