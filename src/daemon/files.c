/*
 * From the paths and globs of the configuration to rule sets.
 */
#include <glob.h>

#include "base/mem.h"
#include "daemon/internal.h"
#include "grammar/builtin.h"

void files_init(struct rule_files *files, const struct conf_texts *named)
{
    *files = (struct rule_files){.named = named};
}

static void forget(struct rule_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        mem_free(files->paths[i]);
    mem_free(files->paths);
    files->paths = NULL;
    files->count = 0;
}

void files_done(struct rule_files *files)
{
    forget(files);
}

static void add(struct rule_files *files, const char *path)
{
    files->paths = mem_grow(files->paths, files->count + 1, sizeof(*files->paths));
    files->paths[files->count++] = mem_dup(path);
}

void files_find(struct rule_files *files)
{
    forget(files);
    for (size_t i = 0; i < files->named->count; i++) {
        const char *named = files->named->items[i].ptr;
        glob_t found = {0};

        if (fault_builtin_named(str_of(named))) {
            add(files, named);
            continue;
        }
        if (glob(named, 0, NULL, &found) != 0)
            add(files, named); /* who reads it says what is wrong, and keeps the rules there are */
        for (size_t k = 0; k < found.gl_pathc; k++)
            add(files, found.gl_pathv[k]);
        globfree(&found);
    }
}

struct fault_ruleset *files_load(struct rule_files *files,
                                 const struct fault_grammar_options *options,
                                 struct conf_report *report)
{
    files_find(files);
    return fault_ruleset_load((const char *const *)files->paths, files->count, options, report);
}
