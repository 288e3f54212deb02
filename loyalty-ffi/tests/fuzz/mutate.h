/* Changes to the text of a model file: to its bytes, to its numbers, and to its shape. */

#ifndef MUTATE_H
#define MUTATE_H

#include "engine.h"

enum { MOST_TEXT = 1 << 17 };

/* A file, with room to grow. */
struct text {
    size_t length;
    /* One more, for a NUL. */
    char bytes[MOST_TEXT + 1];
};

/* Puts new bytes in the place of some; what does not fit is left out. */
static inline void put(struct text *text, size_t from, size_t to, const char *bytes, size_t length)
{
    if (text->length - (to - from) + length > MOST_TEXT)
        return;
    memmove(text->bytes + from + length, text->bytes + to, text->length - to);
    memcpy(text->bytes + from, bytes, length);
    text->length += length - (to - from);
}

static inline bool in_number(char byte)
{
    return (byte >= '0' && byte <= '9') || byte == '-' || byte == '+' || byte == '.' || byte == 'e' || byte == 'E';
}

/* The number of the text nearest after a random place; false where there is none. */
static inline bool find_number(const struct text *text, size_t *from, size_t *to)
{
    if (text->length == 0)
        return false;
    size_t at = below(text->length);
    while (at > 0 && in_number(text->bytes[at - 1]))
        at--;
    while (at < text->length && !(text->bytes[at] == '-' || (text->bytes[at] >= '0' && text->bytes[at] <= '9')))
        at++;
    *from = *to = at;
    while (*to < text->length && in_number(text->bytes[*to]))
        ++*to;
    return *to > *from;
}

static inline void change_number(struct text *text)
{
    static const char *const tokens[] = {
        "0", "-0", "1", "-1", "2", "3", "0.5", "1.5", "100", "1e5", "1e9", "1e17", "1e50", "1.0000001e50", "-1e50",
        "1e300", "1e308", "-1e308", "1e400", "1e-9", "1e-17", "1e-50", "9e-51", "1e-300", "1e-308", "5e-324", "1e-400",
        "2147483647", "2147483648", "-2147483648", "4294967294", "4294967295", "4294967296", "9007199254740993",
        "9223372036854775807", "-9223372036854775808", "18446744073709551615", "18446744073709551616", "NaN",
        "Infinity", "null", "true", "\"x\"", "[]", "{}", "[0]", "",
    };
    size_t from, to;
    char fresh[64];
    if (!find_number(text, &from, &to))
        return;
    if (once_in(2)) {
        const char *token = tokens[below(sizeof tokens / sizeof *tokens)];
        put(text, from, to, token, strlen(token));
        return;
    }
    text->bytes[text->length] = '\0';
    static const double scales[] = {-1, 0.5, 2, 1e-3, 1e3, 1e-12, 1e12, 1e-40, 1e40, 1.0000001};
    const double value = strtod(text->bytes + from, NULL) * scales[below(sizeof scales / sizeof *scales)];
    const int length = snprintf(fresh, sizeof fresh, once_in(3) ? "%.0f" : "%.17g", value);
    if (length > 0 && (size_t)length < sizeof fresh)
        put(text, from, to, fresh, (size_t)length);
}

static inline void change_bytes(struct text *text)
{
    static const char *const shapes[] = {"[", "]", "{", "}", ",", ":", "\"", "\\", "\\u0000", "\xff", "[[[[[[[[", "\n"};
    if (text->length == 0)
        return;
    const size_t at = below(text->length);
    const size_t end = at + 1 + below(once_in(4) ? 2000 : 12);
    const size_t to = end < text->length ? end : text->length;
    static char copy[2048];
    const char *shape = shapes[below(sizeof shapes / sizeof *shapes)];
    switch (below(6)) {
    case 0: text->bytes[at] ^= (char)(1 << below(8)); break;
    case 1: text->bytes[at] = (char)next(); break;
    case 2: put(text, at, to, "", 0); break;
    case 3:
        memcpy(copy, text->bytes + at, to - at);
        put(text, at, at, copy, to - at);
        break;
    case 4: put(text, at, at, shape, strlen(shape)); break;
    default: text->length = once_in(8) ? at : text->length; break;
    }
}

static inline void mutate(struct text *text)
{
    const size_t changes = 1 + (once_in(2) ? 0 : below(4));
    for (size_t i = 0; i < changes; i++)
        (once_in(4) ? change_bytes : change_number)(text);
}

#endif
