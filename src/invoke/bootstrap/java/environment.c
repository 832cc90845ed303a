/*
 * A variable for the children of a Java function, and its working directory: what the virtual
 * machine itself cannot set.
 *
 * Loaded into it; hence no header of Java's, which a build may lack, and texts that come byte by
 * byte: "NAME=value" and a zero.
 */
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

enum { TEXT_MAX = 1 << 16 }; /* all variables of a function have 4 KB */

void Java_fcemu_Environment_add(void *jni, void *type, int32_t byte);
uint8_t Java_fcemu_Environment_enter(void *jni, void *type);

void Java_fcemu_Environment_add(void *jni, void *type, int32_t byte)
{
    static char *text;
    static size_t len;

    (void)jni;
    (void)type;
    if (!text)
        text = malloc(TEXT_MAX);
    if (!text || len >= TEXT_MAX)
        return;
    text[len++] = (char)byte;
    if (byte != 0)
        return;
    putenv(text); /* the environment keeps it */
    text = NULL;
    len = 0;
}

/* True when it is where the code is. */
uint8_t Java_fcemu_Environment_enter(void *jni, void *type)
{
    const char *code = getenv("FC_FUNC_CODE_PATH");

    (void)jni;
    (void)type;
    return code && chdir(code) == 0;
}
