// Metrics of programs that tell about themselves: the Java virtual machine by the counters it shares (jstat), PostgreSQL by its process titles.
import type { Metric } from '../model/metric.ts'

const jstat = 'jstat -gcutil PID 1s 5'
const titles = 'ps -C postgres -o pid,args'

/** Of Java programs among the processes that stood out, and of the target. */
export const metrics: readonly Metric[] = [
  { id: 'jvm.monitor_waits', per: 'process', dimension: 'rate', kind: 'rate', help: 'Times per second a thread went to sleep because a monitor (synchronized) was taken; not told by JDK 24 and later', see: 'jstack PID' },
  { id: 'jvm.collecting', per: 'process', dimension: 'ratio', kind: 'rate', help: 'Share of the time the garbage collector had the program stopped', see: jstat },
  { id: 'jvm.collections', per: 'process', dimension: 'rate', kind: 'rate', help: 'Garbage collections per second', see: jstat },
  { id: 'database.processes', dimension: 'count', kind: 'constant', help: 'Processes of database servers whose sessions can be looked at (PostgreSQL)', see: titles },
  { id: 'database.lock_waiters', dimension: 'count', kind: 'constant', help: 'Sessions of PostgreSQL servers that waited for a lock at both ends of a second', see: titles },
  { id: 'process.database_waits', per: 'process', dimension: 'flag', kind: 'constant', help: '1 for a session that waited for a lock at both ends', see: titles },
  { id: 'process.database_idle', per: 'process', dimension: 'flag', kind: 'constant', help: '1 for a session that sat idle in an open transaction at both ends: it keeps its locks', see: titles },
  { id: 'process.database_locked', per: 'process', dimension: 'flag', kind: 'constant', help: '1 for a process that had the write lock of a database of SQLite whenever it was looked at, which is open in what was named as slow', see: 'cat /proc/locks; grep ino /proc/PID/fdinfo/*' },
  { id: 'process.database_other', per: 'process', dimension: 'flag', kind: 'constant', help: 'Where sessions wait for a lock and none sits in a transaction: 1 for a session that runs a statement and does not wait, or the only one left', see: 'ps -C postgres -ww -o pid,ppid,args' },
]
