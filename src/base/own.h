/*
 * base/own.h - scope-bound ownership, and small helpers every file needs
 *
 * OWN(fn) runs fn's cleanup on every way out of the scope; GIVE(p) takes the value out and leaves
 * NULL, so that nothing is cleaned up. DEFINE_OWN(fn, type) makes the adapter that the attribute
 * wants.
 */
#pragma once

#include <stddef.h>

#define OWN(fn) __attribute__((cleanup(fn##_at_exit)))
#define DEFINE_OWN(fn, type)                                                                       \
    static inline void fn##_at_exit(type *p)                                                       \
    {                                                                                              \
        fn(*p);                                                                                    \
    }                                                                                              \
    struct own_needs_semicolon

#define GIVE(p)                                                                                    \
    __extension__({                                                                                \
        __auto_type give_ = (p);                                                                   \
        (p) = NULL;                                                                                \
        give_;                                                                                     \
    })

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))
#define CONTAINER_OF(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))
