#include "formats/list_text.h"

#include "core/base/io.h"
#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>

static const char byte_order_mark[] = "\xef\xbb\xbf";

int list_text_open(struct list_text *ret, const char *path, size_t limit, struct error *err)
{
    char *data;
    size_t size;
    int code = io_read_file(&data, &size, path, limit, err);
    if (code < 0) {
        return code;
    }
    if (strlen(data) != size) {
        free(data);
        return error_set(err, ERR_FORMAT, "%s: holds a NUL byte; a text file is needed", path);
    }
    size_t mark = strlen(byte_order_mark);
    ret->name = path;
    ret->data = data;
    ret->cursor = strncmp(data, byte_order_mark, mark) == 0 ? data + mark : data;
    ret->line = 0;
    return 0;
}

char *list_text_next(struct list_text *text)
{
    char *line;
    while ((line = text_next_line(&text->cursor))) {
        text->line++;
        if (*line) {
            return line;
        }
    }
    return NULL;
}

void list_text_close(struct list_text *text)
{
    free(text->data);
    memset(text, 0, sizeof *text);
}

char *list_text_trim(char *line)
{
    size_t length = strlen(line);
    while (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t')) {
        line[--length] = 0;
    }
    return line;
}

char *list_text_lower(char *text)
{
    for (char *p = text; *p; p++) {
        if (*p >= 'A' && *p <= 'Z') {
            *p = (char)(*p - 'A' + 'a');
        }
    }
    return text;
}
