#include "formats/csv_field.h"

#include <stdbool.h>
#include <string.h>

size_t csv_field_bound(size_t length)
{
    return 2 * length + 3; // every byte a quote, the two around, the NUL
}

static bool needs_quotes(const char *text, size_t length)
{
    return text[strcspn(text, ",\"\r\n")] != 0
        || (length > 0 && (text[0] == ' ' || text[length - 1] == ' '));
}

char *csv_field(char *out, const char *text)
{
    size_t length = strlen(text);
    if (!needs_quotes(text, length)) {
        memcpy(out, text, length + 1);
        return out;
    }
    char *o = out;
    *o++ = '"';
    for (; *text; text++) {
        if (*text == '"') {
            *o++ = '"';
        }
        *o++ = *text;
    }
    *o++ = '"';
    *o = 0;
    return out;
}

char *csv_field_next(char **line)
{
    char *from = *line;
    char *field = from;
    if (!from) {
        return NULL;
    }
    char *to = from;
    if (*from == '"') {
        for (from++; *from != '"' || from[1] == '"'; from++) {
            if (!*from) {
                return NULL;
            }
            from += *from == '"'; // the second of a pair
            *to++ = *from;
        }
        from++;
    } else {
        from += strcspn(from, ",");
        to = from;
    }
    if (*from && *from != ',') {
        return NULL;
    }
    *line = *from ? from + 1 : NULL;
    *to = 0;
    return field;
}
