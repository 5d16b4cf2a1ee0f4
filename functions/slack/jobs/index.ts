import type { Handler } from '../../_shared/worker.ts'
import type { JobDeps } from '../deps.ts'
import { findPerson } from './find_person.ts'
import { lookUpPeople } from './look_up_people.ts'
import { talk } from './talk.ts'
import { walkPeople } from './walk_people.ts'

/** What this room's worker can do, by kind of job. */
export const handlers: Record<string, Handler<JobDeps>> = {
  ...talk,
  walk_people: walkPeople,
  look_up_people: lookUpPeople,
  find_person: findPerson,
}
