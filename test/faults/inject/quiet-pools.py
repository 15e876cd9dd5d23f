"""Nothing is wrong: threads of idle pools wait for work, each at a word of its own, as Rust, musl and the glibc of Debian 13 let them."""
import os

from lab import Lab

# The calls themselves: what these libraries pass to the kernel, whichever of them this machine has.
PROGRAM = r'''
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>
static uint32_t rust[4], shared;
/* A condition of Rust counts its signals: these had two. */
static void *parked(void *own) {
  *(uint32_t *)own = 2;
  for (;;) syscall(SYS_futex, own, FUTEX_WAIT_BITSET_PRIVATE, 2, 0, 0, FUTEX_BITSET_MATCH_ANY);
}
/* glibc 2.41 with Debian's corrections: three threads at one word, after nine signals. */
static void *grouped(void *unused) {
  for (;;) syscall(SYS_futex, &shared, FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME, 3, 0, 0, FUTEX_BITSET_MATCH_ANY);
}
/* musl: a word on the stack of who waits, and 2 in it. */
static void *listed(void *unused) {
  volatile uint32_t barrier = 2;
  for (;;) syscall(SYS_futex, &barrier, FUTEX_WAIT_PRIVATE, 2, 0, 0, 0);
}
int main(void) {
  pthread_t thread;
  shared = 3;
  for (int i = 0; i < 4; i++) pthread_create(&thread, 0, parked, &rust[i]);
  for (int i = 0; i < 3; i++) pthread_create(&thread, 0, grouped, 0);
  for (int i = 0; i < 4; i++) pthread_create(&thread, 0, listed, 0);
  for (;;) pause();
}
'''

with Lab() as lab:
    service = lab.c(PROGRAM)
    lab.wait_until(lambda: len(os.listdir(f'/proc/{service.pid}/task')) == 12, 'the threads')
    lab.ready(pid=service.pid, comm=service.name)
