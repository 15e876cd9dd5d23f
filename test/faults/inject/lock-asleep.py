"""A service keeps its lock while it waits for something slow, and all its other threads queue for it."""
from lab import Lab

PROGRAM = r'''
#include <pthread.h>
#include <unistd.h>
static pthread_mutex_t orders = PTHREAD_MUTEX_INITIALIZER;
static void *serve(void *unused) {
  for (;;) {
    pthread_mutex_lock(&orders);
    usleep(5000); /* a slow call, under the lock */
    pthread_mutex_unlock(&orders);
  }
  return unused;
}
int main(void) {
  pthread_t thread;
  for (int i = 0; i < 10; i++) pthread_create(&thread, 0, serve, 0);
  for (;;) pause();
}
'''

with Lab() as lab:
    service = lab.c(PROGRAM)
    lab.ready(pid=service.pid, comm=service.name)
