#include "tools/train/folds_record.h"

#include "core/base/io.h"
#include "core/base/text.h"
#include "tools/train/record.h"

#include <stdlib.h>
#include <string.h>

enum { SIZE_LIMIT = 1 << 20 };

// --folds is not among what a run records: each has its split instead.
static int make(struct record *ret, const struct train_settings *settings,
                const char *pack_digest, struct error *err)
{
    struct record record = {.count = 0};
    int code = record_add_options(&record, settings, err);
    if (code == 0 && settings->folds) {
        code = record_add(&record, "folds", settings->folds, err);
    }
    code = code < 0 ? code : record_add(&record, "pack_digest", pack_digest, err);
    if (code < 0) {
        record_clear(&record);
        return code;
    }
    *ret = record;
    return 0;
}

int folds_record_write(const char *path, const struct train_settings *settings,
                       const char *pack_digest, struct error *err)
{
    struct record record;
    int code = make(&record, settings, pack_digest, err);
    if (code < 0) {
        return code;
    }
    code = record_write(&record, path, err);
    record_clear(&record);
    return code;
}

// Lines "name = value" into options that point into the text.
static int cut(struct model_option *options, int *ret_count, char *text, const char *path,
               struct error *err)
{
    char *cursor = text, *line;
    int count = 0;
    for (int number = 1; (line = text_next_line(&cursor)) != NULL; number++) {
        char *sign = strstr(line, " = ");
        if (!sign || count == RECORD_MAX) {
            return error_set(err, ERR_FORMAT, "%s, line %d: 'name = value' is needed, %d of them "
                             "at most", path, number, RECORD_MAX);
        }
        *sign = 0;
        options[count++] = (struct model_option){line, sign + strlen(" = ")};
    }
    *ret_count = count;
    return 0;
}

int folds_record_check(const char *path, const struct train_settings *settings,
                       const char *pack_digest, struct error *err)
{
    struct record record = {.count = 0};
    struct model_option old[RECORD_MAX];
    char *text = NULL, differences[ERROR_TEXT_SIZE - 256] = "";
    size_t size;
    int count = 0;
    int code = io_read_file(&text, &size, path, SIZE_LIMIT, err);
    code = code < 0 ? code : cut(old, &count, text, path, err);
    code = code < 0 ? code : make(&record, settings, pack_digest, err);
    if (code == 0) {
        record_differences(differences, sizeof differences, old, count, &record, NULL, NULL);
    }
    if (code == 0 && differences[0]) {
        code = error_set(err, ERR_VALUE, "%s: was begun with other options: %s", path,
                         differences);
    }
    record_clear(&record);
    free(text);
    return code;
}
