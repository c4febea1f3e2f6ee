#include "formats/part_list.h"

#include "core/base/text.h"
#include "formats/pack.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_LIMIT = 256 << 20 };

static int compare_lines(const void *a, const void *b)
{
    return strcmp(((const struct part_line *)a)->path, ((const struct part_line *)b)->path);
}

// Cut a line into path and part.
static int understand(struct part_line *ret, const struct list_text *text, char *line,
                      struct error *err)
{
    char shown[256];
    list_text_trim(line);
    char *blank = strrchr(line, '\t');
    blank = blank ? blank : strrchr(line, ' ');
    enum pack_part part = blank ? pack_part_parse(blank + 1) : PART_COUNT;
    if (part == PART_COUNT) {
        return error_set(err, ERR_FORMAT, "%s, line %zu: '%s': PATH PART is needed, PART being "
                         "train, val, test or none", text->name, text->line,
                         text_escape(shown, sizeof shown, line));
    }
    *blank = 0;
    list_text_trim(line);
    *ret = (struct part_line){line, (uint8_t)part, false};
    return 0;
}

static int read_lines(struct part_list *list, struct error *err)
{
    struct list_text *text = &list->text;
    size_t capacity = 0;
    char *line;
    while ((line = list_text_next(text))) {
        if (list->count == capacity) {
            capacity = capacity ? 2 * capacity : 1024;
            struct part_line *lines = realloc(list->lines, capacity * sizeof *lines);
            if (!lines) {
                return error_nomem(err, text->name);
            }
            list->lines = lines;
        }
        int code = understand(&list->lines[list->count], text, line, err);
        if (code < 0) {
            return code;
        }
        list->count++;
    }
    if (list->count == 0) {
        return error_set(err, ERR_FORMAT, "%s: no lines; PATH PART is needed", text->name);
    }
    return 0;
}

static int check_unique(const struct part_list *list, struct error *err)
{
    for (size_t i = 1; i < list->count; i++) {
        if (strcmp(list->lines[i - 1].path, list->lines[i].path) == 0) {
            char shown[256];
            return error_set(err, ERR_FORMAT, "%s: '%s' stands there twice", list->text.name,
                             text_escape(shown, sizeof shown, list->lines[i].path));
        }
    }
    return 0;
}

int part_list_read(struct part_list *ret, const char *path, struct error *err)
{
    struct part_list list = {0};
    int code = list_text_open(&list.text, path, FILE_LIMIT, err);
    if (code == 0) {
        code = read_lines(&list, err);
    }
    if (code == 0) {
        qsort(list.lines, list.count, sizeof *list.lines, compare_lines);
        code = check_unique(&list, err);
    }
    if (code < 0) {
        part_list_free(&list);
        return code;
    }
    *ret = list;
    return 0;
}

struct part_line *part_list_find(const struct part_list *list, const char *path)
{
    const struct part_line wanted = {.path = path};
    return list->count == 0 ? NULL : bsearch(&wanted, list->lines, list->count,
                                             sizeof *list->lines, compare_lines);
}

void part_list_free(struct part_list *list)
{
    free(list->lines);
    list_text_close(&list->text);
    *list = (struct part_list){0};
}
