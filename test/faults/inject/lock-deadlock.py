"""Two threads took two locks in opposite order; they and all who want either lock wait for ever."""
import os
import time

from lab import Lab

PROGRAM = r'''
#include <pthread.h>
#include <unistd.h>
static pthread_mutex_t stock = PTHREAD_MUTEX_INITIALIZER, orders = PTHREAD_MUTEX_INITIALIZER;
static void *both(void *first) {
  pthread_mutex_t *second = first == &stock ? &orders : &stock;
  pthread_mutex_lock(first);
  usleep(100000);
  pthread_mutex_lock(second);
  return 0;
}
static void *one(void *lock) {
  usleep(200000);
  pthread_mutex_lock(lock);
  return 0;
}
int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, both, &stock);
  pthread_create(&thread, 0, both, &orders);
  for (int i = 0; i < 4; i++) pthread_create(&thread, 0, one, &stock);
  for (;;) pause();
}
'''

with Lab() as lab:
    service = lab.c(PROGRAM)
    lab.wait_until(lambda: len(os.listdir(f'/proc/{service.pid}/task')) == 7, 'the threads')
    time.sleep(0.5)
    lab.ready(pid=service.pid, comm=service.name)
