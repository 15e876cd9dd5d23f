// An FtraceAct → what a private instance recorded: made, told what to record, left to record, read. Taking it back is the row's part.
import { closeSync, constants, mkdirSync, openSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import type { FtraceAct } from '../model/probe.ts'
import { until } from './clock.ts'
import { codeOf, messageOf } from './error.ts'
import { complaint, findTracefs, put } from './ftrace-files.ts'
import { readInstance } from './ftrace-read.ts'
import { watch } from './guard.ts'
import type { Performing, Seen } from './instrument.ts'
import { NOT_COME } from './trigger.ts'

const READ_CAP = 16 * 1024 * 1024
/** The newest events stand last, and they are what it was recorded for: a ring is read whole. */
const RING_CAP = 32 * 1024 * 1024
const MOST_KB_PER_CPU = 4096
const MOST_KB = 64 * 1024

export async function ftraceAct(act: FtraceAct, number: number, performing: Performing): Promise<Seen> {
  const { row } = performing
  const tracefs = findTracefs()
  if (typeof tracefs !== 'string') return seen(tracefs.outcome, tracefs.why)
  const problem = act.define?.find(({ line, name }) => !line.includes('{id}') || !name.includes('{id}'))
  if (problem) return seen('failed', `${problem.name} is not a private name: {id} is missing`)
  const strange = act.write.find(([file]) => !/^\w[\w/.-]*$/.test(own(file, row)) || /\.\.|free_buffer/.test(file))
  if (strange) return seen('failed', `${strange[0]} is not a file of the instance`)
  row.begin()
  const name = `tracebook-${row.token}-${number}`
  const instance = join(tracefs, 'instances', name)
  row.leave({ kind: 'instance', name })
  let release = () => {}
  let step = `mkdir ${instance}`
  const write = (file: string, text: string, path = join(instance, file)) => {
    step = `'${text}' > ${file}`
    put(path, text)
  }
  try {
    mkdirSync(instance, { mode: 0o700 })
    release = deadMansSwitch(instance, row)
    write('tracing_on', '0')
    write(
      'buffer_size_kb',
      String(Math.max(4, Math.min(act.bufferKb, MOST_KB_PER_CPU, Math.floor(MOST_KB / cpus().length)))),
    )
    for (const { file, line, name } of act.define ?? []) {
      row.leave({ kind: kindOf(file), name: own(name, row) })
      write(file, own(line, row), join(tracefs, file))
    }
    for (const [file, text] of act.write) {
      if (file.endsWith('/trigger')) row.leave({ kind: 'trigger', name: own(`${name}/${file} ${text}`, row) })
      write(own(file, row), own(text, row))
    }
    write('tracing_on', '1')
    const stopped = await record(act, performing)
    write('tracing_on', '0')
    if (stopped?.outcome === 'interrupted' || stopped?.outcome === 'timeout') return stopped
    const read = await readInstance(
      instance,
      act.read.map((path) => own(path, row)),
      act.armed ? RING_CAP : READ_CAP,
    )
    if (stopped?.outcome === 'ok') return { ...read, stderr: `${stopped.stderr ?? ''}${read.stderr ?? ''}` }
    return stopped ? { ...read, ...stopped, text: read.text, bytes: read.bytes } : read
  } catch (error) {
    return refusal(error, step, complaint(tracefs, instance, row.token))
  } finally {
    // Closing frees the buffers, so it comes after reading.
    release()
  }
}

/** However this process ends, the kernel closes the file, stops recording and frees the buffers (M-02). Before Linux 3.0 there is none. */
function deadMansSwitch(instance: string, row: Performing['row']): () => void {
  try {
    put(join(instance, 'options/disable_on_free'), '1')
    const file = openSync(join(instance, 'free_buffer'), constants.O_WRONLY | constants.O_NOFOLLOW)
    return row.hold(() => closeSync(file))
  } catch {
    return () => {}
  }
}

/** Undefined: it lasted as long as it should. `ok`: it did not, and what a ring holds by then is worth reading. */
async function record(
  { lastsMs, armed }: FtraceAct,
  { guard, before, means, signal, trigger }: Performing,
): Promise<Seen | undefined> {
  const over = new AbortController()
  let tripped: string | undefined
  const unwatch = watch({ guard, before }, means.now, (why) => {
    tripped = why
    over.abort()
  })
  let happened = false
  if (armed)
    void trigger?.begin().then((it) => {
      happened = it
      over.abort()
    })
  await until(means.now() + lastsMs, means.now, AbortSignal.any([signal, over.signal]))
  unwatch()
  if (tripped !== undefined) return seen(armed ? 'ok' : 'guarded', `${tripped}\n`)
  if (signal.aborted) return seen('interrupted')
  return armed && !happened ? seen('timeout', NOT_COME) : undefined
}

function refusal(error: unknown, step: string, said: string): Seen {
  const code = codeOf(error)
  const outcomes = { EACCES: 'denied', EPERM: 'denied', ENOENT: 'missing' } as const
  const outcome =
    code !== undefined && Object.hasOwn(outcomes, code) ? outcomes[code as keyof typeof outcomes] : 'failed'
  return seen(outcome, `${step}: ${messageOf(error)}\n${said}`)
}

function seen(outcome: Seen['outcome'], stderr?: string): Seen {
  return { outcome, text: '', bytes: 0, ...(stderr !== undefined && { stderr }) }
}

function kindOf(file: string): 'kprobe' | 'uprobe' | 'synthetic' {
  return file === 'kprobe_events' ? 'kprobe' : file === 'uprobe_events' ? 'uprobe' : 'synthetic'
}

function own(text: string, { id }: Performing['row']): string {
  return text.replaceAll('{id}', id)
}
