#include "tools/train/folds_record.h"

#include "tools/train/record.h"

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

int folds_record_check(const char *path, const struct train_settings *settings,
                       const char *pack_digest, struct error *err)
{
    struct record record = {.count = 0};
    struct record_file old = {.text = NULL};
    char differences[ERROR_TEXT_SIZE - 256] = "";
    int code = record_read(&old, path, err);
    code = code < 0 ? code : make(&record, settings, pack_digest, err);
    if (code == 0) {
        record_differences(differences, sizeof differences, old.items, old.count, &record, NULL,
                           NULL);
    }
    if (code == 0 && differences[0]) {
        code = error_set(err, ERR_VALUE, "%s: was begun with other options: %s", path,
                         differences);
    }
    record_clear(&record);
    record_file_clear(&old);
    return code;
}
