// A run of its own, to be killed: performs the task given as JSON on this machine and prints its observations.
import { localHost } from '../../src/host/local.ts'
import type { Task } from '../../src/host/host.ts'

const [, , task = '', exitAfter = ''] = process.argv
const host = localHost()
if (exitAfter !== '') setTimeout(() => process.exit(7), Number(exitAfter))
const looks = await host.instrument(JSON.parse(task) as Task, new AbortController().signal)
process.stdout.write(JSON.stringify(looks))
