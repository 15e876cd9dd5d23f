// `workloads NAME …` → one known kind of load until it is killed, in functions whose names a stack must show.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <netinet/ip.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <signal.h>

#define NAMED __attribute__((noinline, noclone))

static void pause_ms(long ms) {
  struct timespec t = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&t, NULL);
}

NAMED void spin_for_ever(void) {
  for (volatile unsigned long i = 0;; i++) {
  }
}

static void spin(int processes) {
  for (int i = 0; i < processes; i++)
    if (fork() == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      spin_for_ever();
    }
  pause();
}

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

// A realtime thread wakes sleepers on its own CPU and computes for 24 ms: that long each of them waits, whoever measures and whatever else there is.
static void woken(int sleepers) {
  cpu_set_t second;
  CPU_ZERO(&second);
  CPU_SET(1, &second);
  sem_t *wake = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (wake == MAP_FAILED || sem_init(wake, 1, 0) || sched_setaffinity(0, sizeof second, &second)) exit(1);
  for (int i = 0; i < sleepers; i++)
    if (fork() == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (;;) sem_wait(wake);
    }
  struct sched_param first = {.sched_priority = 10};
  if (sched_setscheduler(0, SCHED_FIFO, &first)) exit(1);
  for (;; pause_ms(24)) {
    for (int i = 0; i < sleepers; i++) sem_post(wake);
    for (double end = now_ms() + 24; now_ms() < end;) {
    }
  }
}

NAMED void write_one_block(int file, off_t at) {
  static char block[4096];
  if (pwrite(file, block, sizeof block, at) != sizeof block) exit(1);
}

// All blocks are there before: what follows are writes of data, not of where it is.
static void allocate(const char *path) {
  int file = open(path, O_WRONLY | O_CREAT, 0600);
  if (file < 0) exit(1);
  for (off_t i = 0; i < 256; i++) write_one_block(file, i * 4096);
  if (fsync(file)) exit(1);
  close(file);
}

// As a log does: each write waits for the device by itself, or is followed by a call that waits.
static void sync_writes(const char *path, int flags) {
  allocate(path);
  int file = open(path, O_WRONLY | flags);
  if (file < 0) exit(1);
  for (off_t i = 0;; i++) {
    write_one_block(file, i % 256 * 4096);
    // In turn: a probe of one function of the kernel sees the calls that go through it.
    if (flags == 0 && (i % 2 ? fdatasync(file) : fsync(file))) exit(1);
  }
}

static pthread_mutex_t orders_lock = PTHREAD_MUTEX_INITIALIZER;

// Held while asleep: the others wait for a sleeper, not for a CPU.
NAMED void hold_orders_lock(void) {
  pthread_mutex_lock(&orders_lock);
  pause_ms(20);
  pthread_mutex_unlock(&orders_lock);
}

static void *fight(void *unused) {
  for (;;) hold_orders_lock();
  return unused;
}

static void mutex(int threads) {
  pthread_t thread;
  while (threads-- > 1) pthread_create(&thread, NULL, fight, NULL);
  fight(NULL);
}

static struct sockaddr_in local(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

NAMED void connect_and_close(int port) {
  struct sockaddr_in to = local(port);
  int s = socket(AF_INET, SOCK_STREAM, 0);
  connect(s, (struct sockaddr *)&to, sizeof to);
  close(s);
}

static void refused(int port) {
  for (;; pause_ms(20)) connect_and_close(port);
}

static int listener(int port) {
  struct sockaddr_in at = local(port);
  int yes = 1, server = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(server, (struct sockaddr *)&at, sizeof at) || listen(server, 16)) exit(1);
  return server;
}

// With netem's delay on lo each takes twice that.
static void connects(int port) {
  int server = listener(port);
  for (;; pause_ms(20)) {
    connect_and_close(port);
    close(accept(server, NULL, NULL));
  }
}

// Small messages, one after the other: with netem on lo some are lost and sent again.
static void stream(int port) {
  struct sockaddr_in to = local(port);
  char message[1000] = {0};
  int server = listener(port);
  if (fork() == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int peer = accept(server, NULL, NULL);
    while (read(peer, message, sizeof message) > 0) {
    }
    exit(0);
  }
  int s = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(s, (struct sockaddr *)&to, sizeof to)) exit(1);
  for (;; pause_ms(10))
    if (write(s, message, sizeof message) < 0) exit(1);
}

// Four at once every fifth of a second, and a server that does something else for 30 ms before it takes each: they wait up to 30, 60, 90, 120 ms.
static void late(int port) {
  int server = listener(port);
  if (fork() == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;; pause_ms(200))
      for (int i = 0; i < 4; i++) connect_and_close(port);
  }
  for (;; pause_ms(30)) close(accept(server, NULL, NULL));
}

// The first pieces of packets whose last ones are never sent.
static void pieces(void) {
  struct sockaddr_in to = local(0);
  struct iphdr packet[4] = {{.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP}};
  int s = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
  packet->frag_off = htons(IP_MF);
  packet->tot_len = htons(20 + 40);
  packet->saddr = packet->daddr = to.sin_addr.s_addr;
  for (int id = 1;; id++, pause_ms(5)) {
    packet->id = htons(id);
    if (sendto(s, packet, 20 + 40, 0, (struct sockaddr *)&to, sizeof to) < 0) exit(1);
  }
}

static void forks(const char *self) {
  for (;;) {
    pid_t child = fork();
    if (child == 0) {
      execl(self, "short_lived", "nothing", NULL);
      _exit(1);
    }
    waitpid(child, NULL, 0);
  }
}

NAMED void touch_every_page(char *memory, size_t size) {
  for (size_t i = 0; i < size; i += 4096) memory[i] = 1;
}

static void faults(size_t size) {
  for (;;) {
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(memory, size, MADV_NOHUGEPAGE);
    touch_every_page(memory, size);
    munmap(memory, size);
  }
}

NAMED void open_a_folder_to_write(void) {
  if (open("/", O_WRONLY) >= 0) exit(1);
}

static void failing_calls(void) {
  // More often than it sleeps: of all calls this one is made most.
  for (;; pause_ms(5))
    for (int i = 0; i < 3; i++) open_a_folder_to_write();
}

static void put(const char *path, const char *text) {
  int file = open(path, O_WRONLY);
  if (file < 0 || write(file, text, strlen(text)) < 0) exit(1);
  close(file);
}

// In a group that may use 30 ms of 100 ms: two at once use it up in half of that, and all stop for the rest.
static void throttled(void) {
  put("/sys/fs/cgroup/cgroup.subtree_control", "+cpu");
  mkdir("/sys/fs/cgroup/quota", 0755);
  put("/sys/fs/cgroup/quota/cpu.max", "30000 100000");
  put("/sys/fs/cgroup/quota/cgroup.procs", "0");
  spin(2);
}

// A virtual machine of one page in real mode, that for ever writes to a port, or runs in a circle.
static void guest(const char *what) {
  static const unsigned char port[] = {0xba, 0x10, 0x00, 0xee, 0xeb, 0xfd};
  static const unsigned char circle[] = {0xeb, 0xfe};
  int kvm = open("/dev/kvm", O_RDWR);
  int machine = ioctl(kvm, KVM_CREATE_VM, 0);
  void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  struct kvm_userspace_memory_region region = {.guest_phys_addr = 4096, .memory_size = 4096, .userspace_addr = (unsigned long)memory};
  if (machine < 0 || ioctl(machine, KVM_SET_USER_MEMORY_REGION, &region)) exit(1);
  if (!strcmp(what, "io")) memcpy(memory, port, sizeof port);
  else memcpy(memory, circle, sizeof circle);
  int cpu = ioctl(machine, KVM_CREATE_VCPU, 0);
  struct kvm_sregs segments;
  struct kvm_regs registers = {.rip = 4096, .rflags = 2};
  if (cpu < 0 || ioctl(cpu, KVM_GET_SREGS, &segments)) exit(1);
  segments.cs.base = segments.cs.selector = 0;
  if (mmap(NULL, ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), PROT_READ | PROT_WRITE, MAP_SHARED, cpu, 0) == MAP_FAILED) exit(1);
  if (ioctl(cpu, KVM_SET_SREGS, &segments) || ioctl(cpu, KVM_SET_REGS, &registers)) exit(1);
  while (ioctl(cpu, KVM_RUN, 0) == 0) {
  }
  exit(1);
}

int main(int count, char **words) {
  const char *name = count > 1 ? words[1] : "";
  const char *word = count > 2 ? words[2] : "";
  if (!strcmp(name, "spin")) spin(atoi(word));
  else if (!strcmp(name, "woken")) woken(atoi(word));
  else if (!strcmp(name, "sync")) sync_writes(word, O_DSYNC);
  else if (!strcmp(name, "flush")) sync_writes(word, 0);
  else if (!strcmp(name, "mutex")) mutex(atoi(word));
  else if (!strcmp(name, "refused")) refused(atoi(word));
  else if (!strcmp(name, "connects")) connects(atoi(word));
  else if (!strcmp(name, "late")) late(atoi(word));
  else if (!strcmp(name, "pieces")) pieces();
  else if (!strcmp(name, "stream")) stream(atoi(word));
  else if (!strcmp(name, "forks")) forks(words[0]);
  else if (!strcmp(name, "faults")) faults((size_t)atoi(word) << 20);
  else if (!strcmp(name, "failing")) failing_calls();
  else if (!strcmp(name, "guest")) guest(word);
  else if (!strcmp(name, "throttled")) throttled();
  else if (strcmp(name, "nothing")) {
    fprintf(stderr, "no workload '%s'\n", name);
    return 64;
  }
  return 0;
}
