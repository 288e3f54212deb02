/*
 * Random cases against the library, each made of a seed and its number alone, so that one that failed can be
 * run again: PROGRAM ROOT WORK --seed S --from N --cases 1. It ends after --cases, --seconds or --faults,
 * whichever is first.
 *
 * A fault is a crash, a case that takes more than 20 seconds of the processor, a status PANIC, a failure without a message, or a
 * number that is not finite after OK. It is printed with its case; the program ends with 1.
 */

#ifndef ENGINE_H
#define ENGINE_H

#define _XOPEN_SOURCE 700

#include <loyalty.h>

#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* Of the processor for a case, and of the clock, which runs on while others have the processor. */
enum { CASE_SECONDS = 20, CASE_PATIENCE = 600 };

/* What is being looked at, for the report of a fault. */
static struct {
    const char *target;
    uint64_t seed, number;
} now;

static uint64_t state, executed, accepted, refused;
static unsigned faults, most_faults = 20;

/* SplitMix64. */
static inline uint64_t next(void)
{
    uint64_t z = state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static inline size_t below(size_t bound)
{
    return (size_t)(next() % bound);
}

static inline bool once_in(size_t times)
{
    return below(times) == 0;
}

/* One for each case: what follows from it is no news. */
static inline void fault(const char *what, const char *call)
{
    static uint64_t last = UINT64_MAX;
    if (last == now.number)
        return;
    last = now.number;
    printf("FAULT %s: %s: %s (--seed %llu --from %llu --cases 1)\n", now.target, call, what,
           (unsigned long long)now.seed, (unsigned long long)now.number);
    fflush(stdout);
    if (++faults >= most_faults) {
        printf("so many faults are enough\n");
        exit(1);
    }
}

/* The status of a call, with the reason of a failure looked at. */
static inline bool held(loyalty_status status, loyalty_error **error, const char *call)
{
    char message[256];
    if (status == LOYALTY_STATUS_OK) {
        accepted++;
        return true;
    }
    refused++;
    size_t length = loyalty_error_message(*error, message, sizeof message);
    if (length == 0)
        fault("a failure without a message", call);
    if (status == LOYALTY_STATUS_PANIC)
        fault(message, call);
    return false;
}

#define HELD(call) held((call), &error, #call)

/* Values that a call has given with OK. */
static inline void finite(const double *values, size_t count, const char *call)
{
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i])) {
            fault(isnan(values[i]) ? "NaN after OK" : "infinity after OK", call);
            return;
        }
    }
}

/* One call, and its values where it succeeds. */
#define GIVES(values, count, call)                   \
    do {                                             \
        if (held((call), &error, #call))             \
            finite((values), (count), #call);        \
    } while (0)

/* Numbers at which something changes. */
static inline double number(void)
{
    static const double edges[] = {
        0, -0.0, 1, -1, 0.5, 2, 3, 7, 10, 30, 100, 1e3, 1e5, 1e9, 1e12, 1e17, 1e30, 1e49, 1e50, 1.1e50, 1e100,
        1e150, 1e200, 1e300, 1.7e308, -1e50, -1e308, 1e-3, 1e-9, 1e-17, 1e-50, 9e-51, 1e-150, 1e-300, 2.3e-308, 5e-324,
        2147483647, 2147483648, 4294967294, 4294967295, 4294967296, 9007199254740993, NAN, INFINITY, -INFINITY,
    };
    const double part = (double)(next() >> 11) / 9007199254740992.0;
    switch (below(4)) {
    case 0: return edges[below(sizeof edges / sizeof *edges)];
    case 1: return part * 100;
    case 2: return floor(part * 50);
    default: return part * pow(10, (double)below(20) - 9);
    }
}

/* Numbers as a shop has them, and now and then another. */
static inline double amount(void)
{
    return once_in(12) ? number() : (double)below(20000) / 100;
}

/* The words for a case that does not come back, made before it begins: a handler of signals cannot make any. */
static char last_words[256];
static size_t last_length;

static void died(int signal_number)
{
    static const char late[] = "FAULT: a call that does not end", crash[] = "FAULT: a crash";
    const bool is_late = signal_number == SIGALRM || signal_number == SIGPROF;
    ssize_t written = write(STDOUT_FILENO, is_late ? late : crash, (is_late ? sizeof late : sizeof crash) - 1);
    written += write(STDOUT_FILENO, last_words, last_length);
    _exit(written < 0 ? 3 : 2);
}

/* What the command line says: how long, and which cases. */
struct plan {
    const char *root, *work;
    double seconds;
    uint64_t seed, from, cases;
};

static inline struct plan plan_of(int argc, char **argv)
{
    struct plan plan = {argc > 1 ? argv[1] : ".", argc > 2 ? argv[2] : "/tmp", 20, 1, 0, UINT64_MAX};
    for (int i = 3; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seconds") == 0)
            plan.seconds = strtod(argv[i + 1], NULL);
        else if (strcmp(argv[i], "--seed") == 0)
            plan.seed = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--from") == 0)
            plan.from = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--cases") == 0)
            plan.cases = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--faults") == 0)
            most_faults = (unsigned)strtoul(argv[i + 1], NULL, 10);
    }
    return plan;
}

static inline double seconds_now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static inline void allow(int processor, unsigned clock)
{
    const struct itimerval left = {{0, 0}, {processor, 0}};
    setitimer(ITIMER_PROF, &left, NULL);
    alarm(clock);
}

/* Runs cases until the time or their number is up; each has a seed of its own. */
static inline int run_cases(const struct plan *plan, const char *title, void (*run)(uint64_t number))
{
    const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGALRM, SIGPROF};
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
        signal(fatal[i], died);
    const double start = seconds_now();
    for (uint64_t i = plan->from; i - plan->from < plan->cases; i++) {
        if (i % 16 == 0 && seconds_now() - start > plan->seconds)
            break;
        now.seed = plan->seed;
        now.number = i;
        state = plan->seed * UINT64_C(0x9E3779B97F4A7C15) ^ (i + 1) * UINT64_C(0xD1B54A32D192ED03);
        last_length = (size_t)snprintf(last_words, sizeof last_words, " (--seed %llu --from %llu --cases 1)\n",
                                       (unsigned long long)plan->seed, (unsigned long long)i);
        allow(CASE_SECONDS, CASE_PATIENCE);
        run(i);
        allow(0, 0);
        executed++;
    }
    printf("%s: %llu cases in %.0f s, %llu calls that succeeded, %llu that were refused, %u faults\n", title,
           (unsigned long long)executed, seconds_now() - start, (unsigned long long)accepted,
           (unsigned long long)refused, faults);
    return faults != 0;
}

#endif
