// A thread of a team: works for it until it ends, then exits.

import { workerData } from 'node:worker_threads'
import { joinTeam, leaveTeam, type TeamMember } from '../../linalg/team-member.js'

const member = workerData as TeamMember
process.once('exit', () => leaveTeam(member))
joinTeam(member)()
