/* Makes time run faster for a program and all that it starts: preloaded, it stands before the C library's clocks and
   waits. Every process that gets the same AISLE_FASTER sees the same clocks, so that times may be sent between them.

   AISLE_FASTER: how much faster, and three moments in nanoseconds: of the monotonic clock and of the wall clock when
   it began, and what the wall clock says then. Clocks of processor time run faster, too: for whoever looks at clocks
   alone this is a slower machine. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
/* Asked for once: a look into the table of symbols costs more than the call. */
#define REAL(name) ({ static __typeof__(&name) real; if (!real) real = NEXT(name); real; })

static double speed = 1;
static int64_t monotonic_began, wall_began, wall_shown;

__attribute__((constructor(101))) static void settle(void) {
    const char *said = getenv("AISLE_FASTER");
    double asked;
    long long a, b, c;
    if (said && sscanf(said, "%lf %lld %lld %lld", &asked, &a, &b, &c) == 4 && asked >= 1)
        speed = asked, monotonic_began = a, wall_began = b, wall_shown = c;
}

static int64_t in_ns(const struct timespec *t) { return t->tv_sec * SECOND + t->tv_nsec; }

static struct timespec of_ns(int64_t ns) {
    if (ns < 0) ns = 0;
    return (struct timespec){.tv_sec = ns / SECOND, .tv_nsec = ns % SECOND};
}

static int is_wall(clockid_t clock) { return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE; }

static int is_processor(clockid_t clock) { return clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID; }

/* What a clock shows, of what it says. */
static int64_t shown(clockid_t clock, int64_t real) {
    if (is_processor(clock)) return (int64_t)((double)real * speed);
    if (is_wall(clock)) return wall_shown + (int64_t)((double)(real - wall_began) * speed);
    return monotonic_began + (int64_t)((double)(real - monotonic_began) * speed);
}

/* When a clock says so, of when it shows that. */
static struct timespec due(clockid_t clock, const struct timespec *until) {
    int64_t at = in_ns(until);
    if (is_wall(clock)) return of_ns(wall_began + (int64_t)((double)(at - wall_shown) / speed));
    return of_ns(monotonic_began + (int64_t)((double)(at - monotonic_began) / speed));
}

static struct timespec shorter(int64_t ns) { return of_ns((int64_t)((double)ns / speed)); }

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = REAL(clock_gettime)(clock, now);
    if (!failed && speed != 1) *now = of_ns(shown(clock, in_ns(now)));
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec fine;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &fine)) return -1;
    now->tv_sec = fine.tv_sec, now->tv_usec = fine.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}

int nanosleep(const struct timespec *wanted, struct timespec *left) {
    struct timespec real = shorter(in_ns(wanted));
    int failed = REAL(nanosleep)(&real, left);
    if (failed && left) *left = of_ns((int64_t)((double)in_ns(left) * speed));
    return failed;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted, struct timespec *left) {
    struct timespec real = flags & TIMER_ABSTIME ? due(clock, wanted) : shorter(in_ns(wanted));
    int failed = REAL(clock_nanosleep)(clock, flags, &real, left);
    if (failed && left && !(flags & TIMER_ABSTIME)) *left = of_ns((int64_t)((double)in_ns(left) * speed));
    return failed;
}

int usleep(useconds_t us) {
    struct timespec wanted = of_ns(us * 1000LL);
    return nanosleep(&wanted, NULL);
}

int ppoll(struct pollfd *files, nfds_t n, const struct timespec *timeout, const sigset_t *mask) {
    struct timespec real;
    if (timeout) real = shorter(in_ns(timeout));
    return REAL(ppoll)(files, n, timeout ? &real : NULL, mask);
}

int poll(struct pollfd *files, nfds_t n, int ms) {
    struct timespec wanted = of_ns(ms * 1000000LL);
    return ppoll(files, n, ms < 0 ? NULL : &wanted, NULL);
}

int pselect(int n, fd_set *in, fd_set *out, fd_set *other, const struct timespec *timeout, const sigset_t *mask) {
    struct timespec real;
    if (timeout) real = shorter(in_ns(timeout));
    return REAL(pselect)(n, in, out, other, timeout ? &real : NULL, mask);
}

int select(int n, fd_set *in, fd_set *out, fd_set *other, struct timeval *timeout) {
    struct timespec wanted;
    if (timeout) wanted = of_ns(timeout->tv_sec * SECOND + timeout->tv_usec * 1000LL);
    return pselect(n, in, out, other, timeout ? &wanted : NULL, NULL);
}

int epoll_pwait(int file, struct epoll_event *events, int most, int ms, const sigset_t *mask) {
    struct timespec real = shorter(ms * 1000000LL);
    return (int)syscall(SYS_epoll_pwait2, file, events, most, ms < 0 ? NULL : &real, mask, _NSIG / 8);
}

int epoll_wait(int file, struct epoll_event *events, int most, int ms) {
    return epoll_pwait(file, events, most, ms, NULL);
}

int sem_timedwait(sem_t *restrict s, const struct timespec *restrict until) {
    struct timespec real = due(CLOCK_REALTIME, until);
    return REAL(sem_timedwait)(s, &real);
}

int sem_clockwait(sem_t *restrict s, clockid_t clock, const struct timespec *restrict until) {
    struct timespec real = due(clock, until);
    return REAL(sem_clockwait)(s, clock, &real);
}

int pthread_cond_clockwait(pthread_cond_t *c, pthread_mutex_t *m, clockid_t clock, const struct timespec *until) {
    struct timespec real = due(clock, until);
    return REAL(pthread_cond_clockwait)(c, m, clock, &real);
}

int pthread_cond_timedwait(pthread_cond_t *restrict c, pthread_mutex_t *restrict m,
                           const struct timespec *restrict until) {
    /* Which clock is known to the condition alone; no wall clock of ours shows less than this, no other shows more. */
    struct timespec real = due(until->tv_sec > 1000000000 ? CLOCK_REALTIME : CLOCK_MONOTONIC, until);
    return REAL(pthread_cond_timedwait)(c, m, &real);
}
