/*
 * conf/words.c - what a value should have been, and which word was meant
 */
#include "base/distance.h"
#include "conf/internal.h"

enum { WORDS_ALL = 5, WORDS_SHOWN = 3 };

const char *conf_value(struct conf_decoder *d, const struct conf_node *node)
{
    return conf_shown(d->report, node->text);
}

const char *conf_did_you_mean(struct conf_decoder *d, struct str best)
{
    if (!str_is_set(best))
        return "";
    return arena_printf(d->arena, "; did you mean '" STR_FMT "'?", STR_ARG(best));
}

static const char *found_name(const struct conf_node *node)
{
    double number;
    bool truth;

    if (node->kind == CONF_MAP)
        return "a mapping";
    if (node->kind == CONF_LIST)
        return "a list";
    if (conf_is_null(node))
        return "nothing";
    if (conf_is_bool(node, &truth))
        return "a boolean";
    return conf_is_number(node, &number) ? "a number" : "a text";
}

bool conf_wrong_type(struct conf_decoder *d, const struct conf_node *node, const char *expected)
{
    conf_error(d->report, conf_at(node), "F103", "expected %s, found %s", expected,
               found_name(node));
    return false;
}

bool conf_want(struct conf_decoder *d, const struct conf_node *node, enum conf_kind kind)
{
    static const char *const names[] = {
        [CONF_SCALAR] = "a single value",
        [CONF_LIST] = "a list",
        [CONF_MAP] = "a mapping",
    };

    return node->kind == kind || conf_wrong_type(d, node, names[kind]);
}

bool conf_want_text(struct conf_decoder *d, const struct conf_node *node)
{
    return (node->kind == CONF_SCALAR && !conf_is_null(node)) || conf_wrong_type(d, node, "a text");
}

const struct conf_node *conf_items(const struct conf_node *node, size_t *out_count)
{
    bool is_list = node->kind == CONF_LIST;

    *out_count = is_list ? node->count : 1;
    return is_list ? node->first : node;
}

/* ---- words ---- */

const char *conf_word_list(struct conf_decoder *d, const struct conf_words *words)
{
    OWN(buf_done) struct buf text = {0};
    size_t shown = words->shown                ? words->shown
                   : words->count <= WORDS_ALL ? words->count
                                               : WORDS_SHOWN;

    for (size_t i = 0; i < shown; i++)
        buf_printf(&text, "%s%s", i ? ", " : "", words->list[i].name);
    if (shown < words->count)
        buf_puts(&text, ", …");
    return arena_dup(d->arena, buf_str(&text));
}

static const char *hint_for(struct conf_decoder *d, const struct conf_words *words,
                            struct str wanted)
{
    struct nearest nearest = {.wanted = wanted};

    for (const struct conf_slip *s = words->slips; s && s->word; s++) {
        if (!str_eq_nocase(wanted, str_of(s->word)))
            continue;
        return s->say ? arena_printf(d->arena, "; %s", s->say)
                      : conf_did_you_mean(d, str_of(s->meant));
    }
    for (size_t i = 0; i < words->count; i++)
        nearest_offer(&nearest, str_of(words->list[i].name));
    if (!str_is_set(nearest.best) && words->instead)
        return arena_printf(d->arena, "; %s", words->instead);
    return conf_did_you_mean(d, nearest.best);
}

bool conf_want_word(struct conf_decoder *d, const struct conf_words *words,
                    const struct conf_node *node, int *out)
{
    if (!conf_want_text(d, node))
        return false;
    for (size_t i = 0; i < words->count; i++) {
        if (str_eq(node->text, str_of(words->list[i].name))) {
            *out = words->list[i].value;
            return true;
        }
    }
    const char *hint = hint_for(d, words, node->text);

    if (words->wrong)
        conf_error(d->report, conf_at(node), "F207", "'%s' %s%s", conf_value(d, node), words->wrong,
                   hint);
    else
        conf_error(d->report, conf_at(node), "F207", "'%s' is not one of %s%s", conf_value(d, node),
                   conf_word_list(d, words), hint);
    return false;
}

bool conf_want_words(struct conf_decoder *d, const struct conf_words *words,
                     const struct conf_node *node, unsigned *out)
{
    size_t count;
    const struct conf_node *item = conf_items(node, &count);
    unsigned bits = 0;
    bool ok = true;

    if (count == 0) {
        conf_error(d->report, conf_at(node), "F103", "expected at least one of %s",
                   conf_word_list(d, words));
        return false;
    }
    for (size_t i = 0; i < count; i++, item = item->next) {
        int value = 0;

        ok = conf_want_word(d, words, item, &value) && ok;
        bits |= 1u << value;
    }
    if (ok)
        *out = bits;
    return ok;
}
