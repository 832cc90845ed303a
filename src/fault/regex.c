/*
 * Regular expressions of rules, run by PCRE2, which can be told what a match may cost.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "fault/regex.h"

#include <pcre2.h>
#include <stdlib.h>

#include "base/mem.h"

/* What one regular expression may cost, however it was written. */
enum { MATCH_LIMIT = 100000, DEPTH_LIMIT = 1000 };

struct regex {
    pcre2_code *code;
    size_t bytes_min;       /* shorter texts cannot fit */
    uint8_t first[256 / 8]; /* a bit for each byte that a text may begin with */
    bool first_known;
};

struct regex_scratch {
    pcre2_match_context *context;
    pcre2_match_data *data;
};

struct regex_scratch *regex_scratch_new(void)
{
    struct regex_scratch *scratch = mem_alloc(sizeof(*scratch));

    scratch->context = pcre2_match_context_create(NULL);
    scratch->data = pcre2_match_data_create(1, NULL);
    if (!scratch->context || !scratch->data)
        abort();
    pcre2_set_match_limit(scratch->context, MATCH_LIMIT);
    pcre2_set_depth_limit(scratch->context, DEPTH_LIMIT);
    return scratch;
}

void regex_scratch_free(struct regex_scratch *scratch)
{
    if (!scratch)
        return;
    pcre2_match_data_free(scratch->data);
    pcre2_match_context_free(scratch->context);
    mem_free(scratch);
}

/* An anchored expression fits only where its first byte stands at the head of the text. */
static void learn_first(struct regex *regex)
{
    const uint8_t *bits = NULL;
    uint32_t options = 0;
    uint32_t type = 0;
    uint32_t byte = 0;

    pcre2_pattern_info(regex->code, PCRE2_INFO_ALLOPTIONS, &options);
    pcre2_pattern_info(regex->code, PCRE2_INFO_FIRSTBITMAP, &bits);
    pcre2_pattern_info(regex->code, PCRE2_INFO_FIRSTCODETYPE, &type);
    if (!(options & PCRE2_ANCHORED))
        return;
    if (bits) {
        memcpy(regex->first, bits, sizeof(regex->first));
    } else if (type == 1) {
        pcre2_pattern_info(regex->code, PCRE2_INFO_FIRSTCODEUNIT, &byte);
        regex->first[byte / 8] = (uint8_t)(1u << byte % 8);
    }
    regex->first_known = bits || type == 1;
}

struct regex *regex_new(struct str text, struct regex_mistake *out)
{
    uint32_t options =
        PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY;
    uint32_t characters_min = 0;
    int error;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)text.ptr, text.len, options, &error, &out->offset, NULL);

    if (!code) {
        out->open_parenthesis = error == PCRE2_ERROR_MISSING_CLOSING_PARENTHESIS;
        pcre2_get_error_message(error, (PCRE2_UCHAR *)out->message, sizeof(out->message));
        return NULL;
    }
    struct regex *regex = mem_alloc(sizeof(*regex));

    regex->code = code;
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* without it matching is only slower */
    pcre2_pattern_info(code, PCRE2_INFO_MINLENGTH, &characters_min);
    regex->bytes_min = characters_min;
    learn_first(regex);
    return regex;
}

void regex_free(struct regex *regex)
{
    if (!regex)
        return;
    pcre2_code_free(regex->code);
    mem_free(regex);
}

/* Most expressions are asked about texts that do not even begin like them. */
static bool may_hold(const struct regex *regex, struct str text)
{
    unsigned char byte;

    if (text.len < regex->bytes_min)
        return false;
    if (!regex->first_known)
        return true;
    byte = text.len ? (unsigned char)text.ptr[0] : 0;
    return text.len && regex->first[byte / 8] >> byte % 8 & 1;
}

/* pcre2_match() runs the JIT code where the machine has any, and heeds the limits either way. */
bool regex_holds(const struct regex *regex, struct str text, struct regex_scratch *scratch)
{
    return may_hold(regex, text) &&
           pcre2_match(regex->code, (PCRE2_SPTR)(text.len ? text.ptr : ""), text.len, 0, 0,
                       scratch->data, scratch->context) >= 0;
}

bool regex_groups(const struct regex *regex, struct str text, struct str *groups, size_t max,
                  size_t *out_count)
{
    struct regex_scratch *scratch = regex_scratch_new();
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(regex->code, NULL);
    const char *from = text.len ? text.ptr : "";
    int found =
        data ? pcre2_match(regex->code, (PCRE2_SPTR)from, text.len, 0, 0, data, scratch->context)
             : -1;

    *out_count = 0;
    for (int i = 0; i < found && *out_count < max; i++) {
        const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(data) + 2 * (size_t)i;

        groups[(*out_count)++] =
            ends[0] == PCRE2_UNSET ? STR_NONE : (struct str){from + ends[0], ends[1] - ends[0]};
    }
    pcre2_match_data_free(data);
    regex_scratch_free(scratch);
    return found > 0;
}
