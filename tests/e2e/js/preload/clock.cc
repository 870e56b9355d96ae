// A clock that a story moves. Preloaded into every process of it (LD_PRELOAD), it adds to the
// machine's time the seconds that the file STORY_CLOCK holds: one 64-bit number, which whoever
// tells the story writes. Only the time of day moves: timeouts are measured by the monotonic clock
// and stay real.
//
// libfaketime does the same, but reads its file at every call and leaves futexes alone, by which
// abseil, and with it gRPC, waits until a time of day: they would wait for as long as it is ahead.
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

const std::atomic<std::int64_t>* ahead = nullptr;

// Code that asks for the time before this has run, as an allocator may, gets the machine's.
__attribute__((constructor)) void Open() {
  const char* path = std::getenv("STORY_CLOCK");
  const int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  void* mapped =
      file < 0 ? MAP_FAILED : mmap(nullptr, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) {
    std::perror("STORY_CLOCK");
    std::abort();
  }
  close(file);
  ahead = static_cast<const std::atomic<std::int64_t>*>(mapped);
}

std::int64_t Ahead() { return ahead ? ahead->load(std::memory_order_relaxed) : 0; }

// The function that the name stands for without this file. A guarded static would wait by a futex,
// and so call here.
template <typename Function>
Function* Next(const char* name, std::atomic<Function*>* known) {
  Function* next = known->load(std::memory_order_relaxed);
  if (next == nullptr) {
    next = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
    known->store(next, std::memory_order_relaxed);
  }
  return next;
}

std::atomic<int (*)(clockid_t, timespec*)> next_clock_gettime;
std::atomic<int (*)(timeval*, void*)> next_gettimeofday;
std::atomic<time_t (*)(time_t*)> next_time;
std::atomic<long (*)(long, ...)> next_syscall;

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const int error = Next("clock_gettime", &next_clock_gettime)(clock, now);
  if (error == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    now->tv_sec += Ahead();
  return error;
}

int gettimeofday(timeval* now, void* zone) noexcept {
  const int error = Next("gettimeofday", &next_gettimeofday)(now, zone);
  if (error == 0) now->tv_sec += Ahead();
  return error;
}

time_t time(time_t* result) noexcept {
  const time_t now = Next("time", &next_time)(nullptr) + Ahead();
  if (result) *result = now;
  return now;
}

// The kernel compares a time of day that is waited for with the machine's own.
long syscall(long number, ...) noexcept {
  va_list list;
  va_start(list, number);
  long args[6];
  for (long& arg : args) arg = va_arg(list, long);
  va_end(list);
  timespec until;
  if (number == SYS_futex && (args[1] & FUTEX_CLOCK_REALTIME) && args[3]) {
    until = *reinterpret_cast<const timespec*>(args[3]);
    until.tv_sec -= Ahead();
    args[3] = reinterpret_cast<long>(&until);
  }
  return Next("syscall", &next_syscall)(number, args[0], args[1], args[2], args[3], args[4],
                                        args[5]);
}

}  // extern "C"
