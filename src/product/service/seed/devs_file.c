/* What an s.yaml reads beside itself: files, and the variables of .env. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "product/service/seed/devs.h"

struct str devs_unquoted(struct str text)
{
    text = str_trim(text);
    if (text.len >= 2 && (text.ptr[0] == '\'' || text.ptr[0] == '"') &&
        text.ptr[text.len - 1] == text.ptr[0])
        return str_slice(text, 1, text.len - 1);
    return text;
}

bool devs_slurp(struct draft *draft, const char *path, struct str *out)
{
    OWN(buf_done) struct buf text = {0};
    int fd = draft->folder ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t got = fd < 0 ? -1 : 1;

    while (got > 0 && text.len <= DEVS_FILE_BYTES_MAX) {
        buf_reserve(&text, BUFSIZ);
        got = read(fd, text.ptr + text.len, BUFSIZ);
        if (got > 0)
            text.len += (size_t)got;
    }
    if (fd >= 0)
        close(fd);
    if (got < 0 || text.len > DEVS_FILE_BYTES_MAX)
        return false;
    *out = arena_str(draft->arena, (struct str){text.ptr ? text.ptr : "", text.len});
    return true;
}

struct str devs_dotenv(struct draft *draft, struct str name)
{
    struct str file;
    struct str line;
    struct str key;
    struct str value;

    if (!devs_slurp(draft, arena_printf(draft->arena, "%s/.env", draft->folder), &file))
        return STR_NONE;
    while (str_is_set(file)) {
        str_cut(file, '\n', &line, &file);
        if (str_cut(line, '=', &key, &value) && str_eq(str_trim(key), name))
            return devs_unquoted(str_ends(value, STR("\r")) ? str_slice(value, 0, value.len - 1)
                                                            : value);
    }
    return STR_NONE;
}
