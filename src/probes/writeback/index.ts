// writeback: why dirty pages are written to disk, and how long each piece of it takes, by reason and backing device.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { namingDisks } from '../../instruments/disk-names.ts'
import { ftraceLog } from '../../instruments/ftrace-log.ts'
import { histTrigger } from '../../instruments/hist-trigger.ts'
import { perfLog } from '../../instruments/perf-log.ts'
import type { Pairs } from '../../instruments/question.ts'
import { answering, type Reader } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './writeback.bt'

const events = ['writeback:writeback_start(name,reason)', 'writeback:writeback_written(name,reason)']

/** enum wb_reason: logs have the names, programs see the numbers. A reason that is gone kept its number. */
const REASONS: Readonly<Record<string, string>> = {
  0: 'background',
  1: 'vmscan',
  2: 'sync',
  3: 'periodic',
  4: 'laptop_timer',
  5: 'fs_free_space',
  6: 'forker_thread',
  7: 'foreign_flush',
}

const question: Pairs = {
  kind: 'pairs',
  start: [{ event: 'writeback:writeback_start', key: ['@pid'] }],
  end: [{ event: 'writeback:writeback_written', key: ['@pid'] }],
  labels: { reason: { field: 'reason', type: 'int', names: REASONS }, device: { field: 'name', type: 'char[32]' } },
}

const answer = answering('fs.writeback_time', { table: 'fs.writeback' })

/** The backing device of a disk is called by its number, with a colon: with a comma, its name is known. */
const read: Reader = (found) => {
  const measured = {
    ...found,
    ...(found.rows ? { rows: found.rows.map((row) => ({ ...row, labels: asDevice(row.labels) })) } : {}),
  }
  const times = new Map<string, number>()
  for (const { labels, seconds = 0 } of measured.rows ?? [])
    times.set(labels['reason'] ?? '', (times.get(labels['reason'] ?? '') ?? 0) + seconds)
  const [top] = [...times].sort(([, a], [, b]) => b - a)
  return { ...answer(measured), ...(top ? { host: { 'fs.writeback_reason': top[0] } } : {}) }
}

function asDevice(labels: Readonly<Record<string, string>>): Record<string, string> {
  return { ...labels, device: (labels['device'] ?? '').replace(/^(\d+):(\d+)$/, '$1,$2') }
}

export const probe: Probe = {
  id: 'writeback',
  answers: 'fs.writeback_time',
  gives: ['fs.writeback_time', 'fs.writeback', 'fs.writeback_reason'],
  asks: 'Why are dirty pages written to disk, and how long does each piece take?',
  tells:
    'background: more is dirty than dirty_background_ratio allows, somebody writes faster than the timer. periodic: pages older than dirty_expire, the normal case. sync: somebody calls sync. vmscan: memory is short, and reclaim waits for the disk. foreign_flush: a cgroup’s pages are written for another.',
  seconds: 5,
  counted: ['writeback:writeback_start', 'writeback:writeback_written'],
  checked: 'dd of 24 MiB and sync -f, again and again: all of it for sync, on the disk it was on.',
  backEnds: [
    namingDisks(
      bpftrace({
        program,
        events,
        microseconds: 0.6,
        maps: {
          histogram: { map: '@time', unit: 1e-6 },
          rows: {
            labels: ['reason', 'device'],
            names: { reason: (number) => REASONS[number] ?? number },
            of: [{ map: '@by', is: 'seconds', unit: 1e-6 }],
          },
        },
        read,
      }),
    ),
    namingDisks(histTrigger({ question, events, read })),
    namingDisks(perfLog({ question, events, read })),
    namingDisks(ftraceLog({ question, events, read })),
  ],
}
