/* Text files that come with data sets or from users. The first byte says which
 * kind the rest is: i classInd.txt, n names of classes, a the same in an
 * argument, c a list of clips, p a split of one's own, l labels as csv. */

#include "formats/class_list.h"
#include "formats/clip_list.h"
#include "formats/label_csv.h"
#include "formats/pack.h"
#include "formats/part_list.h"
#include "tests/fuzz/fuzz_input.h"

#include <stdlib.h>
#include <string.h>

static void classes(int code, struct class_list *list)
{
    if (code < 0) {
        return;
    }
    for (int i = 0; i < list->count; i++) {
        if (class_list_find(list, list->names[i]) != i || class_name_problem(list->names[i])) {
            abort();
        }
    }
    class_list_free(list);
}

static void clips(const char *path)
{
    struct error err = ERROR_INIT;
    struct clip_list list = {{0}};
    struct clip_list_line line;
    if (clip_list_open(&list, path, &err) < 0) {
        return;
    }
    while (clip_list_next(&list, &line, &err) > 0) {
        if (!line.path[0] || strchr(line.path, '\n')) {
            abort();
        }
    }
    clip_list_close(&list);
}

static void parts(const char *path)
{
    struct error err = ERROR_INIT;
    struct part_list list = {0};
    if (part_list_read(&list, path, &err) < 0) {
        return;
    }
    for (size_t i = 0; i < list.count; i++) {
        if (part_list_find(&list, list.lines[i].path) != &list.lines[i]
            || list.lines[i].part >= PART_COUNT) {
            abort();
        }
    }
    part_list_free(&list);
}

static void labels(const char *path)
{
    struct error err = ERROR_INIT;
    struct label_table table = {0};
    if (label_csv_read(&table, path, &err) < 0) {
        return;
    }
    for (size_t i = 0; i < table.count; i++) {
        if (label_table_find(&table, table.rows[i].clip) != &table.rows[i]) {
            abort();
        }
    }
    label_table_free(&table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = ERROR_INIT;
    struct class_list list = {0};
    if (size == 0) {
        return 0;
    }
    const char *path = fuzz_file(data + 1, size - 1);
    char *text = fuzz_text(data + 1, size - 1);
    switch (data[0]) {
    case 'i': classes(class_list_read_numbered(&list, path, &err), &list); break;
    case 'n': classes(class_list_read_names(&list, path, &err), &list); break;
    case 'a': classes(class_list_parse(&list, text, "--classes", &err), &list); break;
    case 'c': clips(path); break;
    case 'p': parts(path); break;
    case 'l': labels(path); break;
    default: break;
    }
    free(text);
    return 0;
}
