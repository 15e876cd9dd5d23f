// Which function names mean which kind of work, and which only look like it; who starts the same child again and again.
import { describe, expect, test } from 'vitest'
import { KINDS, sharesOfKinds } from '../src/instruments/kinds.ts'
import { replacedChildren } from '../src/tools/proc_processes/replaced.ts'
import type { ProcessRecord } from '../src/parse/scan.ts'

const stack = (...frames: readonly string[]) => ({ frames, weight: 1 })
const kindsOf = (...frames: readonly string[]) => {
  const shares = sharesOfKinds({ kind: 'stacks', dimension: 'count', total: 1, stacks: [stack(...frames)] })
  return KINDS.map(({ metric }) => metric).filter((metric) => shares[metric] === 100)
}

describe('kinds of work', () => {
  test.each([
    [
      'cpu.polling_share',
      [
        'relay',
        'main',
        'epoll_wait',
        'do_syscall_64_[k]',
        '__x64_sys_epoll_wait_[k]',
        'do_epoll_wait_[k]',
        'ep_poll_[k]',
      ],
    ],
    ['cpu.polling_share', ['relay', '__arm64_sys_ppoll_[k]']],
    [
      'cpu.yielding_share',
      ['ticker', 'worker', '__sched_yield', '__x64_sys_sched_yield_[k]', 'do_sched_yield_[k]', '__schedule_[k]'],
    ],
    [
      'cpu.kernel_lock_share',
      ['mover', 'rename', 'do_renameat2_[k]', 'rwsem_down_write_slowpath_[k]', 'rwsem_optimistic_spin_[k]'],
    ],
    ['cpu.kernel_lock_share', ['mover', '_raw_spin_lock_[k]', 'native_queued_spin_lock_slowpath_[k]']],
    [
      'cpu.page_copy_share',
      ['keeper', 'asm_exc_page_fault_[k]', 'handle_mm_fault_[k]', 'do_wp_page_[k]', 'copy_mc_fragile_[k]'],
    ],
    ['cpu.regex_share', ['filter', 'Perl_pp_match', 'Perl_regexec_flags', 'S_regmatch']],
    ['cpu.regex_share', ['web', 'ngx_http_rewrite_handler', 'pcre2_match_8']],
    ['cpu.regex_share', ['node', 'v8::internal::RegExpImpl::IrregexpExec', 'Builtins_RegExpExecInternal']],
    ['cpu.collector_share', ['node', 'v8::internal::MarkCompactCollector::CollectGarbage']],
    ['cpu.collector_share', ['java', 'G1ParScanThreadState::trim_queue']],
    ['cpu.collector_share', ['GC Thread#0', '[unknown]']],
    ['cpu.collector_share', ['api', 'runtime.gcBgMarkWorker', 'runtime.scanobject']],
  ])('%s: %j', (metric, frames) => expect(kindsOf(...frames)).toEqual([metric]))

  test.each([
    [['api', 'SerializeToString', 'memcpy']],
    [['poll', 'main', 'compute']],
    [['api', 'pollution_index', 'select_best']],
    [['api', 'ParallelFor', 'G1']],
    [['api', 'mutex_lock_guard', 'do_page_fault_[k]']],
    [['api', 'do_anonymous_page_[k]', 'clear_page_erms_[k]']],
  ])('none: %j', (frames) => expect(kindsOf(...frames)).toEqual([]))

  test('a share of what was not idle, to a tenth; without samples nothing is said', () => {
    const stacks = [stack('a', 'ep_poll_[k]'), stack('a', 'work'), stack('a', 'work')]
    expect(sharesOfKinds({ kind: 'stacks', dimension: 'count', total: 3, stacks })['cpu.polling_share']).toBe(33.3)
    expect(sharesOfKinds({ kind: 'stacks', dimension: 'count', total: 0, stacks: [] })).toEqual({})
  })
})

describe('children that follow each other', () => {
  const look = (...children: readonly (readonly [pid: number, comm: string, parent?: number])[]) =>
    children.map(([pid, comm, parent = 10]) => ({ pid, comm, parent, start: pid }) as ProcessRecord)

  test('a supervisor whose worker does not stay up', () => {
    const found = replacedChildren([look([21, 'mailer']), look([22, 'mailer']), look(), look([23, 'mailer'])])
    expect(found.get(10)).toEqual({ comm: 'mailer', count: 3 })
  })

  test('a pool of workers is none, nor is one that was started twice, nor one that stays', () => {
    const pool = [1, 2, 3].map((n) => look([20 + n, 'cc1'], [30 + n, 'cc1'], [40 + n, 'cc1']))
    expect(replacedChildren(pool).size).toBe(0)
    expect(replacedChildren([look([21, 'mailer']), look([22, 'mailer']), look([22, 'mailer'])]).size).toBe(0)
    expect(replacedChildren([look([21, 'db']), look([21, 'db']), look([21, 'db'])]).size).toBe(0)
  })

  const parent = (childFaults: number) => ({ pid: 10, comm: 'sv', parent: 1, start: 1, childFaults }) as ProcessRecord

  test('one is enough where some child of the parent ends between most looks', () => {
    const looks = [[parent(10)], [parent(900), ...look([21, 'mailer'])], [parent(1800)], [parent(2700)]]
    expect(replacedChildren(looks).get(10)).toEqual({ comm: 'mailer', count: 3 })
    expect(replacedChildren(looks.map(([first]) => [first as ProcessRecord])).size).toBe(0)
    const stays = looks.map(([first]) => [first as ProcessRecord, ...look([20, 'db'])])
    expect(replacedChildren(stays).size).toBe(0)
  })

  test('what a script starts, not what it waits with', () => {
    const looks = [
      [parent(10), ...look([21, 'sleep'])],
      [parent(90), ...look([22, 'sleep'])],
      [parent(170), ...look([23, 'mailer'])],
      [parent(240), ...look([24, 'sleep'])],
    ]
    expect(replacedChildren(looks).get(10)).toEqual({ comm: 'mailer', count: 3 })
    expect(replacedChildren(looks.filter((_, i) => i !== 2)).get(10)).toEqual({ comm: 'sleep', count: 3 })
  })

  test('children of different parents are not one row', () => {
    expect(replacedChildren([look([21, 'a', 1]), look([22, 'a', 2]), look([23, 'a', 3])]).size).toBe(0)
  })
})
