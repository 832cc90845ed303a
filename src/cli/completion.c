/*
 * The scripts that shells load for completion. They ask `fcemu complete` for each key, so that a
 * verb, an option or a rule that is new is known at once, and know files and folders themselves.
 */
#include "cli/cli.h"

/* clang-format off */
static const char bash[] =
    "_fcemu() {\n"
    "    local line=${COMP_LINE:0:COMP_POINT} words found cur kept\n"
    "    read -ra words <<<\"$line\"\n"
    "    [[ $line == *[[:space:]] ]] && words+=('')\n"
    "    cur=${words[-1]}\n"
    "    # Of --config=FILE, readline completes what stands behind the '='.\n"
    "    kept=${cur%\"${COMP_WORDS[COMP_CWORD]}\"}\n"
    "    [[ ${COMP_WORDS[COMP_CWORD]} == [=:] ]] && kept=$cur\n"
    "    COMPREPLY=()\n"
    "    while IFS= read -r found; do\n"
    "        case $found in\n"
    "        :files | :folders)\n"
    "            compopt -o filenames 2>/dev/null\n"
    "            local how=-f\n"
    "            [[ $found == :folders ]] && how=-d\n"
    "            while IFS= read -r found; do COMPREPLY+=(\"$found\"); done < <(compgen \"$how\" -- \"${cur#\"$kept\"}\")\n"
    "            ;;\n"
    "        *)\n"
    "            found=${found%%$'\\t'*}\n"
    "            COMPREPLY+=(\"${found#\"$kept\"}\")\n"
    "            ;;\n"
    "        esac\n"
    "    done < <(\"${words[0]}\" complete -- \"${words[@]:1}\" 2>/dev/null)\n"
    "}\n"
    "complete -F _fcemu fcemu\n";

static const char zsh[] =
    "#compdef fcemu\n"
    "_fcemu() {\n"
    "    local line\n"
    "    local -a found\n"
    "    for line in \"${(@f)$(\"${words[1]}\" complete -- \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\"; do\n"
    "        case $line in\n"
    "        '') ;;\n"
    "        :files) compset -P '--*='; _files ;;\n"
    "        :folders) compset -P '--*='; _files -/ ;;\n"
    "        *$'\\t'*) found+=(\"${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}\") ;;\n"
    "        *) found+=(\"${line//:/\\\\:}\") ;;\n"
    "        esac\n"
    "    done\n"
    "    (( ${#found} )) && _describe fcemu found\n"
    "}\n"
    "if [[ ${funcstack[1]} == _fcemu ]]; then _fcemu \"$@\"; else compdef _fcemu fcemu; fi\n";

static const char fish[] =
    "function __fcemu_complete\n"
    "    set -l words (commandline -opc)\n"
    "    set -l cur (commandline -ct)\n"
    "    set -l value (string replace -r '^--[^=]*=' '' -- $cur)\n"
    "    set -l kept (string match -r -- '^--[^=]*=' $cur)\n"
    "    for line in ($words[1] complete -- $words[2..-1] $cur 2>/dev/null)\n"
    "        switch $line\n"
    "            case :files\n"
    "                __fish_complete_path $value | string replace -r '^' -- \"$kept\"\n"
    "            case :folders\n"
    "                __fish_complete_directories $value | string replace -r '^' -- \"$kept\"\n"
    "            case '*'\n"
    "                printf '%s\\n' $line\n"
    "        end\n"
    "    end\n"
    "end\n"
    "complete -c fcemu -f -a '(__fcemu_complete)'\n";
/* clang-format on */

int cli_completion(const char *shell, struct buf *out)
{
    static const struct {
        const char *name;
        const char *script;
    } shells[] = {
        {"bash", bash},
        {"zsh",  zsh },
        {"fish", fish},
    };

    for (size_t i = 0; i < N_ELEMENTS(shells); i++) {
        if (strcmp(shells[i].name, shell) != 0)
            continue;
        buf_puts(out, shells[i].script);
        return 0;
    }
    return -1;
}
