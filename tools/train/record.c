#include "tools/train/record.h"

#include "core/base/io.h"
#include "core/base/output.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_SIZE = 4096, FILE_SIZE_MAX = 1 << 20 };

void record_clear(struct record *record)
{
    for (int i = 0; i < record->count; i++) {
        free((char *)record->items[i].name);
        free((char *)record->items[i].value);
    }
    record->count = 0;
}

int record_add(struct record *record, const char *name, const char *value, struct error *err)
{
    if (record->count == RECORD_MAX) {
        return error_set(err, ERR_VALUE, "more than %d options to record", RECORD_MAX);
    }
    size_t capacity = 4 * strlen(value) + 1; // a byte takes four as \xNN
    struct model_option item = {strdup(name), NULL};
    char *escaped = malloc(capacity);
    if (!item.name || !escaped) {
        free((char *)item.name);
        free(escaped);
        return error_nomem(err, "options");
    }
    item.value = text_clean(escaped, capacity, value);
    record->items[record->count++] = item;
    return 0;
}

static int add_number(struct record *record, const char *name, size_t value, struct error *err)
{
    char text[32];
    snprintf(text, sizeof text, "%zu", value);
    return record_add(record, name, text, err);
}

int record_add_options(struct record *record, const struct train_settings *settings,
                       struct error *err)
{
    char value[VALUE_SIZE];
    int code = 0;
    for (const struct option_entry *o = train_command.options; (o->name || o->help) && code == 0;
         o++) {
        // One without a value was not given, and has no default: --init.
        if (o->name && !o->unrecorded && options_value(o, settings, value, sizeof value)[0]) {
            code = record_add(record, o->name, value, err);
        }
    }
    return code;
}

int record_make(struct record *ret, const struct train_settings *settings,
                const struct pack *pack, const struct examples *examples,
                const char *init_digest, struct error *err)
{
    struct record record = {.count = 0};
    const char *val_groups = examples->val.count == 0 ? "none"
                           : examples->val_drawn      ? "drawn" : "given";
    int code = record_add_options(&record, settings, err);
    code = code < 0 ? code : record_add(&record, "part", pack_part_name(PART_TRAIN), err);
    code = code < 0 ? code : record_add(&record, "val_groups", val_groups, err);
    code = code < 0 ? code : add_number(&record, "train_samples", examples->train.count, err);
    code = code < 0 ? code : add_number(&record, "val_samples", examples->val.count, err);
    code = code < 0 ? code : add_number(&record, "test_samples", examples->test.count, err);
    code = code < 0 ? code : record_add(&record, "pack_digest", pack->digest, err);
    if (code == 0 && init_digest) {
        code = record_add(&record, "init_digest", init_digest, err);
    }
    if (code < 0) {
        record_clear(&record);
        return code;
    }
    *ret = record;
    return 0;
}

// ---- what differs ----

const char *record_value(const struct model_option *items, int count, const char *name)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(items[i].name, name) == 0) {
            return items[i].value;
        }
    }
    return NULL;
}

// "; lr was 0.001, not 0.01" behind the text.
static void add_difference(char *text, size_t capacity, const char *name, const char *old,
                           const char *now)
{
    size_t used = strlen(text);
    int length = snprintf(text + used, capacity - used, "%s%s was %s, not %s", used ? "; " : "",
                          name, old ? old : "not given", now ? now : "unset");
    if (length < 0 || (size_t)length >= capacity - used) {
        text[used] = 0;
    }
}

void record_differences(char *text, size_t capacity, const struct model_option *old,
                        int old_count, const struct record *now,
                        bool (*may_differ)(const void *context, const char *name),
                        const void *context)
{
    text[0] = 0;
    for (int i = 0; i < now->count; i++) {
        const struct model_option *item = &now->items[i];
        const char *was = record_value(old, old_count, item->name);
        if ((!was || strcmp(was, item->value) != 0)
            && !(may_differ && may_differ(context, item->name))) {
            add_difference(text, capacity, item->name, was, item->value);
        }
    }
    for (int i = 0; i < old_count; i++) {
        if (!record_value(now->items, now->count, old[i].name)
            && !(may_differ && may_differ(context, old[i].name))) {
            add_difference(text, capacity, old[i].name, old[i].value, NULL);
        }
    }
}

bool record_is_fact(const char *name)
{
    static const char *const facts[] = {
        "part", "val_groups", "train_samples", "val_samples", "test_samples", "pack_digest",
        "init_digest", "best_epoch", "class_weights_values",
    };
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        if (strcmp(facts[i], name) == 0) {
            return true;
        }
    }
    return false;
}

// ---- options.txt ----

int record_write(const struct record *record, const char *path, struct error *err)
{
    size_t capacity = 1;
    for (int i = 0; i < record->count; i++) {
        capacity += strlen(record->items[i].name) + strlen(record->items[i].value) + 4;
    }
    char *text = malloc(capacity);
    if (!text) {
        return error_nomem(err, path);
    }
    size_t used = 0;
    for (int i = 0; i < record->count; i++) {
        used += (size_t)snprintf(text + used, capacity - used, "%s = %s\n",
                                 record->items[i].name, record->items[i].value);
    }
    int code = output_write_file(path, text, used, true, err);
    free(text);
    return code;
}

void record_file_clear(struct record_file *file)
{
    free(file->text);
    *file = (struct record_file){.text = NULL};
}

int record_read(struct record_file *ret, const char *path, struct error *err)
{
    struct record_file file = {.text = NULL};
    size_t size;
    int code = io_read_file(&file.text, &size, path, FILE_SIZE_MAX, err);
    char *cursor = file.text, *line;
    for (int number = 1; code == 0 && (line = text_next_line(&cursor)) != NULL; number++) {
        char *sign = strstr(line, " = ");
        if (!sign || file.count == RECORD_MAX) {
            code = error_set(err, ERR_FORMAT, "%s, line %d: 'name = value' is needed, %d of them "
                             "at most", path, number, RECORD_MAX);
            break;
        }
        *sign = 0;
        file.items[file.count++] = (struct model_option){line, sign + strlen(" = ")};
    }
    if (code < 0) {
        record_file_clear(&file);
        return code;
    }
    *ret = file;
    return 0;
}
