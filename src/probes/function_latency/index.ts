// function_latency: how long calls of one function of one process take.
import { bpftrace } from '../../instruments/bpftrace.ts'
import { CALL_MICROSECONDS, callRate, ftraceFunction, hexadecimal, placeOf } from '../../instruments/ftrace-function.ts'
import { answering } from '../../instruments/reading.ts'
import type { Probe } from '../../model/probe.ts'
import program from './calls.bt'

const read = answering('function.latency', { table: 'function.calls' })

export const probe: Probe = {
  id: 'function_latency',
  answers: 'function.latency',
  gives: ['function.latency', 'function.calls'],
  asks: 'How long do calls of one function of a process take?',
  tells:
    'With --pid and --function. Two modes are two ways through it: found in a cache and not, with and without waiting. The time is that on the clock: waits for locks, disks, peers and the CPU are in it; off_cpu tells them apart. Below 20 µs it is mostly the time of the measurement. A function the compiler inlined is not seen, nor one of a library, and of a stripped program only what it exports.',
  seconds: 5,
  counted: [],
  preflight: callRate,
  needs: 'function',
  checked:
    'A program whose function sleeps 0.2 ms, and 5 ms every tenth time: two modes, 256 µs to 512 µs and 4 ms to 8 ms, nine to one.',
  // A log of perf needs a uprobe event that somebody defined; what perf itself defines it leaves behind when it is killed.
  backEnds: [
    bpftrace({
      program,
      mechanism: 'uprobe',
      events: [],
      microseconds: CALL_MICROSECONDS,
      maps: {
        histogram: { map: '@time', unit: 1e-6 },
        rows: { labels: ['thread', 'comm'], of: [{ map: '@by', is: 'seconds', unit: 1e-6 }] },
      },
      parameters: (plan) => [placeOf(plan).path, hexadecimal(placeOf(plan).function.address)],
      read,
    }),
    ftraceFunction({ read }),
  ],
}
