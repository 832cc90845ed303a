/* An error of a function in colours: what is wrong, then the trace of its language. */
#include "cli/failure.h"

#include "cli/print.h"
#include "logs/failure.h"

void failure_lines(struct str text, bool colour, struct buf *out)
{
    struct str first;
    struct str rest;

    str_cut(text, '\n', &first, &rest);
    buf_puts(out, colour ? CLI_BOLD_RED : "");
    cli_add_text(out, first);
    buf_puts(out, colour ? CLI_PLAIN : "");
    if (!str_is_set(rest))
        return;
    buf_printf(out, "\n%s", colour ? CLI_RED : "");
    cli_add_text(out, rest);
    buf_puts(out, colour ? CLI_PLAIN : "");
}

void failure_text(struct str body, bool colour, struct buf *out)
{
    OWN(buf_done) struct buf text = {0};

    logs_failure_text(body, &text);
    failure_lines(buf_str(&text), colour, out);
    buf_add_char(out, '\n');
}
