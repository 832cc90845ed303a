/*
 * conf/settings_pass.h - what the rows of settings.inc and its sections become
 *
 * Included at the head and at the end of each of them; whoever includes one of them says before
 * which it wants: SETTINGS_ENUMS, SETTINGS_MEMBERS, SETTINGS_WORDS, or SETTINGS_ROWS with
 * AT(member) for the offset. No include guard: that is the point.
 */
#ifndef SETTING

#if defined(SETTINGS_ENUMS)
#define SETTING(ctype, member, key, kind, ...)
#define CHOICE(tag, member, key, words, ...) enum tag { words };
#define WORD(value, word) value,
#define SECTION(member, table, ...)

#elif defined(SETTINGS_MEMBERS)
#define SETTING(ctype, member, key, kind, ...) ctype member;
#define CHOICE(tag, member, key, words, ...) enum tag member;
#define WORD(value, word)
#define SECTION(member, table, ...)

#elif defined(SETTINGS_WORDS)
#define SETTING(ctype, member, key, kind, ...)
#define CHOICE(tag, member, key, words, ...)                                                       \
    static const struct conf_word tag##_list[] = {words};                                          \
    static const struct conf_words tag##_words = {CONF_WORDS_OF(tag##_list)};
#define WORD(value, word) {word, value},
#define SECTION(member, table, ...)

#elif defined(SETTINGS_ROWS)
#define SETTING(ctype, member_, key, kind, ...)                                                    \
    {.name = key, .type = FIELD_##kind, .offset = AT(member_), __VA_ARGS__},
#define CHOICE(tag, member_, key, words_, ...)                                                     \
    {.name = key, .type = FIELD_CHOICE, .offset = AT(member_), .words = &tag##_words, __VA_ARGS__},
#define WORD(value, word)
#define SECTION(member_, table_, ...)                                                              \
    {.name = #member_,                                                                             \
     .type = FIELD_MAP,                                                                            \
     .flags = FIELD_MAY_BE_EMPTY,                                                                  \
     .offset = AT(member_),                                                                        \
     .table = &(table_),                                                                           \
     __VA_ARGS__},
#endif

#else
#undef SETTING
#undef CHOICE
#undef WORD
#undef SECTION
#undef SETTINGS_ENUMS
#undef SETTINGS_MEMBERS
#undef SETTINGS_WORDS
#undef SETTINGS_ROWS
#endif
