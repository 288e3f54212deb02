/* Assertions for the C tests. Each test is a program: 0 when all hold, 1 otherwise. */

#ifndef CHECK_H
#define CHECK_H

#include <loyalty.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One variable serves every call of a test, as it may in a program. */
static loyalty_error *error = NULL;
static int failures = 0;

/* Stands in every out-parameter of a call that must fail: an address that no object has. */
#define UNTOUCHED ((void *)&failures)

/* Every macro below says where it stands, and the test goes on. */
#define CHECK(condition) check((condition), #condition, __FILE__, __LINE__)
#define OK(call) check_status((call), LOYALTY_STATUS_OK, "", #call, __FILE__, __LINE__)
#define FAILS(call, kind, message) \
    check_status((call), LOYALTY_STATUS_##kind, (message), #call, __FILE__, __LINE__)

static inline void check(bool holds, const char *what, const char *file, int line)
{
    if (!holds) {
        fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
        failures++;
    }
}

/* The status as expected and, unless it is success, the message to the letter. */
static inline void check_status(loyalty_status status, loyalty_status expected, const char *message,
                                const char *call, const char *file, int line)
{
    char text[512];
    loyalty_error_message(error, text, sizeof text);
    if (status != expected || (status != LOYALTY_STATUS_OK && strcmp(text, message) != 0)) {
        fprintf(stderr, "%s:%d: %s\n  gave %d, %s\n  not  %d, %s\n", file, line, call, (int)status,
                status == LOYALTY_STATUS_OK ? "" : text, (int)expected, message);
        failures++;
    }
}

static inline bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static inline bool same_column(const double *a, const double *b, size_t rows)
{
    return memcmp(a, b, rows * sizeof *a) == 0;
}

/* Memory for a test, which ends without it. */
static inline void *room(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (memory == NULL) {
        fprintf(stderr, "out of memory\n");
        exit(2);
    }
    return memory;
}

/* The path of a file of the workspace, whose root is the first argument of every test. */
static inline const char *in_workspace(const char *root, const char *file)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", root, file);
    return path;
}

static inline int finish(const char *test)
{
    loyalty_error_free(error);
    printf("%s: %s\n", test, failures == 0 ? "ok" : "FAILED");
    return failures != 0;
}

#endif
