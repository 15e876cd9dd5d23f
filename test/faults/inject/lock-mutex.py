"""Twelve threads of a service do all their work below one mutex."""
from lab import Lab

PROGRAM = r'''
#include <pthread.h>
#include <unistd.h>
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static volatile unsigned long total;
__attribute__((noinline)) static void book(void) {
  pthread_mutex_lock(&lock);
  for (int i = 0; i < 8000; i++) total += i;
  pthread_mutex_unlock(&lock);
}
static void *worker(void *unused) { (void)unused; for (;;) book(); }
int main(void) {
  pthread_t thread;
  for (int i = 0; i < 12; i++) if (pthread_create(&thread, 0, worker, 0)) return 1;
  for (;;) pause();
}
'''

with Lab() as lab:
    service = lab.c(PROGRAM)
    lab.ready(pid=service.pid, comm=service.name)
