/* '*' any text, '?' any one character; nothing else is special. */
#include "base/glob.h"

bool glob_is_pattern(struct str text)
{
    return text.len && (memchr(text.ptr, '*', text.len) || memchr(text.ptr, '?', text.len));
}

bool glob_match(struct str pattern, struct str text)
{
    size_t p = 0;
    size_t t = 0;
    size_t star = SIZE_MAX; /* where to go back to: behind the last '*' … */
    size_t resume = 0;      /* … and the text it has swallowed so far */

    while (t < text.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = ++p;
            resume = t;
        } else if (p < pattern.len && (pattern.ptr[p] == '?' || pattern.ptr[p] == text.ptr[t])) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}
