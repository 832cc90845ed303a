/* What programs of this machine say when they are asked. */
#include "cli/doctor.h"
#include "cli/trust/tool.h"

enum { ANSWER_MS = 10000 };

const char *doctor_find_program(const struct doctor *doctor, const char *program)
{
    return tool_find(program, doctor->arena);
}

struct str doctor_ask_program(const struct doctor *doctor, const char *path, const char *flag)
{
    const char *const argv[] = {path, flag, NULL};
    OWN(buf_done) struct buf out = {0};
    struct str line;
    struct str rest;

    if (tool_run(argv, ANSWER_MS, &out) != 0)
        return STR_NONE;
    rest = buf_str(&out);
    do /* Java first says which variables it has read */
        str_cut(rest, '\n', &line, &rest);
    while (str_starts(line, STR("Picked up ")) && str_is_set(rest));
    return arena_str(doctor->arena, str_trim(line));
}
